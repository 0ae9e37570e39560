// The resource behind wayBack.ts; made by HelmToAddonMigration itself, never by programs.
import * as pulumi from "@pulumi/pulumi";
import { progressUrn } from "./progressUrn";

const PROVIDER_STUB = 'exports.handler = () => require("pulumi-hyperpod-inference/provider").wayBack;';

export const WAY_BACK_TYPE = "pulumi-nodejs:dynamic/hyperpod:WayBack";

/** Stands in the state before a move begins, so that `pulumi destroy` can go back even from a move whose create was killed. */
export class WayBack extends pulumi.CustomResource {
    /** What the stack's own journal in the cluster is known by. Secret. */
    declare public readonly journalKey: pulumi.Output<string>;

    constructor(name: string, args: pulumi.Inputs, opts: pulumi.CustomResourceOptions) {
        super(
            WAY_BACK_TYPE,
            name,
            {
                ...args,
                // Its check puts the key here; a secret that goes in stays one in the state's inputs too.
                journalKey: pulumi.secret(""),
                progressUrn: progressUrn(name, WAY_BACK_TYPE, opts.parent),
                __provider: PROVIDER_STUB,
            },
            pulumi.mergeOptions(opts, {
                deleteBeforeReplace: true,
                hideDiffs: ["__provider", "progressUrn"],
                additionalSecretOutputs: ["access", "journalKey"],
            }),
        );
    }
}
