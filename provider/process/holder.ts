// Names this process as the holder of a lock, so that another process of the same machine can tell whether it lives.
import { readFileSync } from "node:fs";
import { hostname } from "node:os";
import type { Holder } from "../engine/lock";

/** host, boot, process id, and the process' start time, which tells a reused id from the same process. */
export function thisProcess(): Holder {
    const machine = `${hostname()}/${bootId()}`;
    return {
        identity: `${machine}/${process.pid}/${startTimeOf(process.pid) ?? "0"}`,
        isDead: (identity) => {
            const [host, boot, pid, started] = identity.split("/");
            if (`${host}/${boot}` !== machine || pid === undefined || boot === "unknown") return undefined;
            return startTimeOf(Number(pid)) !== started;
        },
    };
}

function bootId(): string {
    return readLine("/proc/sys/kernel/random/boot_id") ?? "unknown";
}

/** Field 22 of /proc/<pid>/stat; undefined when the process is gone or is only waiting to be collected. */
function startTimeOf(pid: number): string | undefined {
    const stat = readLine(`/proc/${pid}/stat`);
    const fields = stat?.slice(stat.lastIndexOf(")") + 2).split(" ");
    return fields === undefined || fields[0] === "Z" ? undefined : fields[19];
}

function readLine(path: string): string | undefined {
    try {
        return readFileSync(path, "utf8").trim();
    } catch {
        // Not Linux, or no such process.
        return undefined;
    }
}
