// The journal's copy in the cluster: Secrets for document and backup, as many as each needs below the size limit of a Secret, and beside each namespace's own Secrets the key that opens the backup's copies of them. A write goes on top of what this mover knows, or is refused.

import { ErrorCode, MigrationError } from "../../../common/errors";
import { hashOf } from "../../../common/hash";
import { KEPT_FOR_UNDO, moveName, OURS, PACKAGE_NAME } from "../../../common/ourMarks";
import type { JournalCopy, JournalHead, JournalStore } from "../../ports/journalStore";
import type { KubernetesObject, ObjectMeta, Objects } from "../../ports/world";
import { isStatus } from "./api";
import { KnownSecrets, type Removed, type SecretRef, type SecretText, secretRef } from "./secretWrites";

/** The limit of a Secret is 1 MiB; document and backup are cut below 900 KiB of it. */
const CHUNK = 880 * 1024;

/** Whoever writes into these Secrets must not make a reader ask for millions of them. */
const MOST_CHUNKS = 100;

/** How often a document is read anew that its mover replaces meanwhile. */
const READS = 5;

/** Enough of a page's hash that no two pages of a move share a name. */
const PAGE_HASH = 16;

const PAGE_NAME = new RegExp(`^[0-9a-f]{${PAGE_HASH}}$`);

const RELEASE_LABEL = "app.kubernetes.io/instance";

export const JOURNAL_LABELS = {
    ...OURS,
    "app.kubernetes.io/component": "migration-journal",
} as const;

/** The API server lets nobody change it: who takes the labels off hides nothing. */
const JOURNAL_TYPE = `${PACKAGE_NAME}/journal`;

/** All Secrets of all journals, for a list. */
export const OF_JOURNALS = { fieldSelector: `type=${JOURNAL_TYPE}`, metadataOnly: true } as const;

/** What follows the name of a head in the names of its other Secrets. */
const PART = /-(backup-\d+|page-[0-9a-f]{16}-\d+|apart-[0-9a-f]{16}|key-.+)$/;

export class JournalSecrets implements JournalStore {
    readonly #secrets: KnownSecrets;

