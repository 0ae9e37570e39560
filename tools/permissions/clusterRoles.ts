// The rules of rights.ts in, ClusterRoles with bindings to groups out. Pure.
import {
    type ClusterRule,
    DECIDING_WHO_LEADS,
    HANDING_OVER,
    LOOKING,
    MEASURING,
    MOVING,
} from "../../provider/permissions/clusterRights";

export const LOOKERS = "hyperpod-inference-look";
export const MOVERS = "hyperpod-inference-move";

export interface RbacObject {
    readonly apiVersion: string;
    readonly kind: string;
    readonly metadata: { readonly name: string };
    readonly [key: string]: unknown;
}

/** Objects in the order in which they are applied; the group of each role has the role's name. */
export function rbacObjects(): readonly RbacObject[] {
    return [
        ...roleFor(LOOKERS, LOOKING),
        ...roleFor(MOVERS, [...MOVING, HANDING_OVER, DECIDING_WHO_LEADS, MEASURING]),
    ];
}

function rulesOf(rules: readonly ClusterRule[]) {
    return rules.flatMap(({ verbs, on }) =>
        on.map(([group, resources]) => ({ apiGroups: [group], resources, verbs })),
    );
}

function roleFor(name: string, rules: readonly ClusterRule[]): RbacObject[] {
    const apiVersion = "rbac.authorization.k8s.io/v1";
    const roleRef = { apiGroup: "rbac.authorization.k8s.io", kind: "ClusterRole", name };
    return [
        { apiVersion, kind: "ClusterRole", metadata: { name }, rules: rulesOf(rules) },
        {
            apiVersion,
            kind: "ClusterRoleBinding",
            metadata: { name },
            roleRef,
            subjects: [{ apiGroup: roleRef.apiGroup, kind: "Group", name }],
        },
    ];
}
