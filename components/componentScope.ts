// What every part of the component shares: parent, names, tags, Region, options. Creates nothing.
import type * as pulumi from "@pulumi/pulumi";

export interface Scope {
    readonly name: string;
    readonly component: pulumi.ComponentResource;
    readonly clusterName: pulumi.Output<string>;
    /** Value of the owner tag. */
    readonly owner: pulumi.Output<string>;
    /** The user's tags and the owner tag. */
    readonly tags: pulumi.Output<Record<string, string>>;
    /** The Region for every resource that takes one; undefined when the provider's is meant. */
    readonly region: pulumi.Input<string> | undefined;
    /** Options of a child: parent and custom timeouts, and whether it outlives the stack. */
    child(options?: pulumi.CustomResourceOptions): pulumi.CustomResourceOptions;
    /** Options of a look-up: the same aws provider as the children. */
    readonly lookUp: pulumi.InvokeOptions;
    /** Fails once the values that came from other resources turn out wrong. */
    readonly valuesChecked: Promise<void>;
}
