// Errors that nobody waited for come in, as Pulumi's SDK listens for them in a plugin: it logs each with its stack, and answers open Constructs with it. What is made to be told once is only answered.
import * as pulumi from "@pulumi/pulumi";

type Listener = (...told: unknown[]) => void;

/** The typings know each event by listeners of its own. */
const stray = process as unknown as {
    listeners(event: string): Listener[];
    on(event: string, listener: Listener): void;
    off(event: string, listener: Listener): void;
};
const EVENTS = ["unhandledRejection", "uncaughtException"];

/** Those that are there before the SDK adds its own. */
export function strayListeners(): ReadonlySet<Listener> {
    return new Set(EVENTS.flatMap((event) => stray.listeners(event)));
}

/** To be called once the SDK serves. Its first listener of each event logs, the next one answers. */
export function answerWithoutLog(before: ReadonlySet<Listener>): void {
    for (const event of EVENTS) {
        const log = stray.listeners(event).find((listener) => !before.has(listener));
        if (log === undefined) continue;
        stray.off(event, log);
        stray.on(event, (error, ...more) => {
            if (!pulumi.RunError.isInstance(error)) log(error, ...more);
        });
    }
}
