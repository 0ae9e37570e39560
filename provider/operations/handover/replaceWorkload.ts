// Hands pods over from one workload to another of the same name whose selector differs: the old pods stay, ownerless, until the new ones on their nodes are Ready.
import { carriesLabels } from "../../kubernetes/labels";
import { onlyThis } from "../../kubernetes/objectRef";
import { hasCondition } from "../../kubernetes/statusConditions";
import { poll } from "../../ports/poll";
import type { KubernetesObject, ObjectRef, World } from "../../ports/world";

/** A workload that has to make room, and the labels by which its pods are known afterwards. */
export interface Replaced {
    readonly ref: ObjectRef;
    readonly uid: string;
    readonly labels: Readonly<Record<string, string>>;
}

interface PodShape {
    spec?: {
        nodeName?: string;
        affinity?: { nodeAffinity?: { requiredDuringSchedulingIgnoredDuringExecution?: NodeTerms } };
    };
}

interface NodeTerms {
    nodeSelectorTerms?: { matchFields?: { key: string; values?: string[] }[] }[];
}

/** Orphaning takes the garbage collector a few milliseconds, and meanwhile nobody looks after the pods. */
const POLL_MS = 25;
const ORPHAN_MS = 60_000;

export function replacedFrom(workload: KubernetesObject): Replaced {
    const { apiVersion, kind, metadata } = workload;
    const { selector } = workload.spec as { selector?: { matchLabels?: Record<string, string> } };
    return {
        ref: {
            apiVersion,
            kind,
            name: metadata.name,
            ...(metadata.namespace ? { namespace: metadata.namespace } : {}),
        },
        uid: metadata.uid ?? "",
        labels: selector?.matchLabels ?? {},
    };
}

/** Takes the workload away and leaves its pods running. Answers when it is gone; another one of the same name is left alone. */
export async function makeRoom(world: World, { ref, uid }: Replaced): Promise<void> {
    const isThere = async () => (await world.objects.read(ref))?.metadata.uid === uid;
    if (!(await isThere())) return;
    await world.objects.remove(ref, { uid, orphan: true });
    const pace = { timeoutMs: ORPHAN_MS, pauseMs: POLL_MS };
    if (await poll(world.clock, pace, isThere, (there) => !there))
        throw new Error(`${ref.kind} ${ref.namespace}/${ref.name} does not go away; look at its finalizers`);
}

/** Lets old pods go whose node has a Ready new one, and those that keep a new one from being scheduled. Answers how many are left. */
export async function handOver(world: World, replaced: readonly Replaced[]): Promise<number> {
    const left = await Promise.all(replaced.map((one) => handOverOne(world, one)));
    return left.reduce<number>((sum, count) => sum + (count ?? 0), 0);
}

/** The same during a wait: whose last old pod went is not looked at again. */
export class HandOver {
    #waiting: readonly Replaced[];

    constructor(
        readonly world: World,
        replaced: readonly Replaced[],
    ) {
        this.#waiting = replaced;
    }

    async glance(): Promise<void> {
        const waiting = this.#waiting;
        const left = await Promise.all(waiting.map((one) => handOverOne(this.world, one)));
        this.#waiting = waiting.filter((_, index) => left[index] !== 0);
    }
}

/** Undefined without a successor: the old pods are all there is. */
async function handOverOne(world: World, replaced: Replaced): Promise<number | undefined> {
    const successor = await world.objects.read(replaced.ref);
    if (successor === undefined || successor.metadata.uid === replaced.uid) return undefined;
    return replaced.ref.kind === "DaemonSet"
        ? handOverNodes(world, replaced, successor)
        : handOverReplicas(world, replaced, successor);
}

