// Objects come in, groups of them in the order in which an undo writes them go out. Pure.

/** Where every undo writes first what others stand on. */
const ORDER = [
    "Namespace",
    "CustomResourceDefinition",
    "ServiceAccount",
    "ClusterRole",
    "Role",
    "ClusterRoleBinding",
    "RoleBinding",
    "Issuer",
    "Certificate",
    "Secret",
    "ConfigMap",
    "Service",
    "ReplicaSet",
];

/** Groups to write one after the other; within a group the order does not matter. */
export function byRestoreRank<T extends { kind: string }>(objects: readonly T[]): T[][] {
    const ranks: T[][] = Array.from({ length: ORDER.length + 1 }, () => []);
    for (const object of objects) {
        const index = ORDER.indexOf(object.kind);
        ranks[index < 0 ? ORDER.length : index]?.push(object);
    }
    return ranks.filter((rank) => rank.length > 0);
}
