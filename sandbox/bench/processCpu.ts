// A process id comes in; the seconds of processor time that it has had goes out. Linux only: elsewhere it is 0.
import { readFileSync } from "node:fs";

/** `USER_HZ` of every Linux that Node runs on. */
const TICKS_PER_SECOND = 100;

export function cpuSecondsOf(pid: number | undefined): number {
    try {
        // Fields are counted after the name, which may hold blanks.
        const [, fields = ""] = readFileSync(`/proc/${pid}/stat`, "utf8").split(") ");
        const [user = 0, system = 0] = fields.split(" ").slice(11, 13).map(Number);
        return (user + system) / TICKS_PER_SECOND;
    } catch {
        // No such file outside Linux.
        return 0;
    }
}
