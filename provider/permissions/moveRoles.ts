// A planned move and what was found for it in; the ClusterRole and Roles for just this move, each bound to one group, out. Pure.
import type { PlanDraft } from "../plan/plan";
import { clusterReach, type FoundInCluster, type ReachRule } from "./clusterReach";

const API = "rbac.authorization.k8s.io";

/** The group that has the rights; whoever maps a principal to it lets that one move. */
export function groupOfMove({ release }: Pick<PlanDraft, "release">): string {
    return `hyperpod-inference-move-${release.name}`;
}

/** A List as JSON, for `kubectl apply -f -`. */
export function moveRoles(plan: PlanDraft, found: FoundInCluster): string {
    const { everywhere, within } = clusterReach(plan, found);
    const name = groupOfMove(plan);
    const items = [
        ...bound("ClusterRole", { name }, everywhere),
        ...[...within].flatMap(([namespace, rules]) => bound("Role", { name, namespace }, rules)),
    ];
    return JSON.stringify({ apiVersion: "v1", kind: "List", items });
}

function bound(
    kind: "ClusterRole" | "Role",
    metadata: { readonly name: string; readonly namespace?: string },
    rules: readonly ReachRule[],
) {
    const apiVersion = `${API}/v1`;
    return [
        { apiVersion, kind, metadata, rules: rules.flatMap(policyRules) },
        {
            apiVersion,
            kind: `${kind}Binding`,
            metadata,
            roleRef: { apiGroup: API, kind, name: metadata.name },
            subjects: [{ apiGroup: API, kind: "Group", name: metadata.name }],
        },
    ];
}

function policyRules({ verbs, on, names }: ReachRule) {
    return on.map(([group, resources]) => ({
        apiGroups: [group],
        resources,
        verbs,
        ...(names === undefined ? {} : { resourceNames: names }),
    }));
}
