// Keys for the Secrets of other namespaces in a backup: one per namespace, kept in that namespace, and in the journal for the stack alone. Content comes in and goes out sealed or open; never in the open outside this process.
import { MigrationError } from "../../common/errors";
import type { JournalStore } from "../ports/journalStore";
import { newSealKey, openSecrets, sealSecrets, unwrapKey, wrapKey } from "./backupEncryption";
import { damaged } from "./journalDocument";

/** By namespace, its key as only a key of the stack opens it. */
export type WrappedKeys = Readonly<Record<string, string>>;

export class SealKeys {
    /** Opened ones, by namespace. */
    readonly #keys = new Map<string, string>();
    #wrapped: WrappedKeys | undefined;

    constructor(
        readonly store: JournalStore,
        /** The one to write with first. */
        readonly stackKeys: readonly string[],
        /** The namespace that the journal lies in. */
        readonly home: string,
        wrapped: WrappedKeys | undefined,
    ) {
        this.#wrapped = wrapped;
    }

    /** For the journal's document. */
    get wrapped(): WrappedKeys | undefined {
        return this.#wrapped;
    }

    /** The keys lie in their namespaces before anything that they seal is written. */
    async seal(content: unknown): Promise<unknown> {
        if (this.stackKeys.length === 0) return content;
        const asked = new Map<string, Promise<string>>();
        const sealed = await sealSecrets(content, this.home, (namespace) => {
            const key = asked.get(namespace) ?? this.#newKey(namespace);
            asked.set(namespace, key);
            return key;
        });
        this.#wrap();
        return sealed;
    }

    async open(content: unknown): Promise<unknown> {
        return openSecrets(content, async (namespace) => {
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

    /** A journal that was taken over is opened by the stack that took it. */
    async belongToThisStack(): Promise<void> {
        const isOpen = Object.entries(this.#wrapped ?? {}).every(
            ([namespace, wrapped]) => unwrapKey(wrapped, this.stackKeys, namespace) !== undefined,
        );
        if (isOpen) return;
        for (const namespace of this.#namespaces()) await this.#keyOf(namespace);
        this.#wrap();
    }

    /** Puts every known key where it belongs again. */
    async writeAgain(): Promise<void> {
        for (const namespace of this.#namespaces()) {
            const key = await this.#keyOf(namespace);
            if (key !== undefined) await this.store.writeKey(namespace, key);
        }
    }

    async #newKey(namespace: string): Promise<string> {
        const key = newSealKey();
        await this.store.writeKey(namespace, key);
        this.#keys.set(namespace, key);
        return key;
    }

    #wrap(): void {
        const [stackKey] = this.stackKeys;
        if (stackKey === undefined || this.#keys.size === 0) return;
        const known = [...this.#keys].map(([namespace, key]) => [
            namespace,
            wrapKey(key, stackKey, namespace),
        ]);
        this.#wrapped = { ...this.#wrapped, ...Object.fromEntries(known) };
    }

    #namespaces(): string[] {
        return Object.keys(this.#wrapped ?? {});
    }

    /** By the stack's key; by the namespace's own Secret when the stack's is another one now. */
    async #keyOf(namespace: string): Promise<string | undefined> {
        const wrapped = this.#wrapped?.[namespace];
        const key =
            this.#keys.get(namespace) ??
            (wrapped === undefined ? undefined : unwrapKey(wrapped, this.stackKeys, namespace)) ??
            (await this.store.readKey(namespace));
        if (key !== undefined) this.#keys.set(namespace, key);
        return key;
    }
}
