// Reasons why this process should stop at the next safe point: interrupted, or the engine that called is gone. Read by the gate before every write.
import { connect } from "node:net";

const LOOK_MS = 1_000;

export interface StopSignals {
    reason(): string | undefined;
    close(): void;
}

/** What a process watches may also be told to it. */
export interface Watch extends StopSignals {
    stop(reason: string): void;
}

/**
 * `engineAddress` answers `host:port`, or undefined while it is not told; a CLI that was killed leaves its provider process running, and its port closed.
 * A process without a call at work has no safe point to wait for: `endIdle` is told as soon as there is a reason, and again until it ends the process.
 */
export function watchForStop(engineAddress: () => string | undefined, endIdle: () => void): Watch {
    let reason: string | undefined;
    const interrupted = () => {
        reason = "interrupted";
        endIdle();
    };
    process.on("SIGINT", interrupted);
    process.on("SIGTERM", interrupted);
    const look = async () => {
        const engine = engineAddress();
        if (engine !== undefined && !(await answers(engine)) && !(await answers(engine)))
            reason ??= "the Pulumi engine is gone";
        if (reason !== undefined) endIdle();
    };
    const timer = setInterval(() => void look(), LOOK_MS);
    timer.unref();
    return {
        reason: () => reason,
        stop: (why) => {
            reason ??= why;
        },
        close: () => {
            clearInterval(timer);
            process.removeListener("SIGINT", interrupted);
            process.removeListener("SIGTERM", interrupted);
        },
    };
}

function answers(address: string): Promise<boolean> {
    const [host = "127.0.0.1", port = ""] = address.replace(/^\w+:\/\//, "").split(":");
    return new Promise((resolve) => {
        const socket = connect({ host, port: Number(port) });
        const end = (alive: boolean) => {
            socket.destroy();
            resolve(alive);
        };
        socket.once("connect", () => end(true));
        // Only a refusal says that nobody listens; a slow machine is no reason to stop.
        socket.once("error", (error: NodeJS.ErrnoException) => end(error.code !== "ECONNREFUSED"));
        socket.setTimeout(5_000, () => end(true));
    });
}
