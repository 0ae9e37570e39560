// Options of the component come in; those of each of its children go out.
import type * as pulumi from "@pulumi/pulumi";
import type { Scope } from "./componentScope";

export function childOptions(
    component: pulumi.ComponentResource,
    options: pulumi.ComponentResourceOptions,
    preserve: boolean,
): Scope["child"] {
    return (extra = {}) => ({
        parent: component,
        // Pulumi hands these to a component only; a child has to be told.
        ...(options.customTimeouts ? { customTimeouts: options.customTimeouts } : {}),
        ...(preserve ? { retainOnDelete: true } : {}),
        ...extra,
    });
}
