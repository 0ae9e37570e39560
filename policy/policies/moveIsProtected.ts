// Fails a move that `pulumi destroy` could undo by mistake. A committed move is free, and so is one that goes back to Helm anyway.
import type { ResourceValidationPolicy } from "@pulumi/policy";
import { isMove } from "./subjects";

export const moveIsProtected: ResourceValidationPolicy = {
    name: "move-is-protected",
    description: "A move is protected until it is committed: destroying it puts Helm back.",
    enforcementLevel: "mandatory",
    validateResource(args, reportViolation) {
        if (!isMove(args) || args.opts.protect) return;
        if (args.props.commit === true || args.props.desiredOwner === "Helm") return;
        reportViolation(
            "destroying this resource, also by taking it out of the program, puts Helm back. Next: give it the option protect: true, or move back on purpose with desiredOwner Helm.",
        );
    },
};
