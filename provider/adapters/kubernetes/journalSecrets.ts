// The journal's copy in the cluster: one Secret for the document, as many as the backup needs, below the size limit of a Secret, and beside each namespace's own Secrets the key that opens the backup's copies of them. A write goes on top of what this mover knows, or is refused.

import { OURS } from "../../../common/ourMarks";
import { lockLost } from "../../engine/heldLock";
import type { JournalCopy, JournalHead, JournalStore } from "../../engine/journal";
import { hashOf } from "../../engine/journal";
import type { KubernetesObject, ObjectRef, Objects } from "../../ports/world";
import { ApiError } from "./api";

/** The limit of a Secret is 1 MiB; the backup is cut below 900 KiB of it. */
const CHUNK = 880 * 1024;

/** Whoever writes into these Secrets must not make a reader ask for millions of them. */
const MOST_CHUNKS = 100;

export const JOURNAL_LABELS = {
    ...OURS,
    "app.kubernetes.io/component": "migration-journal",
} as const;

type SecretRef = ObjectRef & { readonly namespace: string };

/** A Secret as it was last read or written here. */
interface Known {
    readonly resourceVersion: string;
    readonly data: Readonly<Record<string, string>>;
}

/** Tries on top of a version that changed without the content: somebody labels the Secret. */
const TRIES = 5;

export class JournalSecrets implements JournalStore {
    readonly #known = new Map<string, Known>();

    constructor(
        readonly objects: Objects,
        readonly namespace: string,
        readonly release: string,
        /** Says who wrote the document with this hash; absent where nobody can tell later. */
        readonly markOf: (hash: string) => string | undefined = () => undefined,
    ) {}

    async writeDocument(document: string, hash: string): Promise<void> {
        // A mark that is left from another writer would belong to another document.
        await this.#put(this.#name(), { document, hash, mark: this.markOf(hash) ?? "" });
    }

