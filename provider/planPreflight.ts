// What was found before a move in, what stands in its way out. Pure.
import type { Blocker } from "./blockers";
import type { Discovery } from "./discover/discover";
import { ErrorCode } from "./errors";
import type { PlannedController } from "./plan";
import type { Profile } from "./profiles/profile";
import { describeRight } from "./rights";
import { type Addon, AddonStatus, type Release } from "./world";

export function preflightBlockers(discovery: Discovery, profile: Profile, clusterName: string): Blocker[] {
    const { preflight, cluster, customResources } = discovery;
    const blockers: Blocker[] = [];
    if (discovery.oidcProviderArn === undefined && (profile.identities ?? []).length > 0) {
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
    const needed = profile.needs?.podSlots ?? 0;
    if (preflight.podSlots !== undefined && preflight.podSlots.free < needed) {
        const labels = Object.values(profile.needs?.nodeLabels ?? {}).join(" ");
        blockers.push({
            code: ErrorCode.NotEnoughPodSlots,
            property: "clusterName",
            what: `${preflight.podSlots.free} free pod slots on ${preflight.podSlots.nodes} ready ${labels} nodes; the add-on needs ${needed}, and Helm's pods free theirs only later`,
            remedy: "add a node, or make room on one, then run `pulumi up`",
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
    if (preflight.missingRights.length > 0) {
        blockers.push({
            code: ErrorCode.PermissionMissing,
            property: "clusterName",
            what: `this principal may not ${preflight.missingRights.map(describeRight).join(", ")} in the cluster`,
            remedy: "give it an access entry with AmazonEKSClusterAdminPolicy, or the rules of docs/permissions.md",
        });
    }
    return blockers;
}

/**
 * An add-on without a journal was made by somebody else, by hand, or by AWS's script. What it overwrote is unknown, so an undo could not
 * bring it back: it is never taken over, and each state has its own way out.
 */
export function existingAddonBlockers(
    addon: Addon | undefined,
    clusterName: string,
    release: Release,
    controllers: readonly PlannedController[],
): Blocker[] {
    if (addon === undefined) return [];
    const stopped = controllers.length > 0 && controllers.every(({ replicas }) => replicas === 0);
    const what = `the add-on ${addon.name} ${addon.version} is there already (${addon.status}), but no journal of a move`;
    const removal = `\`aws eks delete-addon --cluster-name ${clusterName} --addon-name ${addon.name} --preserve\``;
    const repair = `\`helm upgrade ${release.name} <chart> -n ${release.namespace} --reuse-values\` to give Helm its objects back`;
    return [
        {
            code: ErrorCode.AddonExists,
            property: "clusterName",
            what,
            remedy: remedyFor(addon.status, { stopped, removal, repair }),
        },
    ];
}

function remedyFor(
    status: AddonStatus,
    { stopped, removal, repair }: { stopped: boolean; removal: string; repair: string },
): string {
    switch (status) {
        case AddonStatus.Creating:
        case AddonStatus.Updating:
        case AddonStatus.Deleting:
            return "somebody is at work on it: wait until it is done, then run `pulumi up` again";
        case AddonStatus.Active:
        case AddonStatus.Degraded:
        case AddonStatus.UpdateFailed:
            return stopped
                ? `Helm's controllers are stopped, so the cluster has been moved already, perhaps by helm_to_addon.sh: keep the add-on and adopt it with HyperPodInferenceAddon instead of this resource; or, to move with a way back, run ${removal}, ${repair}, then \`pulumi up\``
                : `it runs beside Helm's controllers: to keep it, stop those and adopt it with HyperPodInferenceAddon; to move with a way back, run ${removal}, ${repair}, then \`pulumi up\``;
        case AddonStatus.CreateFailed:
        case AddonStatus.DeleteFailed:
            return `an attempt before this one failed and may have overwritten objects of Helm: run ${removal}, ${repair}, then \`pulumi up\``;
    }
}
