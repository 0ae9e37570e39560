// In: arguments. Out: what the real helm printed, run as the administrator past the fault proxy. Knows no chart.
import { execFile } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import type { Sandbox } from "../sandboxHandle";

const timeoutMs = 120_000;
const outputLimit = 64 * 1024 * 1024;

export const charts = resolve(__dirname, "../chart");
export const operatorChart = join(charts, "hyperpod-inference-operator");

/** `binary`: another helm than the sandbox's own. */
export function helm(sandbox: Sandbox, args: string[], binary = sandbox.tools.helm): Promise<string> {
    const home = join(sandbox.directory, "helm");
    mkdirSync(home, { recursive: true });
    const env = {
        PATH: process.env.PATH ?? "/usr/bin:/bin",
        HOME: home,
        KUBECONFIG: sandbox.kubeconfig,
        // The defaults slow a release of 140 objects down to a few requests a second.
        HELM_BURST_LIMIT: "500",
        HELM_QPS: "500",
        GOGC: "off", // it ends before garbage matters
    };
    return new Promise((done, failed) => {
        const options = { env, timeout: timeoutMs, maxBuffer: outputLimit };
        execFile(binary, args, options, (error, stdout, stderr) => {
            if (error === null) return done(stdout);
            const command = `helm ${args.slice(0, 3).join(" ")} ...`;
            failed(new Error(`${command} failed: ${stderr.trim() || error.message}`));
        });
    });
}

/** Values as a file for `-f`; JSON is YAML, too. */
export function valuesFile(sandbox: Sandbox, name: string, values: object): string {
    const folder = join(sandbox.directory, "helm");
    mkdirSync(folder, { recursive: true });
    const file = join(folder, `${name}.json`);
    writeFileSync(file, JSON.stringify(values, undefined, 4));
    return file;
}
