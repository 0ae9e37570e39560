// How many experiments of the fault matrix to run comes in; how many ended right goes out. Runs them in a process of their own.
import { spawn } from "node:child_process";
import { resolve } from "node:path";

export interface MeasuredFaults {
    readonly passed: number;
    readonly failed: number;
}

const ALL = resolve(__dirname, "../../tests/faults/all.ts");

export function faultSample(count: string): Promise<MeasuredFaults> {
    const child = spawn(process.execPath, ["--require", "ts-node/register", ALL], {
        cwd: resolve(__dirname, "../.."),
        env: { ...process.env, FAULTS: count },
        stdio: ["ignore", "pipe", "inherit"],
    });
    let text = "";
    child.stdout.setEncoding("utf8").on("data", (chunk: string) => {
        text += chunk;
        process.stdout.write(chunk);
    });
    return new Promise((settle, reject) => {
        child.once("error", reject);
        child.once("close", () => {
            const counts = /(\d+) passed, (\d+) failed\s*$/.exec(text);
            if (counts === null) reject(new Error("the fault experiments ended without counts"));
            else settle({ passed: Number(counts[1]), failed: Number(counts[2]) });
        });
    });
}
