// What EKS allows in which state of an add-on. Pure.
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

/** EKS is at work on it and takes no other request. */
export function isUnderWay({ status }: Pick<Addon, "status">): boolean {
    return UNDER_WAY.has(status);
}

/** It runs, or ran once. EKS refuses to update one that was never created, and one that it could not delete. */
export function isUpdatable({ status }: Pick<Addon, "status">): boolean {
    return UPDATABLE.has(status);
}
