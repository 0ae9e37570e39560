// Fails a component whose destroy takes the operator along. Says nothing unless it is switched on, as production.json does.
import type { ResourceValidationPolicy } from "@pulumi/policy";
import { isComponent } from "./subjects";

export const preservedInProduction: ResourceValidationPolicy = {
    name: "preserved-in-production",
    description: "In production, destroying the stack leaves the operator and everything around it running.",
    enforcementLevel: "disabled",
    validateResource(args, reportViolation) {
        if (!isComponent(args) || args.props.preserveOnDelete === true) return;
        reportViolation(
            "destroying the stack would remove the operator that models depend on. Next: set preserveOnDelete to true.",
        );
    },
};
