// The resource behind wayBack.ts; made by HelmToAddonMigration itself, never by programs.
import * as pulumi from "@pulumi/pulumi";
import { progressUrn } from "./progressUrn";

const PROVIDER_STUB = 'exports.handler = () => require("pulumi-hyperpod-inference/provider").wayBack;';

export const WAY_BACK_TYPE = "pulumi-nodejs:dynamic/hyperpod:WayBack";

/** Stands in the state before a move begins, so that `pulumi destroy` can go back even from a move whose create was killed. */
export class WayBack extends pulumi.CustomResource {
    constructor(name: string, args: pulumi.Inputs, opts: pulumi.CustomResourceOptions) {
        super(
            WAY_BACK_TYPE,
            name,
            {
                ...args,
                progressUrn: progressUrn(name, WAY_BACK_TYPE, opts.parent),
                __provider: PROVIDER_STUB,
            },
            pulumi.mergeOptions(opts, {
                deleteBeforeReplace: true,
                hideDiffs: ["__provider", "progressUrn"],
                additionalSecretOutputs: ["access"],
            }),
        );
    }
}
