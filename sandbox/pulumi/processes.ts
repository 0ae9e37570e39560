// Finds running processes by an environment variable they inherited, through /proc. Finds only; ends nothing.
import { readdirSync, readFileSync } from "node:fs";

export interface FoundProcess {
    pid: number;
    commandLine: string;
}

export function findProcesses(mark: { variable: string; value: string }): FoundProcess[] {
    const wanted = `${mark.variable}=${mark.value}`;
    return readdirSync("/proc")
        .filter((name) => /^\d+$/.test(name))
        .flatMap((name) => {
            const environment = read(`/proc/${name}/environ`);
            if (!environment?.split("\0").includes(wanted)) {
                return [];
            }
            const commandLine = (read(`/proc/${name}/cmdline`) ?? "").split("\0").join(" ").trim();
            return commandLine === "" ? [] : [{ pid: Number(name), commandLine }]; // a zombie has none
        });
}

/** Undefined when the process has ended meanwhile or is somebody else's. */
function read(file: string): string | undefined {
    try {
        return readFileSync(file, "utf8");
    } catch {
        return undefined;
    }
}
