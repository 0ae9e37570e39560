// Texts in and out of Secrets, each written on top of the version that was last read or written here: what another process wrote meanwhile is never overwritten where that would lose it. What a finalizer keeps stays readable when somebody deletes it.

import { KEPT_FOR_UNDO } from "../../../common/ourMarks";
import { lockLost } from "../../ports/gate";
import type { KubernetesObject, ObjectMeta, ObjectRef, Objects } from "../../ports/world";
import { isStatus } from "./api";

export type SecretRef = ObjectRef & { readonly namespace: string };

export type SecretText = Readonly<Record<string, string>>;

/** A Secret as it was last read or written here. */
interface Known {
    readonly resourceVersion: string;
    readonly data: SecretText;
    /** Of one that is being deleted and that no move holds any more. */
    readonly heldBy?: readonly string[];
}

export type Removed = Pick<ObjectMeta, "name" | "namespace" | "uid" | "resourceVersion" | "finalizers">;

/** Tries on top of a version that changed without the content: somebody labels the Secret. */
const TRIES = 5;

export class KnownSecrets {
    readonly #known = new Map<string, Known>();

    constructor(
        readonly objects: Objects,
        readonly type: string,
        readonly labels: Record<string, string>,
        /** Whose content proves itself elsewhere: another writer's may be overwritten. */
        readonly provesItself: (ref: SecretRef) => boolean,
        /** Which ones only `remove` takes away, whoever else deletes them. */
        readonly isKept: (ref: SecretRef) => boolean,
    ) {}

    /** As it was last read or written here. */
    known(ref: SecretRef): SecretText | undefined {
        const known = this.#known.get(keyIn(ref));
        return known && decoded(known.data);
    }

    /** The resource version that it had then. */
    knownVersion(ref: SecretRef): string | undefined {
        return this.#known.get(keyIn(ref))?.resourceVersion;
    }

    /** Finalizers of others that hold one that was deleted, as it was last read here; undefined when it is not deleted, or ours. */
    heldBy(ref: SecretRef): readonly string[] | undefined {
        return this.#known.get(keyIn(ref))?.heldBy;
    }

    async read(ref: SecretRef): Promise<SecretText | undefined> {
        const data = await this.readData(ref);
        return data && decoded(data);
    }

    /** As it stands in the Secret, in base64. */
    async readData(ref: SecretRef): Promise<SecretText | undefined> {
        const secret = await this.objects.read(ref);
        if (secret === undefined) {
            this.#known.delete(keyIn(ref));
            return undefined;
        }
        const data = (secret.data ?? {}) as SecretText;
        const { resourceVersion = "", deletionTimestamp, finalizers = [] } = secret.metadata;
        const isOver = deletionTimestamp !== undefined && !finalizers.includes(KEPT_FOR_UNDO);
        this.#known.set(keyIn(ref), { resourceVersion, data, ...(isOver ? { heldBy: finalizers } : {}) });
        return data;
    }

    async write(ref: SecretRef, content: SecretText): Promise<void> {
        const data = Object.fromEntries(
            Object.entries(content).map(([key, value]) => [key, Buffer.from(value).toString("base64")]),
        );
        await this.writeData(ref, data);
    }

    /** As it is to stand in the Secret, in base64. */
    async writeData(ref: SecretRef, data: SecretText): Promise<void> {
        const secret: KubernetesObject = {
            apiVersion: "v1",
            kind: "Secret",
            metadata: {
                name: ref.name,
                namespace: ref.namespace,
                labels: this.labels,
                ...(this.isKept(ref) ? { finalizers: [KEPT_FOR_UNDO] } : {}),
            },
            type: this.type,
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

    /** An absent one is no error; one that another process wrote meanwhile stays. */
    async remove(removed: Removed): Promise<void> {
        const { name, namespace = "" } = removed;
        const ref = secretRef(namespace, name);
        try {
            const { uid, resourceVersion } = await this.#withoutFinalizer(ref, removed);
            await this.objects.remove(ref, {
                ...(uid ? { uid } : {}),
                ...(resourceVersion ? { resourceVersion } : {}),
            });
        } catch (error) {
            if (!isStatus(error, 404)) throw isStatus(error, 409) ? writtenByAnother(name) : error;
        }
        this.#known.delete(keyIn(ref));
    }

    /** Takes our finalizer off, for `remove`; one that somebody deleted before goes with that. */
    async letGo(removed: Removed): Promise<Removed> {
        const { name, namespace = "" } = removed;
        try {
            return await this.#withoutFinalizer(secretRef(namespace, name), removed);
        } catch (error) {
            if (isStatus(error, 404)) return removed;
            throw isStatus(error, 409) ? writtenByAnother(name) : error;
        }
    }

    async #withoutFinalizer(ref: SecretRef, removed: Removed): Promise<Removed> {
        const kept = removed.finalizers ?? (this.isKept(ref) ? [KEPT_FOR_UNDO] : []);
        if (!kept.includes(KEPT_FOR_UNDO)) return removed;
        const { uid, resourceVersion } = removed;
        const others = kept.filter((finalizer) => finalizer !== KEPT_FOR_UNDO);
        const finalizers = others.length > 0 ? others : null;
        const { finalizers: _, ...rest } = await this.objects.merge(ref, {
            metadata: { uid, resourceVersion, finalizers },
        });
        return { ...rest, finalizers: others };
    }

    #store(secret: KubernetesObject, ref: SecretRef) {
        const known = this.#known.get(keyIn(ref));
        if (known === undefined) return this.objects.create(secret);
        const { resourceVersion } = known;
        return this.objects.merge(ref, { metadata: { resourceVersion }, data: secret.data });
    }

    /** Finds out why a write was refused; throws when another mover wrote. */
    async #mayTryAgain(ref: SecretRef, wanted: SecretText, error: unknown): Promise<boolean> {
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
            const data = (live.data ?? {}) as SecretText;
            // The same content: an answer of ours was lost, or only labels changed.
            const isOurs = same(data, wanted) || same(data, known?.data) || this.provesItself(ref);
            if (!isOurs) throw writtenByAnother(ref.name);
            this.#known.set(keyIn(ref), { resourceVersion: live.metadata.resourceVersion ?? "", data });
        }
        return true;
    }
}

export function secretRef(namespace: string, name: string): SecretRef {
    return { apiVersion: "v1", kind: "Secret", namespace, name };
}

function keyIn({ namespace, name }: SecretRef): string {
    return `${namespace}/${name}`;
}

function decoded(data: SecretText): SecretText {
    return Object.fromEntries(
        Object.entries(data).map(([key, value]) => [key, Buffer.from(value, "base64").toString("utf8")]),
    );
}

function same(a: SecretText, b: SecretText | undefined): boolean {
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
