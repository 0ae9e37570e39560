// The write-ahead record of one move: what was begun, what each undo needs. Kept in the cluster at every write and in Pulumi state at the end of every call; each copy alone suffices.
import { createHash, randomUUID } from "node:crypto";
import { gunzipSync, gzipSync } from "node:zlib";
import { ErrorCode, MigrationError } from "../../common/errors";
import type { MigrationStep, Plan } from "../plan/plan";
import type { World } from "../ports/world";
import { memoryCell } from "./memoryCell";
import { newSealKey, openSecrets, sealSecrets, unwrapKey, wrapKey } from "./sealed";
import type { BackupStore, JournalFacts, StepContext } from "./step";

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

/** One copy as it is stored: compressed, base64, with hashes. */
export interface JournalCopy {
    readonly document: string;
    readonly hash: string;
    readonly backup?: string;
}

/** The first page of the cluster's copy. */
export interface JournalHead {
    readonly document: string;
    readonly hash: string;
    /** Made with a key of the stack that wrote it. */
    readonly mark?: string;
}

/** Where the crash-time copy lives. */
export interface JournalStore {
    writeDocument(document: string, hash: string): Promise<void>;
    writeBackup(backup: string): Promise<void>;
    /** Whether all parts of it are there; their content is proved by its hash when it is read. */
    holdsBackup(backup: string): Promise<boolean>;
    readHead(): Promise<JournalHead | undefined>;
    read(): Promise<JournalCopy | undefined>;
    /** Keeps the key of a namespace's Secrets in that namespace, for whom the stack's state is lost. */
    writeKey(namespace: string, key: string): Promise<void>;
    readKey(namespace: string): Promise<string | undefined>;
    remove(): Promise<void>;
}

export class Journal {
    #document: JournalDocument;
    #backup: string | undefined;
    #isBackupRewritten = false;
    #isWritten = false;
    readonly #store: JournalStore;
    /** Opened ones, by namespace. */
    readonly #keys = new Map<string, string>();

    private constructor(
        store: JournalStore,
        readonly stackKeys: readonly string[],
        document: JournalDocument,
        backup: string | undefined,
        /** Another process wrote what stands here. */
        readonly isResumed: boolean,
        /** Only Pulumi state had a copy: an undo whose last write was not told to the engine may have removed the cluster's, so what is done may be undone again. */
        readonly isUnproven: boolean,
    ) {
        this.#store = store;
        this.#document = document;
        this.#backup = backup;
    }

    /** A new journal; nothing is written before the first step opens. What it holds of other namespaces' Secrets is sealed when the stack has a key. */
    static begin(store: JournalStore, plan: Plan, stackKeys: readonly string[] = []): Journal {
        return new Journal(
            store,
            stackKeys,
            {
                version: JOURNAL_VERSION,
                migrationId: randomUUID(),
                sequence: 0,
                direction: "forward",
                plan,
                steps: {},
                facts: { pausedSeconds: {}, warnings: [] },
            },
            undefined,
            false,
            false,
        );
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
        this.#document = { ...this.#document, facts: { ...this.#document.facts, ...facts } };
    }

