// Namespaces and CRDs that are being deleted: nothing can be made in them until they are gone. Waits for that, and says what holds them. Writes nothing.
import { ErrorCode, MigrationError } from "../../common/errors";
import type { KubernetesObject, ObjectRef, World } from "../ports/world";
import { keyOf } from "./objectRef";
import { readMany } from "./readMany";
import { conditionsOf } from "./statusConditions";

/** What is deleted without trouble is gone long before. */
const GONE_MS = 2 * 60_000;
const POLL_MS = 500;
const LOOK_MS = 2_000;

interface Deleted {
    readonly spec?: { readonly finalizers?: readonly string[] };
}

export function isTerminating({ metadata }: KubernetesObject): boolean {
    return metadata.deletionTimestamp !== undefined;
}

/** Those of the namespaces in which nothing can be made now. */
export async function terminatingNamespaces(
    world: Pick<World, "objects">,
    names: readonly string[],
): Promise<ReadonlySet<string>> {
    const refs = [...new Set(names)].map((name) => ({ apiVersion: "v1", kind: "Namespace", name }));
    const going = [...(await readMany(world, refs)).values()].filter(isTerminating);
    return new Set(going.map(({ metadata }) => metadata.name));
}

/** Answers when none of them is being deleted any more: each is there, or gone. */
export async function awaitTerminated(
    world: Pick<World, "objects" | "clock" | "log">,
    refs: readonly ObjectRef[],
    step: string,
    /** Runs before each further look, with what is still there. */
    meanwhile: (going: readonly KubernetesObject[]) => Promise<void> = async () => undefined,
): Promise<void> {
    const deadline = world.clock.now() + GONE_MS;
    for (let isTold = false; ; ) {
        const going = [...(await readMany(world, refs)).values()].filter(isTerminating);
        if (going.length === 0) return;
        if (world.clock.now() >= deadline) throw terminating(going, step);
        if (!isTold) world.log.progress(`${step}: waiting for ${going.map(nameOf).join(", ")} to be gone`);
        isTold = true;
        await meanwhile(going);
        await world.clock.sleep(POLL_MS);
    }
}

/** Looks again when all that is being deleted is gone; who makes it again before would lose it with that. */
export async function onceGone<T extends Pick<KubernetesObject, "metadata">>(
    world: Pick<World, "objects" | "clock" | "log">,
    look: () => Promise<ReadonlyMap<string, T>>,
    refs: readonly ObjectRef[],
    step: string,
): Promise<ReadonlyMap<string, T>> {
    const found = await look();
    const going = refs.filter((ref) => found.get(keyOf(ref))?.metadata.deletionTimestamp !== undefined);
    if (going.length === 0) return found;
    await awaitTerminated(world, going, step);
    return look();
}

/** Whoever waits for something in a namespace that is being deleted waits for nothing. */
export class StandingNamespaces {
    #lookedAt = Number.NEGATIVE_INFINITY;

    constructor(
        readonly world: World,
        readonly names: readonly string[],
        readonly step: string,
    ) {}

    /** During a wait: as often as is worth it. */
    async glance(): Promise<void> {
        if (this.world.clock.monotonic() - this.#lookedAt >= LOOK_MS) await this.look();
    }

    async look(): Promise<void> {
        this.#lookedAt = this.world.clock.monotonic();
        const refs = this.names.map((name) => ({ apiVersion: "v1", kind: "Namespace", name }));
        const going = [...(await readMany(this.world, refs)).values()].filter(isTerminating);
        if (going.length > 0) throw terminating(going, this.step);
    }
}

function terminating(objects: readonly KubernetesObject[], step: string): MigrationError {
    return new MigrationError({
        code: ErrorCode.Terminating,
        step,
        what: `somebody deleted ${objects.map(nameOf).join(", ")}, and it is not gone yet`,
        why: objects.map(whatHolds).join("; "),
        remedy: "let it go: delete what is left in it, and remove finalizers whose controllers are gone; then run `pulumi destroy`, which makes it again with what the backup holds",
    });
}

function nameOf({ kind, metadata }: KubernetesObject): string {
    return `${kind} ${metadata.name}`;
}

/** Conditions of a namespace or a CRD that are about its end; a CRD has others as well. */
const OF_AN_END = /^(Namespace.*|Terminating)$/;

/** In the API server's words, where it has some. */
function whatHolds(object: KubernetesObject): string {
    const { spec } = object as KubernetesObject & Deleted;
    const said = conditionsOf(object)
        .filter(({ type, status, message }) => status === "True" && message && OF_AN_END.test(type))
        .map(({ message }) => message);
    const finalizers = [...(object.metadata.finalizers ?? []), ...(spec?.finalizers ?? [])];
    return `${nameOf(object)} is held by ${[...said, `finalizers ${finalizers.join(", ") || "of what is in it"}`].join("; ")}`;
}
