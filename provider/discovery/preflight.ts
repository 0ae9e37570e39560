// Looks whether a move could work at all: room for pods, webhooks of others, rights of this principal. Writes nothing.

import { mapConcurrently } from "../../common/mapConcurrently";
import { groupOf, pluralOf } from "../kubernetes/customResourceDefinitions";
import { CLUSTER_RIGHTS } from "../permissions/clusterRights";
import type { ClusterRight, KubernetesObject, Release, World } from "../ports/world";
import type { Profile } from "../profiles/profile";
import { type DeadWebhook, findDeadWebhooks } from "./webhooks";

export interface Preflight {
    /** Undefined when the profile asks for none. */
    readonly podSlots: PodSlots | undefined;
    readonly deadWebhooks: readonly DeadWebhook[];
    readonly missingRights: readonly ClusterRight[];
}

export interface PodSlots {
    readonly free: number;
    readonly nodes: number;
}

interface NodeShape {
    spec?: { unschedulable?: boolean };
    status?: { allocatable?: { pods?: string }; conditions?: { type: string; status: string }[] };
}

interface PodShape {
    spec?: { nodeName?: string };
    status?: { phase?: string };
}

export interface PreflightRequest {
    readonly profile: Profile;
    readonly release: Release | undefined;
    readonly customResourceDefinitions: readonly KubernetesObject[];
}

export async function findPreflight(
    world: World,
    { profile, release, customResourceDefinitions }: PreflightRequest,
): Promise<Preflight> {
    if (release === undefined) return { podSlots: undefined, deadWebhooks: [], missingRights: [] };
    const models = customResourceDefinitions
        .filter((crd) => profile.customResourceGroups.includes(groupOf(crd)))
        .map((crd) => ({ verb: "list", group: groupOf(crd), resource: pluralOf(crd) }));
    const [podSlots, deadWebhooks, missingRights] = await Promise.all([
        profile.needs === undefined ? undefined : findPodSlots(world, profile.needs.nodeLabels),
        findDeadWebhooks(world, profile.addonNamespace, release),
        world.permissions === undefined ? [] : missingOf(world, [...CLUSTER_RIGHTS, ...models]),
    ]);
    return { podSlots, deadWebhooks, missingRights };
}

/** Pods that will be scaled down still hold their slots here: they give them back only later. */
async function findPodSlots(
    world: World,
    labels: Readonly<Record<string, string>>,
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
            isUsable(node as NodeShape) &&
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
    return { free: free.reduce((sum, count) => sum + count, 0), nodes: fitting.length };
}

function isUsable({ spec, status }: NodeShape): boolean {
    const isAway = (status?.conditions ?? []).some(
        ({ type, status: is }) => type === "Ready" && is !== "True",
    );
    return spec?.unschedulable !== true && !isAway;
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
