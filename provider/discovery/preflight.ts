// Looks whether a move could work at all: room for pods, policies, webhooks of others, rights of this principal. Writes nothing: what a policy says is asked by dry runs.

import { mapConcurrently } from "../../common/mapConcurrently";
import { groupOf, pluralOf } from "../kubernetes/customResourceDefinitions";
import { CLUSTER_RIGHTS } from "../permissions/clusterRights";
import type { ClusterRight, KubernetesObject, Release, World } from "../ports/world";
import type { Profile, ProfileNeeds } from "../profiles/profile";
import { findAutoscaler } from "./autoscaler";
import { findRefusals, type Refusals } from "./refusals";
import { type DeadWebhook, findDeadWebhooks } from "./webhooks";

export interface Preflight {
    /** Undefined when the profile asks for none. */
    readonly podSlots: PodSlots | undefined;
    readonly deadWebhooks: readonly DeadWebhook[];
    readonly missingRights: readonly ClusterRight[];
    readonly refusals: Refusals;
}

export interface PodSlots {
    readonly free: number;
    readonly nodes: number;
    /** What makes nodes when pods wait for them, for people; looked for only where slots are short. */
    readonly autoscaler?: string;
}

interface NodeShape {
    spec?: { unschedulable?: boolean; taints?: readonly Taint[] };
    status?: { allocatable?: { pods?: string }; conditions?: { type: string; status: string }[] };
}

interface Taint {
    readonly key: string;
    readonly value?: string;
    readonly effect: string;
}

interface Toleration {
    readonly key?: string;
    readonly operator?: string;
    readonly value?: string;
    readonly effect?: string;
}

interface PodShape {
    spec?: { nodeName?: string };
    status?: { phase?: string };
}

export interface PreflightRequest {
    readonly profile: Profile;
    readonly release: Release | undefined;
    /** Helm's controllers as they run. */
    readonly controllers: readonly KubernetesObject[];
    readonly customResourceDefinitions: readonly KubernetesObject[];
}

export async function findPreflight(
    world: World,
    { profile, release, controllers, customResourceDefinitions }: PreflightRequest,
): Promise<Preflight> {
    if (release === undefined)
        return {
            podSlots: undefined,
            deadWebhooks: [],
            missingRights: [],
            refusals: { scale: [], pods: undefined },
        };
    const models = customResourceDefinitions
        .filter((crd) => profile.customResourceGroups.includes(groupOf(crd)))
        .map((crd) => ({ verb: "list", group: groupOf(crd), resource: pluralOf(crd) }));
    const [podSlots, deadWebhooks, missingRights, refusals] = await Promise.all([
        profile.needs === undefined
            ? undefined
            : findPodSlots(world, profile.needs, toleratedByAll(controllers)),
        findDeadWebhooks(world, profile.addonNamespace, release),
        world.permissions === undefined ? [] : missingOf(world, [...CLUSTER_RIGHTS, ...models]),
        findRefusals(world, controllers, profile.addonNamespace),
    ]);
    return { podSlots, deadWebhooks, missingRights, refusals };
}

/** Pods that will be scaled down still hold their slots here: they give them back only later. */
async function findPodSlots(
    world: World,
    { nodeLabels: labels, podSlots: needed }: ProfileNeeds,
    isTolerated: (taint: Taint) => boolean,
): Promise<PodSlots | undefined> {
    const [nodes, pods] = await Promise.all([
        world.objects.list("v1", "Node"),
        world.objects.list("v1", "Pod"),
    ]);
    const reporting = nodes.filter((node) => (node as NodeShape).status?.allocatable?.pods !== undefined);
    // A cluster that shows no node makes them when pods need them.
    if (reporting.length === 0) return undefined;
    const fitting = reporting.filter(
        (node) =>
            isUsable(node as NodeShape, isTolerated) &&
            Object.entries(labels).every(([key, value]) => node.metadata.labels?.[key] === value),
    );
    const taken = new Map<string, number>();
    for (const pod of pods as PodShape[]) {
        if (pod.status?.phase === "Succeeded" || pod.status?.phase === "Failed") continue;
        const name = pod.spec?.nodeName ?? "";
        taken.set(name, (taken.get(name) ?? 0) + 1);
    }
    const free = fitting.map((node) =>
        Math.max(
            0,
            Number((node as NodeShape).status?.allocatable?.pods ?? 0) - (taken.get(node.metadata.name) ?? 0),
        ),
    );
    const total = free.reduce((sum, count) => sum + count, 0);
    const autoscaler = total < needed ? await findAutoscaler(world) : undefined;
    return { free: total, nodes: fitting.length, ...(autoscaler === undefined ? {} : { autoscaler }) };
}

/** The add-on's pods go where Helm's may go: the add-on takes over the tolerations of the release's settings. */
function toleratedByAll(controllers: readonly KubernetesObject[]): (taint: Taint) => boolean {
    const each = controllers.map(
        (controller) =>
            (controller as { spec?: { template?: { spec?: { tolerations?: readonly Toleration[] } } } }).spec
                ?.template?.spec?.tolerations ?? [],
    );
    return (taint) => each.every((tolerations) => tolerations.some((one) => tolerates(one, taint)));
}

function tolerates({ key, operator = "Equal", value = "", effect }: Toleration, taint: Taint): boolean {
    if (effect !== undefined && effect !== "" && effect !== taint.effect) return false;
    if (operator === "Exists") return key === undefined || key === "" || key === taint.key;
    return key === taint.key && value === (taint.value ?? "");
}

function isUsable({ spec, status }: NodeShape, isTolerated: (taint: Taint) => boolean): boolean {
    const isAway = (status?.conditions ?? []).some(
        ({ type, status: is }) => type === "Ready" && is !== "True",
    );
    const isClosed = (spec?.taints ?? []).some(
        (taint) => taint.effect !== "PreferNoSchedule" && !isTolerated(taint),
    );
    return spec?.unschedulable !== true && !isAway && !isClosed;
}

/** An administrator is asked one question. */
async function missingOf(world: World, rights: readonly ClusterRight[]): Promise<readonly ClusterRight[]> {
    const everything = { verb: "*", group: "*", resource: "*" };
    if (await world.permissions?.allows(everything)) return [];
    const answers = await mapConcurrently(rights, async (right) => ({
        right,
        allowed: await world.permissions?.allows(right),
    }));
    return answers.filter(({ allowed }) => allowed === false).map(({ right }) => right);
}
