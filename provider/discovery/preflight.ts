// Looks whether a move could work at all: room for pods, policies, webhooks of others, rights of this principal. Writes nothing: what a policy says is asked by dry runs.

import { mapConcurrently } from "../../common/mapConcurrently";
import { groupOf, pluralOf } from "../kubernetes/customResourceDefinitions";
import { CLUSTER_RIGHTS } from "../permissions/clusterRights";
import type { ClusterRight, KubernetesObject, Release, World } from "../ports/world";
import type { Profile } from "../profiles/profile";
import { findPodSlots, type PodSlots, toleratedByAll } from "./podSlots";
import { findRefusals, type PolicyRefusals } from "./refusals";
import { type DeadWebhook, findDeadWebhooks } from "./webhooks";

export interface Preflight {
    /** Undefined when the profile asks for none. */
    readonly podSlots: PodSlots | undefined;
    readonly deadWebhooks: readonly DeadWebhook[];
    readonly missingRights: readonly ClusterRight[];
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
