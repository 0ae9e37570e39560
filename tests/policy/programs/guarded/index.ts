// The tests' program: GIVEN (JSON) in, resources with the types and properties of the package's own out. What the list calls secret is a secret.
import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";

interface Given {
    readonly moves?: readonly { args: Record<string, unknown>; protect?: boolean }[];
    readonly component?: Record<string, unknown>;
    readonly addon?: Partial<aws.eks.AddonArgs>;
    readonly bucket?: "closed" | "open";
    readonly secret?: string;
}

const { moves = [], component, addon, bucket, secret } = JSON.parse(process.env.GIVEN ?? "{}") as Given;
const provider = JSON.stringify(`${__dirname}/provider.js`);

class Move extends pulumi.CustomResource {
    constructor(name: string, args: pulumi.Inputs, opts: pulumi.CustomResourceOptions) {
        const __provider = `exports.handler = () => require(${provider}).provider;`;
        super(
            "pulumi-nodejs:dynamic/hyperpod:HelmToAddonMigration",
            name,
            { ...args, __provider },
            { ...opts, additionalSecretOutputs: ["inputs"] },
        );
    }
}

class Component extends pulumi.ComponentResource {
    constructor(name: string, args: pulumi.Inputs) {
        super("hyperpod-inference:index:HyperPodInferenceAddon", name, args);
    }
}

moves.forEach(({ args, protect }, index) => {
    const access =
        secret === undefined ? {} : { access: pulumi.secret({ keys: { secretAccessKey: secret } }) };
    new Move(`move${index}`, { ...args, ...access }, protect === undefined ? {} : { protect });
});
const parent = component && new Component("inference", component);
const child = parent === undefined ? {} : { parent };
if (addon !== undefined)
    new aws.eks.Addon(
        "operator",
        {
            clusterName: "demo",
            addonName: "amazon-sagemaker-hyperpod-inference",
            ...(secret === undefined ? {} : { configurationValues: pulumi.secret(secret) }),
            ...addon,
        },
        child,
    );
if (bucket !== undefined) {
    const made = new aws.s3.Bucket("tls", { bucketPrefix: "hyperpod-tls-" }, child);
    new aws.s3.BucketServerSideEncryptionConfiguration(
        "tls",
        {
            bucket: made.bucket,
            rules: [{ applyServerSideEncryptionByDefault: { sseAlgorithm: "AES256" } }],
        },
        child,
    );
    const closed = bucket === "closed";
    new aws.s3.BucketPublicAccessBlock(
        "tls",
        {
            bucket: made.bucket,
            blockPublicAcls: true,
            blockPublicPolicy: closed,
            ignorePublicAcls: true,
            restrictPublicBuckets: true,
        },
        child,
    );
}
