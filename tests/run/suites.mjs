#!/usr/bin/env node
// Runs the test suites, those that do not disturb each other side by side, and adds up what their own reports say. Last line: `N passed, N failed`, with `, N skipped` when there are any.
import { spawn } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { availableParallelism, tmpdir } from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";
import SUITES from "./suiteFiles.cjs";

const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), "../..");

/** One more than processors: what waits for a control plane leaves one free. */
const WORKERS = availableParallelism() + 1;
/** A suite that takes longer is ended and counts as failed. */
const LIMIT_MINUTES = 45;
const PIPE_GRACE_MS = 500;

function run(name, { files, retries = 0, limitMinutes = LIMIT_MINUTES, nodeFlags = [] }, output) {
    return new Promise((resolve) => {
        console.log(`\n── ${name} begins ──`);
        const started = Date.now();
        const child = spawn(
            process.execPath,
            [
                ...nodeFlags,
                path.join(root, "node_modules/mocha/bin/mocha.js"),
                "--retries",
                String(retries),
                "--reporter",
                path.join(root, "tests/run/reporter.cjs"),
                "--reporter-option",
                `output=${output}`,
                files,
            ],
            { cwd: root, stdio: ["ignore", "pipe", "pipe"] },
        );
        // In one piece when the suite ends: two suites at once would be read line by line of either.
        const said = [];
        for (const stream of [child.stdout, child.stderr]) stream.on("data", (chunk) => said.push(chunk));
        const timer = setTimeout(() => child.kill("SIGKILL"), limitMinutes * 60_000);
        const settle = (code, signal) => {
            console.log(`\n── ${name} ──`);
            process.stdout.write(Buffer.concat(said));
            const counts = existsSync(output) ? JSON.parse(readFileSync(output, "utf8")) : undefined;
            // A suite that died before its report counts as one failure, never as none.
            const ending = `ended without a report (${signal ?? `exit code ${code}`})`;
            const {
                passed,
                failed,
                skipped,
                named: ofSuite,
            } = counts ?? { passed: 0, failed: 1, skipped: 0, named: [ending] };
            named.push(...ofSuite.map((line) => `${name}: ${line}`));
            console.log(
                `${name}: ${passed} passed, ${failed} failed in ${Math.round((Date.now() - started) / 1000)} s`,
            );
            resolve({ passed, failed: failed + (code !== 0 && failed === 0 ? 1 : 0), skipped });
        };
        // What a suite left behind may keep its pipes open: that is not waited for.
        child.once("exit", (code, signal) => {
            clearTimeout(timer);
            setTimeout(settle, PIPE_GRACE_MS, code, signal);
        });
    });
}

const wanted = process.argv.slice(2);
const unknown = wanted.filter((name) => !(name in SUITES));
if (unknown.length > 0) {
    console.error(`no suite called ${unknown.join(", ")}; there are: ${Object.keys(SUITES).join(", ")}`);
    process.exit(2);
}
mkdirSync(path.join(root, ".cache"), { recursive: true });
const folder = mkdtempSync(path.join(tmpdir(), "suites-"));
/** What failed or was tried again, said once more at the very end: it is looked for there. */
const named = [];
const total = { passed: 0, failed: 0, skipped: 0 };
const chosen = Object.entries(SUITES).filter(([name, { onRequest }]) =>
    wanted.length > 0 ? wanted.includes(name) : !onRequest,
);
const together = chosen.filter(([, { alone }]) => !alone);

async function work(queue) {
    for (let next = queue.shift(); next !== undefined; next = queue.shift()) {
        const [name, suite] = next;
        const counts = await run(name, suite, path.join(folder, `${name}.json`));
        for (const key of Object.keys(total)) total[key] += counts[key];
    }
}

await Promise.all(Array.from({ length: WORKERS }, () => work(together)));
await work(chosen.filter(([, { alone }]) => alone));
rmSync(folder, { recursive: true, force: true });
for (const line of named) console.log(`\n${line}`);
console.log(
    `\n${total.passed} passed, ${total.failed} failed${total.skipped > 0 ? `, ${total.skipped} skipped` : ""}`,
);
process.exit(total.failed > 0 || total.passed === 0 ? 1 : 0);
