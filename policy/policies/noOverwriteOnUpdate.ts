// Fails an operator add-on whose updates overwrite what people changed in the cluster.
import type { ResourceValidationPolicy } from "@pulumi/policy";
import { isOperatorAddon } from "./subjects";

export const noOverwriteOnUpdate: ResourceValidationPolicy = {
    name: "no-overwrite-on-update",
    description: "An update of the operator add-on does not overwrite what people changed in the cluster.",
    enforcementLevel: "mandatory",
    validateResource(args, reportViolation) {
        if (!isOperatorAddon(args)) return;
        // Before aws 6 one property said both.
        const { resolveConflictsOnUpdate, resolveConflicts } = args.props;
        const onUpdate = resolveConflictsOnUpdate ?? resolveConflicts;
        if (onUpdate !== "OVERWRITE") return;
        reportViolation(
            "an update would overwrite what was changed in the cluster. Next: set resolveConflictsOnUpdate to PRESERVE, or to NONE to be told of the conflict.",
        );
    },
};
