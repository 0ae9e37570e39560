// Process ids come in; the highest resident memory that any of them has had goes out. Linux only: elsewhere it is 0.
import { readFileSync } from "node:fs";

const EVERY_MS = 250;

/** Asks the kernel's own high-water mark, so nothing between two looks is missed but a process's last moments. */
export function peakMemoryOf(pids: () => Promise<number[]>): { peak(): number; stop(): void } {
    let peak = 0;
    const look = async () => {
        for (const pid of await pids()) peak = Math.max(peak, highWaterMark(pid));
    };
    const timer = setInterval(() => void look(), EVERY_MS);
    return { peak: () => Math.round(peak / 1024), stop: () => clearInterval(timer) };
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
