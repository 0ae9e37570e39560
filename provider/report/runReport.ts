// Collects what one create, update or delete ends with, and writes its page when the program asked for one.
import type { Journal } from "../engine/journal";
import type { Clock, Log } from "../ports/world";
import type { MigrationOutputs } from "../pulumi/outputs";
import { tryWritePage } from "./reportFile";
import { type ReportSource, sourceOf } from "./reportSource";

export class RunReport {
    #outputs: Partial<MigrationOutputs>;
    #journal: Journal | undefined;
    #problem: string | undefined;

    constructor(
        readonly file: string | undefined,
        readonly clock: Clock,
        readonly log: Log,
        before: Partial<MigrationOutputs>,
    ) {
        this.#outputs = before;
    }

    ended(outputs: MigrationOutputs, journal: Journal): void {
        this.#outputs = outputs;
        this.#journal = journal;
    }

    failed(error: Error): void {
        this.#problem = error.message;
    }

    /** Never throws: a move does not fail because of its report. */
    async write(): Promise<void> {
        if (this.file === undefined) return;
        await tryWritePage(this.file, () => this.#source(), this.log);
    }

    #source(): ReportSource {
        return sourceOf(
            this.#outputs,
            { problem: this.#problem, writtenAt: this.clock.now() },
            this.#journal?.copy() ?? this.#outputs.journal,
        );
    }
}
