// What was found before a move in, what stands in its way out. Pure.

import type { Blocker } from "../../common/blocker";
import { counted } from "../../common/counted";
import { ErrorCode } from "../../common/errors";
import { UNKNOWN } from "../../common/unknownValue";
import type { Discovery } from "../discovery/discover";
import type { PodSlots } from "../discovery/podSlots";
import { describeRights } from "../permissions/clusterRights";
import { notAllowed } from "../permissions/missingRights";
import { AddonStatus } from "../ports/world";
import type { Profile } from "../profiles/profile";

/** What a person should know and may accept. */
export function preflightNotes({ preflight, addon }: Discovery, profile: Profile): string[] {
    return [...roomNotes(preflight, slotsNeeded(addon, profile)), ...measuringNotes(preflight)];
}

/** A right to write models for good is more than a move needs: the roles of just one move leave it out. */
function measuringNotes({ missingToMeasure }: Discovery["preflight"]): string[] {
    if (missingToMeasure.length === 0) return [];
    return [
        `how long models cannot be written is measured only where this principal may patch them; it may not ${describeRights(missingToMeasure)}, so \`pausedSeconds\` may say nothing of it`,
    ];
}

function roomNotes({ podSlots }: Discovery["preflight"], needed: number): string[] {
    if (!isShort(podSlots, needed) || podSlots.autoscaler === undefined) return [];
    return [
        `${counted(podSlots.free, "free pod slot")} on ${counted(podSlots.nodes, "ready node")}; the add-on needs ${needed}, and ${podSlots.autoscaler} is to make the nodes: controllers pause until they are there`,
    ];
}

/** The pods of an add-on that runs have their slots. */
function slotsNeeded(addon: Discovery["addon"], { needs }: Profile): number {
    return addon?.status === AddonStatus.Active ? 0 : (needs?.podSlots ?? 0);
}

function isShort(slots: PodSlots | undefined, needed: number): slots is PodSlots {
    return slots !== undefined && slots.free < needed;
}

export function preflightBlockers(discovery: Discovery, profile: Profile, clusterName: string): Blocker[] {
    const { preflight, cluster, customResources } = discovery;
    const blockers: Blocker[] = [];
    // Roles that are still to be made come with the provider that they trust.
    const isToBeMade = discovery.identities.some(({ roleArn }) => roleArn === UNKNOWN);
    if (discovery.oidcProviderArn === undefined && !isToBeMade && (profile.identities ?? []).length > 0) {
        blockers.push({
            code: ErrorCode.OidcProviderMissing,
            property: "clusterName",
            what: `there is no IAM OIDC provider for ${cluster.oidcIssuer || "the cluster's issuer"}, so no service account can assume a role`,
            remedy: `create it with \`eksctl utils associate-iam-oidc-provider --cluster ${clusterName} --region ${cluster.region} --approve\``,
        });
    }
    const busy = customResources.flatMap((resource) => {
        const why = profile.needs?.busy(resource);
        return why === undefined
            ? []
            : [`${resource.kind} ${resource.metadata.namespace}/${resource.metadata.name} ${why}`];
    });
    if (busy.length > 0) {
        blockers.push({
            code: ErrorCode.ModelBeingDeployed,
            property: "clusterName",
            what: busy.sort().join(", "),
            remedy: "wait until it is complete (`kubectl get inferenceendpointconfigs,jumpstartmodels -A`), then run `pulumi up`",
        });
    }
    const needed = slotsNeeded(discovery.addon, profile);
    if (isShort(preflight.podSlots, needed) && preflight.podSlots.autoscaler === undefined) {
        const { free, nodes } = preflight.podSlots;
        const labels = Object.values(profile.needs?.nodeLabels ?? {}).join(" ");
        blockers.push({
            code: ErrorCode.NotEnoughPodSlots,
            property: "clusterName",
            what: `${counted(free, "free pod slot")} on ${counted(nodes, `ready ${labels} node`)}; the add-on needs ${needed}, and Helm's pods free theirs only later`,
            remedy: "add a node, or make room on one, then run `pulumi up`",
        });
    }
    for (const { workload, why } of preflight.refusals.scale) {
        blockers.push({
            code: ErrorCode.RefusedByPolicy,
            property: "clusterName",
            what: `the cluster does not let ${workload.kind} ${workload.namespace}/${workload.name} be scaled to 0, as a move must for a while: ${why}`,
            remedy: "let the policy that says so except this workload while the move lasts",
        });
    }
    if (preflight.refusals.pods !== undefined) {
        const { namespace, why } = preflight.refusals.pods;
        blockers.push({
            code: ErrorCode.RefusedByPolicy,
            property: "clusterName",
            what: `the cluster does not let the add-on's pods start in namespace ${namespace}: ${why}`,
            remedy: `raise the quota, or let the policy or the pod-security label of namespace ${namespace} allow them`,
        });
    }
    for (const { configuration, webhook, service } of preflight.deadWebhooks) {
        blockers.push({
            code: ErrorCode.WebhookWithoutEndpoints,
            property: "clusterName",
            what: `nobody answers webhook ${webhook} of ${configuration} (service ${service} has no endpoints), and it refuses what it cannot check`,
            remedy: `bring the pods behind service ${service} back, or delete the configuration if its controller is gone for good`,
        });
    }
    if (preflight.missingRights.length > 0) blockers.push(notAllowed(preflight.missingRights));
    return blockers;
}
