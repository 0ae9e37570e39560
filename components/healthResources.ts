// The component's own small resources. What they do stands in provider/resources; nothing of it is captured here.
import * as pulumi from "@pulumi/pulumi";
import type { AwsAccess } from "../common/awsAccess";
import { register } from "../provider/pulumi/packageHome";

/** The way to the account may hold keys. */
function keepSecret(options: pulumi.CustomResourceOptions): pulumi.CustomResourceOptions {
    return pulumi.mergeOptions(options, { additionalSecretOutputs: ["access"] });
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
    /** Looked up when it is not given. */
    hyperpodClusterArn: pulumi.Input<string | undefined>;
    givenOwner: pulumi.Input<string | undefined>;
    defaultOwner: pulumi.Input<string>;
}

/** Remembers the owner tag and finds the HyperPod cluster. */
export class InferenceCluster extends pulumi.CustomResource {
    declare public readonly owner: pulumi.Output<string | undefined>;
    declare public readonly hyperpodClusterArn: pulumi.Output<string | undefined>;

    constructor(name: string, inputs: InferenceClusterInputs, options: pulumi.CustomResourceOptions) {
        const own = register("InferenceCluster", name, options);
        super(own.type, name, { owner: undefined, ...inputs, ...own.inputs }, keepSecret(own.options));
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
        const own = register("AddonSettings", name, options);
        super(own.type, name, { ...inputs, ...own.inputs }, keepSecret(own.options));
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
        const own = register("AddonHealth", name, options);
        super(own.type, name, { ...inputs, ...outputs, ...own.inputs }, keepSecret(own.options));
    }
}

export interface TlsBucketRetentionInputs extends ConnectionInputs {
    bucket: pulumi.Input<string>;
    keep: boolean;
}

/** On destroy the bucket goes when it is empty, and stays when it is not. */
export class TlsBucketRetention extends pulumi.CustomResource {
    constructor(name: string, inputs: TlsBucketRetentionInputs, options: pulumi.CustomResourceOptions) {
        const own = register("TlsBucketRetention", name, options);
        super(own.type, name, { ...inputs, ...own.inputs }, keepSecret(own.options));
    }
}
