// Pulumi's AWS package, loaded at its first use: a program that only moves from Helm needs not install it. Types go in, resources come out.
import type * as Aws from "@pulumi/aws";

import { withReadableFailures } from "./lookUps";

export type * as Aws from "@pulumi/aws";

let loaded: typeof Aws | undefined;

function load(): typeof Aws {
    try {
        loaded ??= require("@pulumi/aws") as typeof Aws;
        return loaded;
    } catch (error) {
        if ((error as { code?: unknown }).code !== "MODULE_NOT_FOUND") throw error;
        throw new Error("HyperPodInferenceAddon needs Pulumi's AWS package: npm install @pulumi/aws", {
            cause: error,
        });
    }
}

export const aws = withReadableFailures(
    new Proxy({} as typeof Aws, { get: (_, key) => withReadableFailures(Reflect.get(load(), key)) }),
);
