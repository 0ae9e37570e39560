// What a journal says, and its copies opened: the newer intact one goes out. Damaged, foreign and too new ones are told, never followed. Writes nothing.
import { randomUUID } from "node:crypto";
import { ErrorCode, MigrationError } from "../../common/errors";
import { hashOf } from "../../common/hash";
import type { MigrationStep, Plan } from "../plan/plan";
import type { JournalCopy } from "../ports/journalStore";
import { pack, unpack } from "./compressedText";
import type { JournalFacts } from "./step";

export const JOURNAL_VERSION = 1;

export type Direction = "forward" | "undo";

export interface StepRecord {
    readonly state: "open" | "done" | "undoing";
    readonly memory: unknown;
}

export interface JournalDocument {
    readonly version: number;
    readonly migrationId: string;
    /** Grows with every write, so that the newer of two copies is known. */
    readonly sequence: number;
    readonly direction: Direction;
    readonly plan: Plan;
    readonly steps: Partial<Record<MigrationStep, StepRecord>>;
    readonly facts: JournalFacts;
    /** Hash of the backup; absent until it is written. */
    readonly backupHash?: string;
    /** By namespace, the key of its Secrets in the backup; only a key of the stack opens it. */
    readonly sealKeys?: Readonly<Record<string, string>>;
}

/** Of a move that has written nothing yet. */
export function newDocument(plan: Plan): JournalDocument {
    return {
        version: JOURNAL_VERSION,
        migrationId: randomUUID(),
        sequence: 0,
        direction: "forward",
        plan,
        steps: {},
        facts: { pausedSeconds: {}, warnings: [] },
    };
}

/** What changes with every write stands last: compressed or not, the text before it, and so the pages that hold it, stays the same. */
export function packDocument({ sequence, direction, facts, steps, ...lasting }: JournalDocument): string {
    const stateLast = Object.entries(steps).map(([name, { state, memory }]) => [name, { memory, state }]);
    return pack({ ...lasting, steps: Object.fromEntries(stateLast), direction, facts, sequence });
}

export interface OpenedCopy {
    readonly document: JournalDocument;
    readonly backup: string | undefined;
}

export function chooseCopy(
    cluster: JournalCopy | undefined,
    state: JournalCopy | undefined,
): OpenedCopy | undefined {
    const problems: MigrationError[] = [];
    const opened = [cluster, state].flatMap((copy) => {
        if (copy === undefined) return [];
        try {
            return [openCopy(copy)];
        } catch (error) {
            if (!(error instanceof MigrationError)) throw error;
            // A newer package wrote this copy: nothing older may touch the move.
            if (error.code === ErrorCode.JournalVersion) throw error;
            problems.push(error);
            return [];
        }
    });
    const [first, second] = opened;
    if (first === undefined) {
        if (problems[0] !== undefined) throw problems[0];
        return undefined;
    }
    if (second === undefined) return first;
    if (first.document.migrationId !== second.document.migrationId) {
        throw new MigrationError({
            code: ErrorCode.JournalForeign,
            step: "journal",
            what: "the cluster's journal belongs to another move of this release than the one in Pulumi state",
            remedy: "undo it with the stack that began it; or, when that stack is gone, remove this resource from the state with `pulumi state delete` and create it anew to take over the cluster's journal",
        });
    }
    const newer = first.document.sequence >= second.document.sequence ? first : second;
    const other = newer === first ? second : first;
    const backup = [newer.backup, other.backup].find(
        (candidate) => candidate !== undefined && hashOf(candidate) === newer.document.backupHash,
    );
    return { document: newer.document, backup };
}

/** Why a journal of another version cannot be read; undefined for one of this version. */
export function otherVersion({ version }: JournalDocument): string | undefined {
    if (version === JOURNAL_VERSION) return undefined;
    return `the journal has version ${version}; this package reads version ${JOURNAL_VERSION}`;
}

/** Throws when the copy is damaged or of another version. */
export function openCopy(copy: JournalCopy): OpenedCopy {
    if (hashOf(copy.document) !== copy.hash) throw damaged("the journal does not match its hash");
    let document: JournalDocument;
    try {
        document = unpack(copy.document) as JournalDocument;
    } catch (error) {
        throw damaged(`the journal cannot be read (${(error as Error).message})`);
    }
    const what = otherVersion(document);
    if (what !== undefined) {
        throw new MigrationError({
            code: ErrorCode.JournalVersion,
            step: "journal",
            what,
            remedy: "install the version of pulumi-hyperpod-inference that wrote it (`npm install pulumi-hyperpod-inference@latest`) and run the command again; nothing was changed",
        });
    }
    const backup =
        copy.backup !== undefined && hashOf(copy.backup) === document.backupHash ? copy.backup : undefined;
    return { document, backup };
}

export function damaged(what: string): MigrationError {
    return new MigrationError({
        code: ErrorCode.JournalDamaged,
        step: "journal",
        what,
        remedy: "restore the Secret of the journal or an earlier state of the stack (`pulumi stack import`) from a backup, then run the command again; nothing was changed",
    });
}