    constructor(
        readonly objects: Objects,
        readonly namespace: string,
        readonly release: string,
        /** Says who wrote the document with this hash; absent where nobody can tell later. */
        readonly markOf: (hash: string) => string | undefined = () => undefined,
    ) {
        const labels = { ...JOURNAL_LABELS, [RELEASE_LABEL]: release };
        // All but the head is proved by a hash that stands in the head or its document.
        this.#secrets = new KnownSecrets(
            objects,
            JOURNAL_TYPE,
            labels,
            ({ name }) => name !== journalName(release),
            // Keys lie in namespaces of others, which nothing of ours may hold; the stack's state has them too.
            ({ name }) => name !== this.#keyName(),
        );
    }

    /**
     * Further pages are named after what they hold and written before the head that names them: until then the former document is whole, from then
     * on this one is. A page that both have is left as it is.
     */
    async writeDocument(document: string, hash: string): Promise<void> {
        const [first = "", ...rest] = cut(document);
        const pages = rest.map((text, index) => ({ text, ref: this.#page(pageHash(text), index + 1) }));
        const isLive = pages.length > 0 ? await this.#livePages() : () => false;
        for (const { text, ref } of pages)
            if (this.#secrets.known(ref)?.document !== text || !isLive(ref))
                await this.#secrets.write(ref, { document: text });
        const former = this.#secrets.known(this.#head());
        await this.#secrets.write(this.#head(), {
            document: first,
            hash,
            total: String(pages.length + 1),
            pages: rest.map(pageHash).join(","),
            // A mark that is left from another writer would belong to another document.
            mark: this.markOf(hash) ?? "",
        });
        const names = new Set(pages.map(({ ref }) => ref.name));
        for (const page of this.#pagesOf(former ?? {}))
            if (!names.has(page.name)) await this.#secrets.remove(page);
    }

    /** Tells of a page whether it is as this mover knows it: somebody may have deleted or changed it. */
    async #livePages(): Promise<(ref: SecretRef) => boolean> {
        const live = await this.objects.list("v1", "Secret", {
            namespace: this.namespace,
            ...OF_JOURNALS,
        });
        const versions = new Map(live.map(({ metadata }) => [metadata.name, metadata.resourceVersion]));
        return (ref) => versions.get(ref.name) === this.#secrets.knownVersion(ref);
    }

    async writeBackup(backup: string): Promise<void> {
        const chunks = cut(backup);
        for (const [index, chunk] of chunks.entries()) {
            await this.#secrets.write(this.#chunk(index), {
                backup: chunk,
                total: String(chunks.length),
                backupHash: hashOf(backup),
            });
        }
    }

    async holdsBackup(backup: string): Promise<boolean> {
        const asked = cut(backup).map((_, index) => this.objects.exists(this.#chunk(index)));
        return (await Promise.all(asked)).every((isThere) => isThere);
    }

    async writeApart(name: string, data: Readonly<Record<string, string>>): Promise<void> {
        await this.#secrets.writeData(this.#apart(name), data);
    }

    async readApart(name: string): Promise<Readonly<Record<string, string>> | undefined> {
        return this.#secrets.readData(this.#apart(name));
    }

    async readHead(): Promise<JournalHead | undefined> {
        for (let attempt = 1; ; attempt++) {
            const head = await this.#secrets.read(this.#head());
            if (head === undefined) return undefined;
            const { hash = "", mark } = head;
            const pages = await Promise.all(this.#pagesOf(head).map((page) => this.#secrets.read(page)));
            // The mover wrote another document meanwhile, and took the pages of this one away. A document that is not whole is found by its hash.
            if (pages.includes(undefined) && attempt < READS) continue;
            const document = [head, ...pages].map((page) => page?.document ?? "").join("");
            const heldBy = this.#secrets.heldBy(this.#head());
            return { document, hash, ...(mark ? { mark } : {}), ...(heldBy ? { heldBy } : {}) };
        }
    }

    async read(): Promise<JournalCopy | undefined> {
        const head = await this.readHead();
        if (head === undefined) return undefined;
        const backup = await this.#readBackup();
        const { document, hash } = head;
        return { document, hash, ...(backup === undefined ? {} : { backup }) };
    }

    async writeKey(namespace: string, key: string): Promise<void> {
        try {
            await this.#secrets.write(secretRef(namespace, this.#keyName()), { key });
        } catch (error) {
            // A namespace that somebody deletes takes its Secrets with it; the stack's state still opens what is sealed.
            const isGoing = isStatus(error, 403) && /being terminated/.test((error as Error).message);
            if (!isStatus(error, 404) && !isGoing) throw error;
        }
    }

    async readKey(namespace: string): Promise<string | undefined> {
        return (await this.#secrets.read(secretRef(namespace, this.#keyName())))?.key;
    }

    async remove(): Promise<readonly string[]> {
        const mine = await this.#all();
        const free = await Promise.all(mine.map(({ metadata }) => this.#secrets.letGo(metadata)));
        // The head goes last: as long as it is there, a killed clean-up is seen and finished.
        const isHead = ({ name }: { readonly name: string }) => name === journalName(this.release);
        const remove = (metadata: Removed) => this.#secrets.remove(metadata);
        await Promise.all(free.filter((metadata) => !isHead(metadata)).map(remove));
        const heads = free.filter(isHead);
        await Promise.all(heads.map(remove));
        return heads
            .flatMap(({ finalizers = [] }) => finalizers)
            .filter((finalizer) => finalizer !== KEPT_FOR_UNDO);
    }

    async #readBackup(): Promise<string | undefined> {
        const first = await this.#secrets.read(this.#chunk(0));
        if (first === undefined) return undefined;
        const total = chunksOf(first.total);
        // Not ours, or damaged: the hash will say so.
        if (total === undefined) return first.backup ?? "";
        const rest = await Promise.all(
            Array.from({ length: total - 1 }, (_, index) => this.#secrets.read(this.#chunk(index + 1))),
        );
        return [first, ...rest].map((chunk) => chunk?.backup ?? "").join("");
    }

    /** Of this journal, the keys in other namespaces too. */
    async #all(): Promise<KubernetesObject[]> {
        const found = await this.objects.list("v1", "Secret", OF_JOURNALS);
        return found.filter(
            ({ metadata }) =>
                (metadata.namespace === this.namespace && isOfJournal(metadata, this.release)) ||
                metadata.name === this.#keyName(),
        );
    }

    #head(): SecretRef {
        return secretRef(this.namespace, journalName(this.release));
    }

    #chunk(index: number): SecretRef {
        return secretRef(this.namespace, journalName(this.release, index));
    }

    #page(hash: string, index: number): SecretRef {
        return secretRef(this.namespace, `${journalName(this.release)}-page-${hash}-${index}`);
    }

    #apart(name: string): SecretRef {
        return secretRef(this.namespace, `${journalName(this.release)}-apart-${pageHash(name)}`);
    }

    /** None where the head names none, or was not written by us. */
    #pagesOf({ pages = "" }: SecretText): SecretRef[] {
        const hashes = pages.split(",");
        const isOurs = hashes.length < MOST_CHUNKS && hashes.every((hash) => PAGE_NAME.test(hash));
        return isOurs ? hashes.map((hash, index) => this.#page(hash, index + 1)) : [];
    }

    /** Two releases of one name may have Secrets in the same namespace. */
    #keyName(): string {
        return `${journalName(this.release)}-key-${this.namespace}`;
    }
}

