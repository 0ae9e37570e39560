// Runs steps: a limited number at the same time, chains in order, nothing new after a failure or an interrupt. Tells the
// event sink what begins and ends and counts for the summary. Decides nothing about resources.
import type { EventSink, Operation, OperationInfo } from "./events";
import { Parallel } from "./operationQueue";
import { ProviderError } from "./providerAnswers";
import type { Step, StepContext } from "./steps";
import { isDefaultProvider } from "./urn";

/** The step was not started, or failed (and has been reported). */
export class StepRefused extends Error {}

export class StepRunner {
    readonly counts: Partial<Record<Operation, number>> = {};
    failed = false;
    maybeCorrupt = false;
    private stopped = false;
    private readonly stopListeners: (() => void)[] = [];
    private canceled = false;
    private silent = false;
    private readonly running = new Set<Promise<void>>();
    private readonly slots: Parallel;

    constructor(
        private readonly context: StepContext,
        private readonly emit: EventSink,
        parallel: number,
        private readonly continueOnError: boolean,
    ) {
        this.slots = new Parallel(parallel);
    }

    /** No further step starts; running ones go on. */
    stop(): void {
        this.stopped = true;
        for (const listener of this.stopListeners) {
            listener();
        }
    }

    cancel(): void {
        this.canceled = true;
        this.stop();
    }

    /** What still ends has been abandoned and is not reported. */
    silence(): void {
        this.silent = true;
    }

    onStop(listener: () => void): void {
        this.stopListeners.push(listener);
    }

    get isStopped(): boolean {
        return this.stopped;
    }

    async runChain(steps: Step[]): Promise<void> {
        for (const step of steps) {
            await this.slots.run(() => this.track(this.run(step)));
        }
    }

    /** Until everything that runs now has ended, well or badly. */
    async settled(): Promise<void> {
        while (this.running.size > 0) {
            await Promise.allSettled(this.running);
        }
    }

    private async track(work: Promise<void>): Promise<void> {
        this.running.add(work);
        try {
            await work;
        } finally {
            this.running.delete(work);
        }
    }

    private async run(step: Step): Promise<void> {
        if (this.stopped && !(step.evenWhenStopped && !this.canceled)) {
            throw new StepRefused(`${step.op} of ${step.urn} was not started`);
        }
        this.emit({ kind: "begin", ...shown(step) });
        try {
            await step.execute(this.context);
        } catch (error) {
            this.report(step, error as Error);
            throw new StepRefused(`${step.op} of ${step.urn} failed`);
        }
        const op = step.result ?? step.op;
        if (step.counted && !isDefaultProvider(step.urn)) {
            this.counts[op] = (this.counts[op] ?? 0) + 1;
        }
        if (this.endsNow(step)) {
            this.emit({ kind: "end", ...shown(step), op: step.keepOp ? step.op : op });
        }
    }

    private report(step: Step, error: Error): void {
        if (this.silent) {
            return;
        }
        this.failed = true;
        if (!this.continueOnError) {
            this.stop();
        }
        const { isPreview } = this.context;
        if (
            error instanceof ProviderError &&
            error.mayBeCorrupt &&
            ["update", "delete", "delete-replaced", "refresh", "read"].includes(step.op)
        ) {
            this.maybeCorrupt = !isPreview;
        }
        this.emit({
            kind: "message",
            severity: "error",
            urn: step.urn,
            text: isPreview ? `Preview failed: ${error.message}` : error.message,
        });
        if (!isPreview) {
            this.emit({ kind: "failed", ...shown(step) });
        }
    }

    /** In an update the outputs of a component, and with them its end, come later. */
    private endsNow(step: Step): boolean {
        const state = step.new ?? step.old;
        return (
            this.context.isPreview ||
            state?.custom === true ||
            step.op === "delete" ||
            step.op === "refresh" ||
            step.op === "delete-replaced"
        );
    }
}

function shown({ op, urn, old, new: now, keys, diffs, detailedDiff }: Step): OperationInfo {
    return {
        op,
        urn,
        old,
        new: now,
        ...(keys ? { keys } : {}),
        ...(diffs ? { diffs } : {}),
        ...(detailedDiff ? { detailedDiff } : {}),
    };
}