    async writeBackup(backup: string): Promise<void> {
        const chunks = cut(backup);
        for (const [index, chunk] of chunks.entries()) {
            await this.#put(this.#name(index), {
                backup: chunk,
                total: String(chunks.length),
                backupHash: hashOf(backup),
            });
        }
    }

    async holdsBackup(backup: string): Promise<boolean> {
        const names = new Set((await this.#all()).map(({ metadata }) => metadata.name));
        return cut(backup).every((_, index) => names.has(this.#name(index)));
    }

    async readHead(): Promise<JournalHead | undefined> {
        const head = await this.#get(this.#name());
        if (head === undefined) return undefined;
        return {
            document: head.document ?? "",
            hash: head.hash ?? "",
            ...(head.mark ? { mark: head.mark } : {}),
        };
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
            await this.#put(this.#keyName(), { key }, namespace);
        } catch (error) {
            // A namespace that somebody deletes takes its Secrets with it; the stack's state still opens what is sealed.
            const isGoing = isStatus(error, 403) && /being terminated/.test((error as Error).message);
            if (!isStatus(error, 404) && !isGoing) throw error;
        }
    }

    async readKey(namespace: string): Promise<string | undefined> {
        return (await this.#get(this.#keyName(), namespace))?.key;
    }

    async remove(): Promise<void> {
        const mine = await this.#all();
        // The head goes last: as long as it is there, a killed clean-up is seen and finished.
        const headLast = [...mine].sort((a, b) => b.metadata.name.length - a.metadata.name.length);
        for (const { metadata } of headLast) {
            const { name, namespace, uid, resourceVersion } = metadata;
            const ref = this.#ref(name, namespace);
            await this.objects
                .remove(ref, {
                    ...(uid ? { uid } : {}),
                    ...(resourceVersion ? { resourceVersion } : {}),
                })
                .catch((error: unknown) => {
                    throw isStatus(error, 409) ? writtenByAnother(name) : error;
                });
            this.#known.delete(keyIn(ref));
        }
    }

    async #readBackup(): Promise<string | undefined> {
        const first = await this.#get(this.#name(0));
        if (first === undefined) return undefined;
        const total = Number(first.total);
        // Not ours, or damaged: the hash will say so.
        if (!Number.isInteger(total) || total > MOST_CHUNKS) return first.backup ?? "";
        const rest = await Promise.all(
            Array.from({ length: Math.max(0, total - 1) }, (_, index) => this.#get(this.#name(index + 1))),
        );
        return [first, ...rest].map((chunk) => chunk?.backup ?? "").join("");
    }

    async #get(name: string, namespace?: string): Promise<Record<string, string> | undefined> {
        const ref = this.#ref(name, namespace);
        const secret = await this.objects.read(ref);
        if (secret === undefined) {
            this.#known.delete(keyIn(ref));
            return undefined;
        }
        const data = (secret.data ?? {}) as Record<string, string>;
        this.#known.set(keyIn(ref), { resourceVersion: secret.metadata.resourceVersion ?? "", data });
        return Object.fromEntries(
            Object.entries(data).map(([key, value]) => [key, Buffer.from(value, "base64").toString("utf8")]),
        );
    }

    async #put(name: string, content: Record<string, string>, namespace?: string): Promise<void> {
        const ref = this.#ref(name, namespace);
        const data = Object.fromEntries(
            Object.entries(content).map(([key, value]) => [key, Buffer.from(value).toString("base64")]),
        );
        const secret: KubernetesObject = {
            apiVersion: "v1",
            kind: "Secret",
            metadata: {
                name,
                namespace: ref.namespace,
                labels: { ...JOURNAL_LABELS, "app.kubernetes.io/instance": this.release },
            },
            type: "pulumi-hyperpod-inference/journal",
            data,
        };
        for (let attempt = 1; ; attempt++) {
            try {
                const { resourceVersion = "" } = await this.#store(secret, ref);
                this.#known.set(keyIn(ref), { resourceVersion, data });
                return;
            } catch (error) {
                if (attempt >= TRIES || !(await this.#mayTryAgain(ref, data, error))) throw error;
            }
        }
    }

    #store(secret: KubernetesObject, ref: SecretRef) {
        const known = this.#known.get(keyIn(ref));
        if (known === undefined) return this.objects.create(secret);
        const { resourceVersion } = known;
        return this.objects.merge(ref, { metadata: { resourceVersion }, data: secret.data });
    }

    /** Finds out why a write was refused; throws when another mover wrote. */
    async #mayTryAgain(ref: SecretRef, wanted: Known["data"], error: unknown): Promise<boolean> {
        const known = this.#known.get(keyIn(ref));
        if (known !== undefined && isStatus(error, 404)) {
            // Somebody deleted it; as long as this mover lives it knows all that it held.
            this.#known.delete(keyIn(ref));
            return true;
        }
        if (!isStatus(error, 409)) return false;
        const live = await this.objects.read(ref);
        if (live === undefined) this.#known.delete(keyIn(ref));
        else {
            const data = (live.data ?? {}) as Known["data"];
            // The same content: an answer of ours was lost, or only labels changed. A backup is proved by its hash in the document.
            const isOurs = same(data, wanted) || same(data, known?.data) || ref.name !== this.#name();
            if (!isOurs) throw writtenByAnother(ref.name);
            this.#known.set(keyIn(ref), { resourceVersion: live.metadata.resourceVersion ?? "", data });
        }
        return true;
    }

    /** Of this journal, the keys in other namespaces too. */
    async #all(): Promise<KubernetesObject[]> {
        const found = await this.objects.list("v1", "Secret", {
            labelSelector: this.#selector(),
            metadataOnly: true,
        });
        return found.filter(
            ({ metadata }) => metadata.namespace === this.namespace || metadata.name === this.#keyName(),
        );
    }

    #ref(name: string, namespace = this.namespace): SecretRef {
        return { apiVersion: "v1", kind: "Secret", namespace, name };
    }

    /** Two releases of one name may have Secrets in the same namespace. */
    #keyName(): string {
        return `${journalName(this.release)}-key-${this.namespace}`;
    }

    #name(chunk?: number): string {
        return journalName(this.release, chunk);
    }

    #selector(): string {
        return Object.entries({ ...JOURNAL_LABELS, "app.kubernetes.io/instance": this.release })
            .map(([key, value]) => `${key}=${value}`)
            .join(",");
    }
}

function keyIn({ namespace, name }: SecretRef): string {
    return `${namespace}/${name}`;
}

export function journalName(release: string, chunk?: number): string {
    return `pulumi-hyperpod-migration-${release}${chunk === undefined ? "" : `-backup-${chunk}`}`;
}

function isStatus(error: unknown, status: number): boolean {
    return error instanceof ApiError && error.status === status;
}

function same(a: Known["data"], b: Known["data"] | undefined): boolean {
    const entries = Object.entries(a);
    return (
        b !== undefined &&
        entries.length === Object.keys(b).length &&
        entries.every(([key, value]) => b[key] === value)
    );
}

function writtenByAnother(name: string) {
    return lockLost(`another mover wrote the journal ${name} meanwhile`);
}

function cut(text: string): string[] {
    // base64 of the Secret's own data field makes a third more of it.
    const size = Math.floor((CHUNK * 3) / 4);
    const chunks: string[] = [];
    for (let start = 0; start < text.length; start += size) chunks.push(text.slice(start, start + size));
    return chunks.length === 0 ? [""] : chunks;
}

/** Where journals lie, by their first pages; what only carries their labels is none. */
export function placesOf(secrets: readonly KubernetesObject[]): { namespace: string; release: string }[] {
    return secrets.flatMap(({ metadata }) => {
        const release = metadata.labels?.["app.kubernetes.io/instance"] ?? "";
        return release !== "" && metadata.name === journalName(release)
            ? [{ namespace: metadata.namespace ?? "", release }]
            : [];
    });
}
