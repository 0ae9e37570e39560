// Names this process as the holder of a lock, so that another process of the same machine can tell whether it lives. Says nothing about processes that it cannot surely see.
import { readFileSync, readlinkSync } from "node:fs";
import { hostname } from "node:os";
import type { Holder } from "../engine/lease";

/** What decides whether a process id means the same process here and there. */
export interface ProcessView {
    readonly host: string;
    /** Of the running kernel; undefined where it is not told. */
    readonly bootId: string | undefined;
    /** Name of the namespace of process ids: containers of one host may share host name and kernel. */
    readonly pidNamespace: string | undefined;
    readonly pid: number;
    /** The process at this id: when it started, that it is gone, or that it cannot be seen. */
    look(pid: number): ProcessLook;
}

export type ProcessLook = { readonly started: string } | "gone" | "hidden";

/** host, boot, namespace of process ids, process id, and the process' start time, which tells a reused id from the same process. */
export function holderIn(surroundings: ProcessView): Holder {
    const { host, bootId, pidNamespace, pid, look } = surroundings;
    const own = look(pid);
    const started = typeof own === "object" ? own.started : undefined;
    const canCompare = bootId !== undefined && pidNamespace !== undefined && started !== undefined;
    const view = `${bootId}/${pidNamespace}`;
    return {
        identity: `${host}/${canCompare ? view : "unknown/unknown"}/${pid}/${started ?? "0"}`,
        isDead: (identity) => {
            const [, boot, namespace, id = "", itsStart] = identity.split("/");
            if (!canCompare || `${boot}/${namespace}` !== view || !/^\d+$/.test(id)) return undefined;
            const found = look(Number(id));
            if (found === "hidden") return undefined;
            return found === "gone" || found.started !== itsStart;
        },
    };
}

export function thisProcess(): Holder {
    // A /proc of another namespace of process ids tells of other processes.
    const procIsOurs = answerOf(() => readlinkSync("/proc/self")) === String(process.pid);
    return holderIn({
        host: hostname(),
        bootId: answerOf(() => readFileSync("/proc/sys/kernel/random/boot_id", "utf8").trim()),
        pidNamespace: procIsOurs ? answerOf(() => readlinkSync("/proc/self/ns/pid")) : undefined,
        pid: process.pid,
        look,
    });
}

function look(pid: number): ProcessLook {
    try {
        process.kill(pid, 0);
    } catch (error) {
        if ((error as NodeJS.ErrnoException).code === "ESRCH") return "gone";
        // Somebody else's process; /proc may tell of it all the same.
    }
    const stat = answerOf(() => readFileSync(`/proc/${pid}/stat`, "utf8"));
    // Without the name, which may hold anything: state, then 18 fields to the start time.
    const fields = stat?.slice(stat.lastIndexOf(")") + 2).split(" ");
    if (fields === undefined) return "hidden";
    // A zombie runs no more; it waits to be collected.
    return fields[0] === "Z" ? "gone" : { started: fields[19] ?? "0" };
}

/** Undefined when it is not Linux, or not told to this process. */
function answerOf(ask: () => string): string | undefined {
    try {
        return ask();
    } catch {
        return undefined;
    }
}
