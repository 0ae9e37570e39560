// The write-ahead record of one move: what was begun, what each undo needs. Kept in the cluster at every write and in Pulumi state at the end of every call; each copy alone suffices.

import { hashOf } from "../../common/hash";
import type { MigrationStep, Plan } from "../plan/plan";
import type { JournalCopy, JournalStore } from "../ports/journalStore";
import type { World } from "../ports/world";
import { SealKeys } from "./backupKeys";
import {
    chooseCopy,
    type Direction,
    type JournalDocument,
    newDocument,
    packDocument,
    type StepRecord,
} from "./journalDocument";
import { KeptBackup } from "./keptBackup";
import { memoryCell } from "./memoryCell";
import type { BackupStore, JournalFacts, StepContext } from "./step";

export class Journal {
    #document: JournalDocument;
    #isBackupRewritten = false;
    #isWritten = false;
    /** Ends with the write that was asked for last. */
    #turn: Promise<unknown> = Promise.resolve();
    #notedMeanwhile: Partial<JournalFacts> = {};
    readonly #store: JournalStore;
    readonly #keys: SealKeys;
    readonly #backup: KeptBackup;

    private constructor(
        store: JournalStore,
        stackKeys: readonly string[],
        document: JournalDocument,
        backup: string | undefined,
        /** Another process wrote what stands here. */
        readonly isResumed: boolean,
        /** Only Pulumi state had a copy: an undo whose last write was not told to the engine may have removed the cluster's, so what is done may be undone again. */
        readonly isUnproven: boolean,
    ) {
        this.#store = store;
        this.#document = document;
        this.#keys = new SealKeys(store, stackKeys, document.plan.release.namespace, document.sealKeys);
        this.#backup = new KeptBackup(store, this.#keys, backup, document.backupHash);
    }

    /** A new journal; nothing is written before the first step opens. What it holds of other namespaces' Secrets is sealed when the stack has a key. */
    static begin(store: JournalStore, plan: Plan, stackKeys: readonly string[] = []): Journal {
        return new Journal(store, stackKeys, newDocument(plan), undefined, false, false);
    }

    /** Continues from the newer intact copy; throws when no copy is intact, answers undefined when there is none at all. */
    static resume(
        store: JournalStore,
        cluster: JournalCopy | undefined,
        state: JournalCopy | undefined,
        stackKeys: readonly string[] = [],
    ): Journal | undefined {
        const chosen = chooseCopy(cluster, state);
        return (
            chosen &&
            new Journal(store, stackKeys, chosen.document, chosen.backup, true, cluster === undefined)
        );
    }

    get plan(): Plan {
        return this.#document.plan;
    }
    get migrationId(): string {
        return this.#document.migrationId;
    }
    get direction(): Direction {
        return this.#document.direction;
    }
    get facts(): JournalFacts {
        return this.#document.facts;
    }
    get sequence(): number {
        return this.#document.sequence;
    }

