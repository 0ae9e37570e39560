// What a move may delete of the release at all, by kind.

/** Kinds whose deletion takes nothing of the user's along. Everything else stays. */
export const DELETABLE_KINDS: ReadonlySet<string> = new Set([
    "Deployment",
    "DaemonSet",
    "Service",
    "ServiceAccount",
    "Role",
    "RoleBinding",
    "ClusterRole",
    "ClusterRoleBinding",
    "ConfigMap",
    "Secret",
    "PodDisruptionBudget",
    "MutatingWebhookConfiguration",
    "ValidatingWebhookConfiguration",
]);
