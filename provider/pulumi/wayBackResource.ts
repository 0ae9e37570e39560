// The resource behind wayBack.ts; made by HelmToAddonMigration itself, never by programs.

import * as pulumi from "@pulumi/pulumi";
import { ALWAYS_SECRET } from "./alwaysSecret";
import { register } from "./packageHome";

/** Stands in the state before a move begins, so that `pulumi destroy` can go back even from a move whose create was killed. */
export class WayBack extends pulumi.CustomResource {
    /** What the stack's own journal in the cluster is known by. Secret. */
    declare public readonly journalKey: pulumi.Output<string>;

    constructor(name: string, args: pulumi.Inputs, opts: pulumi.CustomResourceOptions) {
        const { type, inputs, options } = register("WayBack", name, opts);
        super(
            type,
            name,
            {
                ...args,
                // Its check puts the key here; a secret that goes in stays one in the state's inputs too. What a preview promised, `pulumi up --plan` holds it to.
                journalKey: pulumi.secret(pulumi.runtime.isDryRun() ? pulumi.unknown : ""),
                ...inputs,
            },
            pulumi.mergeOptions(options, {
                hideDiffs: ["secretInputs"],
                additionalSecretOutputs: [...ALWAYS_SECRET, "journalKey"],
            }),
        );
    }
}
