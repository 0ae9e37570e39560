// Fails a move with `commit: true` on a cluster that nobody has approved. Says no cluster's name: it may be a secret.
import type { ResourceValidationPolicy } from "@pulumi/policy";
import { isMove } from "./subjects";

interface Config {
    readonly approvedClusters?: readonly string[];
}

export const commitNeedsApproval: ResourceValidationPolicy = {
    name: "commit-needs-approval",
    description:
        "A move is committed only on clusters that somebody has approved: nobody can undo it afterwards.",
    enforcementLevel: "mandatory",
    configSchema: {
        properties: {
            approvedClusters: {
                type: "array",
                items: { type: "string", minLength: 1 },
                uniqueItems: true,
                default: [],
                description: "Names of the EKS clusters whose move may be committed. Defaults to none.",
            },
        },
    },
    validateResource(args, reportViolation) {
        if (!isMove(args) || args.props.commit !== true) return;
        const { approvedClusters = [] } = args.getConfig<Config>();
        if (approvedClusters.includes(args.props.clusterName)) return;
        reportViolation(
            "commit makes the move final, without any undo, and this cluster is not approved for it. Next: remove commit, or have the cluster's name added to approvedClusters of commit-needs-approval.",
        );
    },
};
