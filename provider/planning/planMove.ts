// The flow of a plan, each look once and none twice: discover -> version -> schema -> draft -> rights -> lines. Reads only; what is decided is decided by the pure rooms.

import type { Blocker } from "../../common/blocker";
import type { OperatorOfAddon } from "../addons/versions";
import { type ClusterIdentity, type Discovery, type DiscoveryRequest, discover } from "../discovery/discover";
import { deniedActions } from "../permissions/awsRights";
import { deniedInCluster } from "../permissions/clusterDenied";
import { runningOperator, theRelease } from "../plan/chooseRelease";
import { draftMove, type MoveInputs, type MoveProfiles } from "../plan/draft";
import type { Plan, PlanDraft } from "../plan/plan";
import { type DescribedStep, describePlan } from "../plan/planLines";
import { plannedVersion } from "../plan/version";
import type { World } from "../ports/world";

export interface MoveRequest extends MoveInputs {
    /** What discovery looks for. */
    readonly discovery: DiscoveryRequest;
}

export interface MoveKnowledge extends MoveProfiles {
    readonly operatorOfAddon: readonly OperatorOfAddon[];
    /** In the plan's order; each tells its line of it. */
    readonly stepsFor: (plan: PlanDraft) => readonly DescribedStep[];
}

export interface PlannedMove {
    readonly discovery: Discovery;
    /** Undefined when no plan can be drafted at all; the blockers say why. */
    readonly plan: Plan | undefined;
    readonly blockers: readonly Blocker[];
}

/** How a look at the cluster is had: made anew, or shared with other plans. */
export type LookAtCluster = (discover: () => Promise<Discovery>) => Promise<Discovery>;

export const lookAnew: LookAtCluster = (discover) => discover();

export async function planMove(
    world: World,
    cluster: ClusterIdentity,
    request: MoveRequest,
    knowledge: MoveKnowledge,
    look: LookAtCluster = lookAnew,
): Promise<PlannedMove> {
    const { profile, dependencies, operatorOfAddon, stepsFor } = knowledge;
    const discovery = await look(() => discover(world, profile, dependencies, cluster, request.discovery));
    const { release, blockers: ofRelease } = theRelease(discovery, request.clusterName, profile);
    if (release === undefined) return { discovery, plan: undefined, blockers: ofRelease };
    const operatorVersion = runningOperator(release, profile);
    const { choice, blockers: ofVersion } = plannedVersion(
        discovery,
        operatorVersion,
        operatorOfAddon,
        request.addonVersion,
        profile,
    );
    const schema = choice && (await world.addons.configurationSchema(profile.addonName, choice.version));
    const { draft, blockers: ofDraft } = draftMove(
        { discovery, release, operatorVersion, choice, schema },
        request,
        knowledge,
    );
    const denied =
        draft === undefined
            ? []
            : await Promise.all([
                  deniedActions(world, draft, discovery),
                  deniedInCluster(world, draft, discovery),
              ]);
    return {
        discovery,
        plan: draft && { ...draft, lines: describePlan(draft, stepsFor(draft)) },
        blockers: [...ofRelease, ...ofVersion, ...ofDraft, ...denied.flat()],
    };
}
