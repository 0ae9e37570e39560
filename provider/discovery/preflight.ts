// Looks whether a move could work at all: room for pods, policies, webhooks of others, rights of this principal. Writes nothing: what a policy says is asked by dry runs.

import { groupOf, pluralOf } from "../kubernetes/customResourceDefinitions";
import { LOCK_RIGHT, READING_RIGHTS } from "../permissions/clusterRights";
import { missingRights as missingOf } from "../permissions/missingRights";
import type { ClusterRight, KubernetesObject, Release, World } from "../ports/world";
import type { Profile } from "../profiles/profile";
import { findPodSlots, type PodSlots, toleratedByAll } from "./podSlots";
import { findRefusals, type PolicyRefusals } from "./policyRefusals";
import { type DeadWebhook, findDeadWebhooks } from "./webhooks";

export interface Preflight {
    /** Undefined when the profile asks for none. */
    readonly podSlots: PodSlots | undefined;
    readonly deadWebhooks: readonly DeadWebhook[];
    /** Of those that any move of this release needs; the rest is asked for once there is a plan. */
    readonly missingRights: readonly ClusterRight[];
    /** An administrator is asked one question. */
    readonly mayEverything: boolean;
    /** Optional: without them writes of models are not measured. Asked for all namespaces at once. */
    readonly missingToMeasure: readonly ClusterRight[];
    readonly refusals: PolicyRefusals;
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
            mayEverything: false,
            missingToMeasure: [],
            refusals: { scale: [], pods: undefined },
        };
    const models = customResourceDefinitions
        .filter((crd) => profile.customResourceGroups.includes(groupOf(crd)))
        .map((crd) => ({ group: groupOf(crd), resource: pluralOf(crd) }));
    const needed = models.map((kind) => ({ verb: "list", ...kind }));
    const measuring = models.map((kind) => ({ verb: "patch", ...kind }));
    const [podSlots, deadWebhooks, rights, refusals] = await Promise.all([
        profile.needs === undefined
            ? undefined
            : findPodSlots(world, profile.needs, toleratedByAll(controllers)),
        findDeadWebhooks(world, profile.addonNamespace, release),
        rightsIn(
            world,
            [{ ...LOCK_RIGHT, namespace: release.namespace }, ...READING_RIGHTS, ...needed],
            measuring,
        ),
        findRefusals(world, controllers, profile.addonNamespace),
    ]);
    return { podSlots, deadWebhooks, ...rights, refusals };
}

async function rightsIn(
    { permissions }: World,
    needed: readonly ClusterRight[],
    measuring: readonly ClusterRight[],
): Promise<Pick<Preflight, "missingRights" | "mayEverything" | "missingToMeasure">> {
    const everything = { verb: "*", group: "*", resource: "*" };
    const mayEverything = permissions === undefined || (await permissions.allows(everything));
    if (mayEverything) return { mayEverything, missingRights: [], missingToMeasure: [] };
    const [missingRights, missingToMeasure] = await Promise.all([
        missingOf(permissions, needed),
        missingOf(permissions, measuring),
    ]);
    return { mayEverything, missingRights, missingToMeasure };
}
