// Process ids come in; the highest resident memory that any of them has had goes out. Linux only: elsewhere it is 0.
import { readFileSync } from "node:fs";

const EVERY_MS = 250;

export function peakMemoryOf(pids: () => Promise<number[]>): { stop(): number } {
    let peak = 0;
    const look = async () => {
        for (const pid of await pids()) peak = Math.max(peak, highWaterMark(pid));
    };
    const timer = setInterval(() => void look(), EVERY_MS);
    return {
        stop: () => {
            clearInterval(timer);
            return Math.round(peak / 1024);
        },
    };
}

/** Kilobytes. */
function highWaterMark(pid: number): number {
    try {
        return Number(/^VmHWM:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1] ?? 0);
    } catch {
        // It ended meanwhile.
        return 0;
    }
}