    /** The first write of a resumed journal also shuts out the mover of before: what it still sends is refused from here on. */
    async head(direction: Direction): Promise<void> {
        const isMine = !this.isResumed || this.#isWritten;
        if (this.#document.direction !== direction || !isMine) await this.#write({ direction });
    }
    /** From here on the move stands for this create; one that began nothing yet says so with its first write. */
    async claim(claim: string): Promise<void> {
        if (this.sequence === 0) this.note({ claim });
        else if (this.facts.claim !== claim) await this.#write({ facts: { ...this.facts, claim } });
    }
    async open(step: MigrationStep, memory: unknown): Promise<void> {
        await this.#record(step, { state: "open", memory });
    }
    /** A step whose undo was begun runs forward again with the memory it has: remembering anew would remember a half-undone world. */
    async reopen(step: MigrationStep): Promise<void> {
        const record = this.#document.steps[step];
        if (record?.state === "undoing") await this.#record(step, { ...record, state: "open" });
    }
    /** A finished step that has to be done once more: what it made was changed from outside. `more` is what its memory says of that. */
    async rerun(step: MigrationStep, more: object = {}): Promise<void> {
        const record = this.#document.steps[step];
        if (record?.state !== "done") return;
        await this.#record(step, { state: "open", memory: { ...(record.memory as object), ...more } });
    }
    /** After an upgrade: which add-on the move stands for now. */
    async revise(addon: Plan["addon"]): Promise<void> {
        await this.#write({ plan: { ...this.plan, addon } });
    }
    /** One write also opens the next step, when what it remembers is known already. */
    async close(
        step: MigrationStep,
        next?: { readonly step: MigrationStep; readonly memory: unknown },
    ): Promise<void> {
        const done: StepRecord = { state: "done", memory: this.#document.steps[step]?.memory };
        const opened: StepRecord | undefined = next && { state: "open", memory: next.memory };
        const steps = {
            ...this.#document.steps,
            [step]: done,
            ...(next === undefined ? {} : { [next.step]: opened }),
        };
        await this.#write({ steps }, next !== undefined);
    }
    async markUndoing(step: MigrationStep): Promise<void> {
        await this.#record(step, { state: "undoing", memory: this.#document.steps[step]?.memory });
    }
    async forget(step: MigrationStep): Promise<void> {
        const { [step]: _, ...steps } = this.#document.steps;
        await this.#write({ steps });
    }
    /** Removes the cluster's copy: the move is undone or committed. */
    async discard(): Promise<void> {
        await this.#store.remove();
    }

    contextOf<Memory>(step: MigrationStep, world: World): StepContext<Memory> {
        const backup: BackupStore = {
            exists: () => this.#document.backupHash !== undefined,
            write: async (content) => {
                const backup = pack(await this.#sealed(content));
                const sealKeys = this.#wrappedKeys();
                this.#backup = backup;
                await this.#store.writeBackup(backup);
                await this.#write({ backupHash: hashOf(backup), ...(sealKeys && { sealKeys }) });
            },
            read: async <T>() => (await this.#readBackup()) as T,
        };
        const journal = this;
        return {
            world,
            plan: this.plan,
            memory: memoryCell(
                () => this.memoryOf(step) as Memory,
                (memory) => this.#record(step, { state: this.stateOf(step) ?? "open", memory }),
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
        const document = pack(this.#document);
        return {
            document,
            hash: hashOf(document),
            ...(this.#backup === undefined ? {} : { backup: this.#backup }),
        };
    }

    /** The keys lie in their namespaces before anything that they seal is written. */
    async #sealed(content: unknown): Promise<unknown> {
        if (this.stackKeys.length === 0) return content;
        const asked = new Map<string, Promise<string>>();
        return sealSecrets(content, this.plan.release.namespace, (namespace) => {
            const key = asked.get(namespace) ?? this.#newKey(namespace);
            asked.set(namespace, key);
            return key;
        });
    }

    async #newKey(namespace: string): Promise<string> {
        const key = newSealKey();
        await this.#store.writeKey(namespace, key);
        this.#keys.set(namespace, key);
        return key;
    }

    #wrappedKeys(): Record<string, string> | undefined {
        const [stackKey] = this.stackKeys;
        if (stackKey === undefined || this.#keys.size === 0) return undefined;
        return Object.fromEntries(
            [...this.#keys].map(([namespace, key]) => [namespace, wrapKey(key, stackKey, namespace)]),
        );
    }

    /** By the stack's key; by the namespace's own Secret when the stack's is another one now. */
    async #keyOf(namespace: string): Promise<string | undefined> {
        const wrapped = this.#document.sealKeys?.[namespace];
        const key =
            this.#keys.get(namespace) ??
            (wrapped === undefined ? undefined : unwrapKey(wrapped, this.stackKeys, namespace)) ??
            (await this.#store.readKey(namespace));
        if (key !== undefined) this.#keys.set(namespace, key);
        return key;
    }

    async #readBackup(): Promise<unknown> {
        const packed = this.#intactBackup();
        return openSecrets(unpack(packed), async (namespace) => {
            const key = await this.#keyOf(namespace);
            if (key === undefined)
                throw damaged(
                    `the backup's Secrets of namespace ${namespace} are sealed, and neither this stack's key nor a Secret of that namespace opens them`,
                );
            return key;
        }).catch((error: unknown) => {
            if (error instanceof MigrationError) throw error;
            throw damaged(`the backup's Secrets cannot be opened (${(error as Error).message})`);
        });
    }

    #intactBackup(): string {
        if (this.#backup === undefined || hashOf(this.#backup) !== this.#document.backupHash) {
            throw damaged("the backup in the journal is missing or does not match its hash");
        }
        return this.#backup;
    }

    #sealedNamespaces(): string[] {
        return Object.keys(this.#document.sealKeys ?? {});
    }

    /** A journal that was taken over is opened by the stack that took it. */
    async #keysOfAnotherStack(): Promise<Pick<JournalDocument, "sealKeys">> {
        const { sealKeys } = this.#document;
        const isOpen = Object.entries(sealKeys ?? {}).every(
            ([namespace, wrapped]) => unwrapKey(wrapped, this.stackKeys, namespace) !== undefined,
        );
        if (sealKeys === undefined || isOpen) return {};
        for (const namespace of this.#sealedNamespaces()) await this.#keyOf(namespace);
        return { sealKeys: { ...sealKeys, ...this.#wrappedKeys() } };
    }

    async #record(step: MigrationStep, record: StepRecord): Promise<void> {
        await this.#write({ steps: { ...this.#document.steps, [step]: record } });
    }

    /** `isUrgent`: no controller works meanwhile; the next write looks after the backup. */
    async #write(change: Partial<JournalDocument>, isUrgent = false): Promise<void> {
        if (this.isUnproven && !this.#isBackupRewritten && this.#backup !== undefined) {
            // Each copy alone must suffice again.
            await this.#writeKeys();
            await this.#store.writeBackup(this.#backup);
            this.#isBackupRewritten = true;
        }
        const adopted = this.isResumed && !this.#isWritten ? await this.#keysOfAnotherStack() : {};
        const next = {
            ...this.#document,
            ...adopted,
            ...change,
            sequence: this.#document.sequence + 1,
        };
        const document = pack(next);
        await this.#store.writeDocument(document, hashOf(document));
        this.#document = next;
        this.#isWritten = true;
        if (!isUrgent) await this.#keepBackup();
    }

    /** Somebody may delete the backup at any moment; as long as this mover lives it knows all that it held. */
    async #keepBackup(): Promise<void> {
        const backup = this.#backup;
        const isNeeded = this.#document.backupHash !== undefined && !this.isEmpty();
        if (backup === undefined || !isNeeded || (await this.#store.holdsBackup(backup))) return;
        await this.#writeKeys();
        await this.#store.writeBackup(backup);
    }

    async #writeKeys(): Promise<void> {
        for (const namespace of this.#sealedNamespaces()) {
            const key = await this.#keyOf(namespace);
            if (key !== undefined) await this.#store.writeKey(namespace, key);
        }
    }
}

export interface OpenedCopy {
    readonly document: JournalDocument;
    readonly backup: string | undefined;
}

function chooseCopy(
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

/** Throws when the copy is damaged or of another version. */
export function openCopy(copy: JournalCopy): OpenedCopy {
    if (hashOf(copy.document) !== copy.hash) throw damaged("the journal does not match its hash");
    let document: JournalDocument;
    try {
        document = unpack(copy.document) as JournalDocument;
    } catch (error) {
        throw damaged(`the journal cannot be read (${(error as Error).message})`);
    }
    if (document.version !== JOURNAL_VERSION) {
        throw new MigrationError({
            code: ErrorCode.JournalVersion,
            step: "journal",
            what: `the journal has version ${document.version}; this package reads version ${JOURNAL_VERSION}`,
            remedy: "install the version of pulumi-hyperpod-inference that wrote it (`npm install pulumi-hyperpod-inference@latest`) and run the command again; nothing was changed",
        });
    }
    const backup =
        copy.backup !== undefined && hashOf(copy.backup) === document.backupHash ? copy.backup : undefined;
    return { document, backup };
}

function damaged(what: string): MigrationError {
    return new MigrationError({
        code: ErrorCode.JournalDamaged,
        step: "journal",
        what,
        remedy: "restore the Secret of the journal or an earlier state of the stack (`pulumi stack import`) from a backup, then run the command again; nothing was changed",
    });
}

export function pack(content: unknown): string {
    return gzipSync(Buffer.from(JSON.stringify(content)), { level: 9 }).toString("base64");
}

/** Far more than any journal has, and little enough to unpack whatever somebody wrote in its place. */
const UNPACKED_LIMIT = 64 * 1024 * 1024;

export function unpack(packed: string): unknown {
    return JSON.parse(
        gunzipSync(Buffer.from(packed, "base64"), { maxOutputLength: UNPACKED_LIMIT }).toString("utf8"),
    );
}

export function hashOf(text: string): string {
    return createHash("sha256").update(text).digest("hex");
}
