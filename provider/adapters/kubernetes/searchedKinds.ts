// In: a kind that the API server serves. Out: whether what an add-on made is searched among its objects. Asks nothing.

import type { ServedKind } from "./apiDiscovery";

/** Kinds that come and go by themselves, or that no add-on applies: never searched for what an add-on made. */
const NEVER_APPLIED = new Set([
    "Event",
    "Lease",
    "EndpointSlice",
    "Endpoints",
    "Pod",
    "ReplicaSet",
    "ControllerRevision",
    "Node",
    "CSINode",
    "ComponentStatus",
    "CertificateRequest",
    "CertificateSigningRequest",
    "CSIStorageCapacity",
    "Challenge",
    "IPAddress",
    "Order",
    "ResourceSlice",
    "VolumeAttachment",
    "PodMetrics",
    "NodeMetrics",
]);

/** Served by the API server itself: it alone can fail to answer. */
const BUILT_IN_GROUPS =
    /^(v1|(apps|batch|autoscaling|policy)\/.+|(rbac\.authorization|networking|storage|admissionregistration|apiextensions|apiregistration|scheduling|coordination|discovery|node|certificates|flowcontrol\.apiserver|resource|events)\.k8s\.io\/.+)$/;

export function isBuiltIn(apiVersion: string): boolean {
    return BUILT_IN_GROUPS.test(apiVersion);
}

/** Whether an add-on may have made some of the kind; of custom groups only those asked for, or all. */
export function isSearched(
    { kind, verbs, preferred, apiVersion }: ServedKind,
    groups: readonly string[] | undefined,
): boolean {
    const [group = ""] = apiVersion.split("/");
    return (
        (groups === undefined || isBuiltIn(apiVersion) || groups.includes(group)) &&
        preferred &&
        verbs.includes("list") &&
        verbs.includes("delete") &&
        !NEVER_APPLIED.has(kind) &&
        !/metrics\.k8s\.io/.test(apiVersion)
    );
}
