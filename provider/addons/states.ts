// What the state of an add-on means: what EKS allows in it, and whether waiting mends it. Pure.
import { type Addon, AddonStatus } from "../ports/world";

const UNDER_WAY: ReadonlySet<AddonStatus> = new Set([
    AddonStatus.Creating,
    AddonStatus.Updating,
    AddonStatus.Deleting,
]);
const UPDATABLE: ReadonlySet<AddonStatus> = new Set([
    AddonStatus.Active,
    AddonStatus.Degraded,
    AddonStatus.UpdateFailed,
]);

const FAILED: ReadonlySet<AddonStatus> = new Set([
    AddonStatus.CreateFailed,
    AddonStatus.DeleteFailed,
    AddonStatus.UpdateFailed,
]);

/** Issues of a DEGRADED add-on that no waiting mends; the others (replicas that are on their way, an API server that is away) heal by themselves. */
const HOPELESS: ReadonlySet<string> = new Set([
    "AccessDenied",
    "AddonPermissionFailure",
    "AddonSubscriptionNeeded",
    "AdmissionRequestDenied",
    "ConfigurationConflict",
    "K8sResourceNotFound",
    "UnsupportedAddonModification",
]);

/** No waiting makes it healthy: somebody has to act. */
export function hasFailed({ status, issues }: Pick<Addon, "status" | "issues">): boolean {
    return (
        FAILED.has(status) ||
        (status === AddonStatus.Degraded && issues.some(({ code }) => HOPELESS.has(code)))
    );
}

/** EKS is at work on it and takes no other request. */
export function isUnderWay({ status }: Pick<Addon, "status">): boolean {
    return UNDER_WAY.has(status);
}

/** It runs, or ran once. EKS refuses to update one that was never created, and one that it could not delete. */
export function isUpdatable({ status }: Pick<Addon, "status">): boolean {
    return UPDATABLE.has(status);
}
