// The component's own small resources, as constant stubs of provider/resources. Nothing is captured, so the same text stands in every state.
import * as pulumi from "@pulumi/pulumi";
import type { AwsAccess } from "../common/awsAccess";

/** Text that Pulumi stores instead of code; the installed package is loaded each time. */
function stub(provider: string): string {
    return `exports.handler = () => require("pulumi-hyperpod-inference/health").${provider};`;
}

const token = (kind: string) => `pulumi-nodejs:dynamic/hyperpod:${kind}`;

/** Options for a resource that is never replaced and belongs to no foreign provider. */
function own(options: pulumi.CustomResourceOptions): pulumi.CustomResourceOptions {
    const { provider: _foreign, ...rest } = options;
    return {
        ...rest,
        deleteBeforeReplace: true,
        hideDiffs: ["__provider"],
        additionalSecretOutputs: ["access"],
    };
}

/** What the calls that the aws provider has no function for need to know. */
export interface ConnectionInputs {
    region: pulumi.Input<string>;
    profile: pulumi.Input<string | undefined>;
    roleArn: pulumi.Input<string | undefined>;
    access: pulumi.Input<AwsAccess | undefined>;
}

export interface InferenceClusterInputs extends ConnectionInputs {
    clusterName: pulumi.Input<string>;
    clusterArn: pulumi.Input<string>;
    givenHyperpodClusterArn: pulumi.Input<string | undefined>;
    givenOwner: pulumi.Input<string | undefined>;
    defaultOwner: pulumi.Input<string>;
}

/** Remembers the owner tag and finds the HyperPod cluster. */
export class InferenceCluster extends pulumi.CustomResource {
    declare public readonly owner: pulumi.Output<string | undefined>;
    declare public readonly hyperpodClusterArn: pulumi.Output<string | undefined>;

    constructor(name: string, inputs: InferenceClusterInputs, options: pulumi.CustomResourceOptions) {
        const outputs = { owner: undefined, hyperpodClusterArn: undefined };
        super(
            token("InferenceCluster"),
            name,
            { ...inputs, ...outputs, __provider: stub("inferenceCluster") },
            own(options),
        );
    }
}

export interface CheckedAddon {
    argument: string;
    versionArgument: string;
    addonName: string;
    addonVersion: pulumi.Input<string>;
    configuration: pulumi.Input<Record<string, unknown>>;
}

export interface AddonSettingsInputs extends ConnectionInputs {
    clusterName: pulumi.Input<string>;
    kubernetesVersion: pulumi.Input<string>;
    addons: pulumi.Input<CheckedAddon>[];
    /** Dependencies that somebody else brings. */
    present: string[];
}

/** Refuses versions and settings that EKS would refuse, at preview. */
export class AddonSettings extends pulumi.CustomResource {
    constructor(name: string, inputs: AddonSettingsInputs, options: pulumi.CustomResourceOptions) {
        super(token("AddonSettings"), name, { ...inputs, __provider: stub("addonSettings") }, own(options));
    }
}

export interface AddonHealthInputs extends ConnectionInputs {
    clusterName: pulumi.Input<string>;
    addonName: pulumi.Input<string>;
    addonArn: pulumi.Input<string>;
    addonVersion: pulumi.Input<string>;
    configurationValues: pulumi.Input<string>;
    namespace: pulumi.Input<string>;
    timeoutSeconds: pulumi.Input<number>;
    resolveConflicts: string;
    preserve: boolean;
}

/** Is there when the add-on is active and its controllers are available; does not go while models exist. */
export class AddonHealth extends pulumi.CustomResource {
    declare public readonly status: pulumi.Output<string>;
    declare public readonly healthIssues: pulumi.Output<string[]>;
    declare public readonly controllers: pulumi.Output<string[]>;

    constructor(name: string, inputs: AddonHealthInputs, options: pulumi.CustomResourceOptions) {
        const outputs = {
            status: undefined,
            healthIssues: undefined,
            controllers: undefined,
            healthy: undefined,
        };
        super(
            token("AddonHealth"),
            name,
            { ...inputs, ...outputs, __provider: stub("addonHealth") },
            own(options),
        );
    }
}

export interface TlsBucketRetentionInputs extends ConnectionInputs {
    bucket: pulumi.Input<string>;
    keep: boolean;
}

/** On destroy the bucket goes when it is empty, and stays when it is not. */
export class TlsBucketRetention extends pulumi.CustomResource {
    constructor(name: string, inputs: TlsBucketRetentionInputs, options: pulumi.CustomResourceOptions) {
        super(
            token("TlsBucketRetention"),
            name,
            { ...inputs, __provider: stub("tlsBucketRetention") },
            own(options),
        );
    }
}
