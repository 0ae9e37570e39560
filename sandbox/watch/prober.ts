/** Probes come in; each is run again and again, and for how long each was refused goes out. */
import { setTimeout as pause } from "node:timers/promises";
import type { Refusal } from "./observation";
import { Stopwatch } from "./stopwatch";

export interface Probe {
    /** "write inferenceendpointconfigs v1alpha1". */
    name: string;
    /** Rejects when the request is refused. Must end by itself, and leave nothing behind. */
    run(): Promise<void>;
}

interface Log {
    asked: number;
    refused: Stopwatch;
    answers: Record<string, number>;
}

export class Prober {
    #logs = new Map<string, Log>();
    #loops: Promise<void>[];
    #stopping = new AbortController();

    constructor(
        probes: Probe[],
        private readonly everyMs: number,
        private readonly now: () => number,
    ) {
        this.#loops = probes.map((probe) => this.#loop(probe));
    }

    /** Every probe is run once more, so that the end of the report is the end of the move. */
    async stop(): Promise<Record<string, Refusal>> {
        this.#stopping.abort();
        await Promise.all(this.#loops);
        const at = this.now();
        const report = [...this.#logs].map(([name, { asked, refused, answers }]) => {
            const seconds = refused.seconds(at);
            return [name, { asked, seconds, atEnd: refused.running, answers }] as const;
        });
        return Object.fromEntries(report);
    }

    async #loop(probe: Probe): Promise<void> {
        const log: Log = { asked: 0, refused: new Stopwatch(), answers: {} };
        this.#logs.set(probe.name, log);
        const { signal } = this.#stopping;
        for (let last = false; !last; ) {
            last = signal.aborted;
            const started = this.now();
            log.asked += 1;
            const refusal = await probe.run().then(
                () => undefined,
                (error: Error) => error.message,
            );
            // A refusal counts from the moment the request was sent to the moment the next good one was.
            log.refused.set(refusal !== undefined, started);
            if (refusal !== undefined) log.answers[refusal] = (log.answers[refusal] ?? 0) + 1;
            const rest = Math.max(0, this.everyMs - (this.now() - started));
            if (!last) await pause(rest, undefined, { signal }).catch(() => undefined);
        }
    }
}