    stateOf(step: MigrationStep): StepRecord["state"] | undefined {
        return this.#document.steps[step]?.state;
    }
    memoryOf(step: MigrationStep): unknown {
        return this.#document.steps[step]?.memory;
    }
    isDone(step: MigrationStep): boolean {
        return this.stateOf(step) === "done";
    }
    knows(step: MigrationStep): boolean {
        return this.#document.steps[step] !== undefined;
    }
    isEmpty(): boolean {
        return Object.keys(this.#document.steps).length === 0;
    }

    /** Facts ride along with the next write. */
    note(facts: Partial<JournalFacts>): void {
        this.#notedMeanwhile = { ...this.#notedMeanwhile, ...facts };
        this.#document = { ...this.#document, facts: { ...this.#document.facts, ...facts } };
    }

    /** The first write of a resumed journal also shuts out the mover of before: what it still sends is refused from here on. */
    async head(direction: Direction): Promise<void> {
        const isMine = !this.isResumed || this.#isWritten;
        if (this.#document.direction !== direction || !isMine) await this.#write(() => ({ direction }));
    }
    /** From here on the move stands for this create; one that began nothing yet says so with its first write. */
    async claim(claim: string): Promise<void> {
        if (this.sequence === 0) this.note({ claim });
        else if (this.facts.claim !== claim)
            await this.#write(({ facts }) => ({ facts: { ...facts, claim } }));
    }
    async open(step: MigrationStep, memory: unknown): Promise<void> {
        await this.#record(step, () => ({ state: "open", memory }));
    }
    /** A step whose undo was begun runs forward again with the memory it has: remembering anew would remember a half-undone world. */
    async reopen(step: MigrationStep): Promise<void> {
        const record = this.#document.steps[step];
        if (record?.state === "undoing")
            await this.#record(step, (now) => ({ memory: now?.memory, state: "open" }));
    }
    /** A finished step that has to be done once more: what it made was changed from outside. `more` is what its memory says of that. */
    async rerun(step: MigrationStep, more: object = {}): Promise<void> {
        const record = this.#document.steps[step];
        if (record?.state !== "done") return;
        await this.#record(step, (now) => ({
            state: "open",
            memory: { ...(now?.memory as object), ...more },
        }));
    }
    /** Before any step that the two plans do not share was begun. */
    async replan(plan: Plan): Promise<void> {
        await this.#write(() => ({ plan }));
    }
    /** After an upgrade: which add-on the move stands for now. */
    async revise(addon: Plan["addon"]): Promise<void> {
        await this.#write(({ plan }) => ({ plan: { ...plan, addon } }));
    }
    /** One write also opens the next step, when what it remembers is known already. `isUrgent`: no controller works meanwhile. */
    async close(
        step: MigrationStep,
        next?: { readonly step: MigrationStep; readonly memory: unknown },
        isUrgent = false,
    ): Promise<void> {
        await this.#write(({ steps }) => {
            const done: StepRecord = { state: "done", memory: steps[step]?.memory };
            const opened: StepRecord | undefined = next && { state: "open", memory: next.memory };
            return {
                steps: { ...steps, [step]: done, ...(next === undefined ? {} : { [next.step]: opened }) },
            };
        }, isUrgent);
    }
    async markUndoing(step: MigrationStep): Promise<void> {
        await this.#record(step, (now) => ({ state: "undoing", memory: now?.memory }));
    }
    /** One write also says that the undo of `next` begins. */
    async forget(step: MigrationStep, next?: MigrationStep): Promise<void> {
        await this.#write(({ steps }) => {
            const { [step]: _, ...others } = steps;
            const undoing = (one: MigrationStep): StepRecord => ({
                state: "undoing",
                memory: steps[one]?.memory,
            });
            return { steps: next === undefined ? others : { ...others, [next]: undoing(next) } };
        });
    }
    /** Removes the cluster's copy: the move is undone or committed. Answers finalizers of others that keep it, mostly none. */
    async discard(): Promise<readonly string[]> {
        return this.#store.remove();
    }

    contextOf<Memory>(step: MigrationStep, world: World): StepContext<Memory> {
        const backup: BackupStore = {
            exists: () => this.#document.backupHash !== undefined,
            write: async (content) => {
                await this.#backup.write(content);
                await this.#write(() => ({}));
            },
            read: async <T>() => (await this.#backup.read()) as T,
            keepApart: (name, data) => this.#store.writeApart(name, data),
            keptApart: (name) => this.#store.readApart(name),
        };
        const journal = this;
        return {
            world,
            plan: this.plan,
            memory: memoryCell(
                () => this.memoryOf(step) as Memory,
                (next) =>
                    this.#record(step, (now) => ({
                        state: now?.state ?? "open",
                        memory: next(now?.memory as Memory),
                    })),
            ),
            journal: {
                backup,
                migrationId: this.migrationId,
                note: (facts) => this.note(facts),
                get facts() {
                    return journal.facts;
                },
            },
        };
    }

    /** The copy for Pulumi state. */
    copy(): JournalCopy {
        const document = packDocument(this.#document);
        return {
            document,
            hash: hashOf(document),
            ...(this.#backup.packed === undefined ? {} : { backup: this.#backup.packed }),
        };
    }

    async #record(step: MigrationStep, next: (now: StepRecord | undefined) => StepRecord): Promise<void> {
        await this.#write(({ steps }) => ({ steps: { ...steps, [step]: next(steps[step]) } }));
    }

    /** One after the other, each on top of what the one before has journaled. `isUrgent`: no controller works meanwhile; the next write looks after the backup. */
    #write(change: (now: JournalDocument) => Partial<JournalDocument>, isUrgent = false): Promise<void> {
        const turn = this.#turn.then(() => this.#writeNow(change, isUrgent));
        // Whoever asked for it is told that it failed.
        this.#turn = turn.catch(() => undefined);
        return turn;
    }

    async #writeNow(
        change: (now: JournalDocument) => Partial<JournalDocument>,
        isUrgent: boolean,
    ): Promise<void> {
        if (this.isUnproven && !this.#isBackupRewritten) {
            // Each copy alone must suffice again.
            await this.#backup.writeAgain();
            this.#isBackupRewritten = true;
        }
        if (this.isResumed && !this.#isWritten) await this.#keys.belongToThisStack();
        const { hash: backupHash } = this.#backup;
        const { wrapped: sealKeys } = this.#keys;
        const next = {
            ...this.#document,
            ...(backupHash === undefined ? {} : { backupHash }),
            ...(sealKeys === undefined ? {} : { sealKeys }),
            ...change(this.#document),
            sequence: this.#document.sequence + 1,
        };
        this.#notedMeanwhile = {};
        const isLookedAfter = !isUrgent && Object.keys(next.steps).length > 0;
        const document = packDocument(next);
        // Beside the write, not behind it: a deletion before this write is met.
        const [isGone] = await Promise.all([
            isLookedAfter && this.#backup.isGone(),
            this.#store.writeDocument(document, hashOf(document)),
        ]);
        this.#document = { ...next, facts: { ...next.facts, ...this.#notedMeanwhile } };
        this.#isWritten = true;
        if (isGone) await this.#backup.writeAgain();
    }
}
