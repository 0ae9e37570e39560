// Tells of an add-on whose version the program leaves open: two stacks of one program may then run different versions.
import type { ResourceValidationPolicy } from "@pulumi/policy";
import { isComponent, isMadeByComponent, isMove, isOperatorAddon } from "./subjects";

export const versionIsPinned: ResourceValidationPolicy = {
    name: "version-is-pinned",
    description: "The program says which version of the operator add-on runs.",
    enforcementLevel: "advisory",
    validateResource(args, reportViolation) {
        if (!isMove(args) && !isComponent(args) && !isOperatorAddon(args)) return;
        // What the component makes has its version from the component.
        if (isMadeByComponent(args.urn)) return;
        const { addonVersion } = args.props;
        if (addonVersion !== undefined && addonVersion !== null && addonVersion !== "") return;
        reportViolation(
            "the version of the operator add-on is left open. Next: set addonVersion to the version that the preview shows.",
        );
    },
};
