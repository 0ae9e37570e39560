// What a report is made from: the outputs of a move, its journal's plan and facts, what went wrong. Never the memory of steps nor the backup: they hold Secrets.

import { hashOf } from "../../common/hash";
import { unpack } from "../engine/compressedText";
import { type JournalDocument, otherVersion } from "../engine/journalDocument";
import type { JournalFacts } from "../engine/step";
import type { Plan } from "../plan/plan";
import type { JournalCopy } from "../ports/journalStore";
import type { MigrationOutputs } from "../pulumi/outputs";
import { SecretValues } from "../pulumi/secretValues";

export interface ReportSource {
    readonly outputs: Partial<MigrationOutputs>;
    /** Absent when the journal cannot be read: removed with the end of the move, or encrypted. */
    readonly plan?: Plan;
    readonly facts?: JournalFacts;
    readonly direction?: "forward" | "undo";
    /** Why there is no plan, for people. */
    readonly withoutJournal?: string;
    /** Text of the error that ended the run, as it was told. */
    readonly problem?: string;
    /** Milliseconds since the epoch. */
    readonly writtenAt: number;
}

export function sourceOf(
    outputs: Partial<MigrationOutputs>,
    rest: { readonly problem?: string | undefined; readonly writtenAt: number },
    copy: JournalCopy | undefined = outputs.journal,
): ReportSource {
    return SecretValues.in(outputs.inputs).withheldIn({
        outputs,
        writtenAt: rest.writtenAt,
        ...(rest.problem === undefined ? {} : { problem: rest.problem }),
        ...opened(copy),
    });
}

function opened(
    copy: JournalCopy | undefined,
): Pick<ReportSource, "plan" | "facts" | "direction" | "withoutJournal"> {
    if (copy === undefined) return {};
    if (typeof copy.document !== "string" || hashOf(copy.document) !== copy.hash)
        return { withoutJournal: "the journal in this state does not match its hash" };
    const document = unpack(copy.document) as JournalDocument;
    const withoutJournal = otherVersion(document);
    if (withoutJournal !== undefined) return { withoutJournal };
    const { plan, facts, direction } = document;
    return { plan, facts, direction };
}
