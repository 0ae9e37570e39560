// In: problems of the fake nodes. Out: a log file, each problem once in a row. Throws nothing.
import { appendFileSync } from "node:fs";

export function problemLog(file: string): (problem: string) => void {
    let last = "";
    return (problem) => {
        if (problem === last) return;
        last = problem;
        try {
            appendFileSync(file, `${new Date().toISOString()} ${problem}\n`);
        } catch {
            // the sandbox's folder has just been removed; there is nobody left to tell
        }
    };
}
