// A world comes in; the same world for one look goes out, of whose API server nothing is asked twice: no question that was asked before, and none that a list of this look answers. Lasts seconds, and is not kept.
import type {
    KubernetesObject,
    ListOptions,
    ObjectMeta,
    ObjectRef,
    Objects,
    ProbeAnswer,
    ProbeRequest,
    RemoveOptions,
} from "../ports/world";

type Answers<Answer> = Map<string, Promise<Answer>>;

export function inOneLook<World extends { readonly objects: Objects }>(world: World): World {
    return { ...world, objects: new OneLook(world.objects) };
}

class OneLook implements Objects {
    readonly #objects: Objects;
    readonly #reads: Answers<KubernetesObject | undefined> = new Map();
    readonly #lists: Answers<KubernetesObject[]> = new Map();
    readonly #times: Answers<string> = new Map();

    constructor(objects: Objects) {
        this.#objects = objects;
    }

    read(ref: ObjectRef): Promise<KubernetesObject | undefined> {
        const { apiVersion, kind, namespace, name } = ref;
        const key = [apiVersion, kind, namespace, name].join(" ");
        return this.#fromLists(
            this.#holding(apiVersion, kind, namespace ? { namespace } : {}),
            (all) => all.find((object) => isNamed(object, ref)),
            () => once(this.#reads, key, () => this.#objects.read(ref)),
        );
    }

    exists(ref: ObjectRef): Promise<boolean> {
        const { apiVersion, kind, namespace } = ref;
        return this.#fromLists(
            this.#holding(apiVersion, kind, { metadataOnly: true, ...(namespace ? { namespace } : {}) }),
            (all) => all.some((object) => isNamed(object, ref)),
            () => this.#objects.exists(ref),
        );
    }

    list(apiVersion: string, kind: string, asked: ListOptions = {}): Promise<KubernetesObject[]> {
        const { namespace, ...everywhere } = asked;
        const options = namespace ? asked : everywhere;
        const key = keyOfList(apiVersion, kind, options);
        return this.#fromLists(
            this.#holding(apiVersion, kind, options),
            (all) => (namespace ? all.filter(({ metadata }) => metadata.namespace === namespace) : all),
            () => once(this.#lists, key, () => this.#objects.list(apiVersion, kind, options)),
        );
    }

    /** Lists that were begun and hold at least as much. */
    #holding(apiVersion: string, kind: string, options: ListOptions): Promise<KubernetesObject[]>[] {
        return atLeast(options).flatMap((wider) => this.#lists.get(keyOfList(apiVersion, kind, wider)) ?? []);
    }

    /** A list that fails answers nothing: whoever may not list may still read. */
    async #fromLists<Answer>(
        lists: readonly Promise<KubernetesObject[]>[],
        find: (all: KubernetesObject[]) => Answer,
        ask: () => Promise<Answer>,
    ): Promise<Answer> {
        for (const list of lists) {
            const all = await list.catch((): undefined => undefined);
            if (all !== undefined) return find(all);
        }
        return ask();
    }

    serverTime(): Promise<string> {
        return once(this.#times, "", () => this.#objects.serverTime());
    }

    createdBy(manager: string, since: string, groups?: readonly string[]): ReturnType<Objects["createdBy"]> {
        return this.#objects.createdBy(manager, since, groups);
    }

    create(object: KubernetesObject): Promise<ObjectMeta> {
        return this.#written(() => this.#objects.create(object));
    }

    replace(...given: Parameters<Objects["replace"]>): Promise<void> {
        return this.#written(() => this.#objects.replace(...given));
    }

    merge(ref: ObjectRef, patch: unknown): Promise<ObjectMeta> {
        return this.#written(() => this.#objects.merge(ref, patch));
    }

    remove(ref: ObjectRef, options?: RemoveOptions): Promise<void> {
        return this.#written(() => this.#objects.remove(ref, options));
    }

    serves(apiVersion: string, kind: string): Promise<boolean> {
        return this.#objects.serves(apiVersion, kind);
    }

    rediscover(): void {
        this.#forget();
        this.#objects.rediscover();
    }

    probe(request: ProbeRequest): Promise<ProbeAnswer> {
        return this.#objects.probe(request);
    }

    /** What was seen before a write is no longer so. */
    async #written<Answer>(write: () => Promise<Answer>): Promise<Answer> {
        try {
            return await write();
        } finally {
            this.#forget();
        }
    }

    #forget(): void {
        for (const asked of [this.#reads, this.#lists, this.#times]) asked.clear();
    }
}

/** A failure is not kept: the next who asks is answered anew. */
function once<Answer>(asked: Answers<Answer>, key: string, ask: () => Promise<Answer>): Promise<Answer> {
    const known = asked.get(key);
    if (known !== undefined) return known;
    const answer = ask();
    asked.set(key, answer);
    answer.catch(() => asked.delete(key));
    return answer;
}

/** The options themselves first, then those of lists that hold all of it and more. */
function atLeast(options: ListOptions): ListOptions[] {
    const { namespace: _, ...everywhere } = options;
    const wider = options.namespace === undefined ? [options] : [options, everywhere];
    return wider.flatMap(({ metadataOnly, ...whole }) =>
        metadataOnly === true ? [{ ...whole, metadataOnly }, whole] : [whole],
    );
}

function keyOfList(
    apiVersion: string,
    kind: string,
    { namespace, labelSelector, fieldSelector, mayBeOld, metadataOnly }: ListOptions,
): string {
    return JSON.stringify([
        apiVersion,
        kind,
        namespace,
        labelSelector,
        fieldSelector,
        mayBeOld,
        metadataOnly,
    ]);
}

function isNamed({ metadata }: KubernetesObject, { namespace, name }: ObjectRef): boolean {
    return metadata.name === name && (namespace === undefined || metadata.namespace === namespace);
}
