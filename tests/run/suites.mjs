#!/usr/bin/env node
// Runs the test suites one after the other and adds up what their own reports say. Last line: `N passed, N failed`, with `, N skipped` when there are any.
import { spawn } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";

const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), "../..");

/** Quick ones first: a mistake shows early. */
const SUITES = {
    component: { files: "tests/component/!(*.sandbox).test.ts" },
    provider: { files: "tests/provider/*.test.ts" },
    report: { files: "tests/report/*.test.ts" },
    docs: { files: "tests/{docs,package}/*.test.ts" },
    // Real processes and control planes on a machine that others may use: a test that missed a time limit is tried once more, and the end says so.
    sandbox: { files: "tests/sandbox/*.test.ts", retries: 1 },
    componentSandbox: { files: "tests/component/*.sandbox.test.ts", retries: 1 },
    e2e: { files: "tests/e2e/@(move|trouble|faults).test.ts", retries: 1, limitMinutes: 40 },
    // The rest of the end-to-end tests takes another half hour: `make test-e2e`.
    e2eLong: {
        files: "tests/e2e/!(move|trouble|faults).test.ts",
        retries: 1,
        limitMinutes: 60,
        onRequest: true,
    },
};

/** A suite that takes longer is ended and counts as failed. */
const LIMIT_MINUTES = 20;

function run(name, { files, retries = 0, limitMinutes = LIMIT_MINUTES }, output) {
    return new Promise((resolve) => {
        console.log(`\n── ${name} ──`);
        const started = Date.now();
        const child = spawn(
            process.execPath,
            [
                path.join(root, "node_modules/mocha/bin/mocha.js"),
                "--retries",
                String(retries),
                "--reporter",
                path.join(root, "tests/run/reporter.cjs"),
                "--reporter-option",
                `output=${output}`,
                files,
            ],
            { cwd: root, stdio: ["ignore", "inherit", "inherit"] },
        );
        const timer = setTimeout(() => child.kill("SIGKILL"), limitMinutes * 60_000);
        child.once("close", (code, signal) => {
            clearTimeout(timer);
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
for (const [name, suite] of Object.entries(SUITES)) {
    if (wanted.length > 0 ? !wanted.includes(name) : suite.onRequest) continue;
    const counts = await run(name, suite, path.join(folder, `${name}.json`));
    for (const key of Object.keys(total)) total[key] += counts[key];
}
rmSync(folder, { recursive: true, force: true });
for (const line of named) console.log(`\n${line}`);
console.log(
    `\n${total.passed} passed, ${total.failed} failed${total.skipped > 0 ? `, ${total.skipped} skipped` : ""}`,
);
process.exit(total.failed > 0 || total.passed === 0 ? 1 : 0);