/** Of Secrets of this type in the release's namespace: whether it is head or part of that release's journal. */
export function isOfJournal({ name, labels }: Pick<ObjectMeta, "name" | "labels">, release: string): boolean {
    const told = labels?.[RELEASE_LABEL];
    if (told !== undefined && told !== release) return false;
    const head = journalName(release);
    return name === head || (name.startsWith(head) && name.replace(PART, "") === head);
}

export function journalName(release: string, chunk?: number): string {
    return `${moveName(release)}${chunk === undefined ? "" : `-backup-${chunk}`}`;
}

/** Undefined where no honest number stands. */
function chunksOf(total: string | undefined): number | undefined {
    const number = Number(total);
    return Number.isInteger(number) && number >= 1 && number <= MOST_CHUNKS ? number : undefined;
}

function pageHash(text: string): string {
    return hashOf(text).slice(0, PAGE_HASH);
}

function cut(text: string): string[] {
    // base64 of the Secret's own data field makes a third more of it.
    const size = Math.floor((CHUNK * 3) / 4);
    const total = Math.max(1, Math.ceil(text.length / size));
    if (total > MOST_CHUNKS) throw tooLarge(text.length);
    return Array.from({ length: total }, (_, index) => text.slice(index * size, (index + 1) * size));
}

/** What could not be read again is never written. */
function tooLarge(bytes: number): MigrationError {
    return new MigrationError({
        code: ErrorCode.JournalTooLarge,
        step: "journal",
        what: `the journal holds ${Math.ceil(bytes / 1024 / 1024)} MiB, compressed; ${MOST_CHUNKS} Secrets hold less`,
        remedy: "run `pulumi destroy` to go back; then remove tags or models that nobody needs, and run `pulumi up`",
    });
}

/** Where journals lie, by their first pages; who took a label off is no reason not to find one. */
export function placesOf(secrets: readonly KubernetesObject[]): { namespace: string; release: string }[] {
    const start = journalName("");
    return secrets.flatMap(({ metadata }) => {
        const { name } = metadata;
        const named = PART.test(name) || !name.startsWith(start) ? "" : name.slice(start.length);
        const release = metadata.labels?.[RELEASE_LABEL] ?? named;
        return release !== "" && metadata.name === journalName(release)
            ? [{ namespace: metadata.namespace ?? "", release }]
            : [];
    });
}
