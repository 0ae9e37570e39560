// Looks whether there is room for the add-on's pods beside Helm's: on ready nodes that they may go to. A few nodes often tell; a crowded cluster has thousands of pods. Writes nothing.

import { findAutoscaler } from "../kubernetes/autoscaler";
import { carriesLabels } from "../kubernetes/labels";
import { conditionOf } from "../kubernetes/statusConditions";
import type { KubernetesObject, World } from "../ports/world";
import type { ProfileNeeds } from "../profiles/profile";

export interface PodSlots {
    /** All of them where they are fewer than needed; at least these otherwise. */
    readonly free: number;
    readonly nodes: number;
    /** What makes nodes when pods wait for them, for people; looked for only where slots are short. */
    readonly autoscaler?: string;
}

interface NodeShape {
    spec?: { unschedulable?: boolean; taints?: readonly Taint[] };
    status?: { allocatable?: { pods?: string } };
}

interface Taint {
    readonly key: string;
    readonly value?: string;
    readonly effect: string;
}

interface PodToleration {
    readonly key?: string;
    readonly operator?: string;
    readonly value?: string;
    readonly effect?: string;
}

/** Nodes whose pods are asked for at the same time: few at first, as they mostly suffice; more and more where all are full. */
const FIRST_NODES = 4;
const MOST_NODES = 64;

/** Pods that will be scaled down still hold their slots here: they give them back only later. */
export async function findPodSlots(
    world: World,
    { nodeLabels: labels, podSlots: needed }: ProfileNeeds,
    isTolerated: (taint: Taint) => boolean,
): Promise<PodSlots | undefined> {
    const nodes = await world.objects.list("v1", "Node");
    const reporting = nodes.filter((node) => slotsOf(node) !== undefined);
    // A cluster that shows no node makes them when pods need them.
    if (reporting.length === 0) return undefined;
    const fitting = reporting.filter(
        (node) => isUsable(node, isTolerated) && carriesLabels(node.metadata.labels, labels),
    );
    const free = await freeOnSome(world, fitting, needed);
    const autoscaler = free < needed ? await findAutoscaler(world) : undefined;
    return { free, nodes: fitting.length, ...(autoscaler === undefined ? {} : { autoscaler }) };
}

async function freeOnSome(world: World, nodes: readonly KubernetesObject[], needed: number): Promise<number> {
    let free = 0;
    let count = FIRST_NODES;
    let left = nodes;
    while (left.length > 0 && free < needed) {
        const each = await Promise.all(left.slice(0, count).map((node) => freeOn(world, node)));
        free += each.reduce((sum, slots) => sum + slots, 0);
        left = left.slice(count);
        count = Math.min(MOST_NODES, count * 4);
    }
    return free;
}

/** Ended pods hold no slot. */
async function freeOn(world: World, node: KubernetesObject): Promise<number> {
    const pods = await world.objects.list("v1", "Pod", {
        fieldSelector: `spec.nodeName=${node.metadata.name},status.phase!=Succeeded,status.phase!=Failed`,
        metadataOnly: true,
        mayBeOld: true,
    });
    return Math.max(0, Number(slotsOf(node) ?? 0) - pods.length);
}

function slotsOf(node: KubernetesObject): string | undefined {
    return (node as NodeShape).status?.allocatable?.pods;
}

/** The add-on's pods go where Helm's may go: the add-on takes over the tolerations of the release's settings. */
export function toleratedByAll(controllers: readonly KubernetesObject[]): (taint: Taint) => boolean {
    const each = controllers.map(
        (controller) =>
            (controller as { spec?: { template?: { spec?: { tolerations?: readonly PodToleration[] } } } })
                .spec?.template?.spec?.tolerations ?? [],
    );
    return (taint) => each.every((tolerations) => tolerations.some((one) => tolerates(one, taint)));
}

function tolerates({ key, operator = "Equal", value = "", effect }: PodToleration, taint: Taint): boolean {
    if (effect !== undefined && effect !== "" && effect !== taint.effect) return false;
    if (operator === "Exists") return key === undefined || key === "" || key === taint.key;
    return key === taint.key && value === (taint.value ?? "");
}

function isUsable(node: KubernetesObject, isTolerated: (taint: Taint) => boolean): boolean {
    const { spec } = node as NodeShape;
    const isAway = (conditionOf(node, "Ready")?.status ?? "True") !== "True";
    const isClosed = (spec?.taints ?? []).some(
        (taint) => taint.effect !== "PreferNoSchedule" && !isTolerated(taint),
    );
    return spec?.unschedulable !== true && !isAway && !isClosed;
}