async function handOverNodes(world: World, replaced: Replaced, successor: KubernetesObject): Promise<number> {
    const pods = await world.objects.list("v1", "Pod", inNamespace(replaced));
    const orphans = pods.filter((pod) => isOrphan(pod, replaced));
    const going = orphans.filter((pod) => {
        const node = nodeOf(pod);
        const next = pods.find((other) => isOwnedBy(other, successor) && nodeOf(other) === node);
        return (
            next !== undefined &&
            (hasCondition(next, "Ready", "True") || hasCondition(next, "PodScheduled", "False"))
        );
    });
    for (const { metadata } of going) {
        const ref = { apiVersion: "v1", kind: "Pod", name: metadata.name, ...inNamespace(replaced) };
        await world.objects.remove(ref, onlyThis({ metadata }));
    }
    return orphans.length - going.length;
}

/** A Deployment's pods hang on its ReplicaSets, which are the orphans here. */
async function handOverReplicas(
    world: World,
    replaced: Replaced,
    successor: KubernetesObject,
): Promise<number> {
    const sets = await world.objects.list("apps/v1", "ReplicaSet", inNamespace(replaced));
    const orphans = sets.filter((set) => isOrphan(set, replaced));
    if (orphans.length === 0) return 0;
    const status = await world.workloads.status(replaced.ref);
    const ready = status?.upToDate === true && status.available >= status.desired;
    if (!ready && !(await isStuck(world, replaced, sets, successor))) return orphans.length;
    for (const { metadata } of orphans) {
        const ref = {
            apiVersion: "apps/v1",
            kind: "ReplicaSet",
            name: metadata.name,
            ...inNamespace(replaced),
        };
        await world.objects.remove(ref, onlyThis({ metadata }));
    }
    return 0;
}

async function isStuck(
    world: World,
    replaced: Replaced,
    sets: readonly KubernetesObject[],
    successor: KubernetesObject,
): Promise<boolean> {
    const own = sets.filter((set) => isOwnedBy(set, successor));
    const pods = await world.objects.list("v1", "Pod", inNamespace(replaced));
    return pods.some(
        (pod) => own.some((set) => isOwnedBy(pod, set)) && hasCondition(pod, "PodScheduled", "False"),
    );
}

function isOrphan({ metadata }: KubernetesObject, { labels }: Replaced): boolean {
    const matches = Object.keys(labels).length > 0 && carriesLabels(metadata.labels, labels);
    return (
        matches &&
        metadata.deletionTimestamp === undefined &&
        !(metadata.ownerReferences ?? []).some(({ controller }) => controller === true)
    );
}

function isOwnedBy({ metadata }: KubernetesObject, owner: KubernetesObject): boolean {
    return (metadata.ownerReferences ?? []).some(({ uid }) => uid === owner.metadata.uid);
}

/** A pod of a DaemonSet names its node before it is scheduled. */
function nodeOf(pod: KubernetesObject): string | undefined {
    const { spec } = pod as PodShape;
    const terms =
        spec?.affinity?.nodeAffinity?.requiredDuringSchedulingIgnoredDuringExecution?.nodeSelectorTerms ?? [];
    return (
        spec?.nodeName ??
        terms.flatMap(({ matchFields = [] }) => matchFields).find(({ key }) => key === "metadata.name")
            ?.values?.[0]
    );
}

function inNamespace({ ref }: Replaced): { namespace?: string } {
    return ref.namespace === undefined ? {} : { namespace: ref.namespace };
}

/** Takes away the rollout history that an orphaned DaemonSet of an add-on leaves behind; its labels are its pods' labels. */
export async function removeHistory(world: World, replaced: readonly Replaced[]): Promise<void> {
    for (const one of replaced.filter(({ ref }) => ref.kind === "DaemonSet")) {
        const revisions = await world.objects.list("apps/v1", "ControllerRevision", inNamespace(one));
        for (const { metadata } of revisions.filter((revision) => isOrphan(revision, one))) {
            const ref = {
                apiVersion: "apps/v1",
                kind: "ControllerRevision",
                name: metadata.name,
                ...inNamespace(one),
            };
            await world.objects.remove(ref, onlyThis({ metadata }));
        }
    }
}
