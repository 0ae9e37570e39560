// Tells of a component whose S3 CSI driver may read every bucket of the account.
import type { ResourceValidationPolicy } from "@pulumi/policy";
import { isComponent } from "./subjects";

export const modelBucketsAreNamed: ResourceValidationPolicy = {
    name: "model-buckets-are-named",
    description: "The role that reads models from S3 reaches the buckets of the models only.",
    enforcementLevel: "advisory",
    validateResource(args, reportViolation) {
        if (!isComponent(args) || !makesRoleOfS3Driver(args.props)) return;
        const { modelBucketArns } = args.props;
        const named = Array.isArray(modelBucketArns) && modelBucketArns.length > 0;
        if (named && !modelBucketArns.some(reachesAllBuckets)) return;
        reportViolation(
            "models may be read from every bucket of the account. Next: set modelBucketArns to the ARNs of the models' buckets.",
        );
    },
};

/** The component makes no role where one is given, or where somebody else brings the driver. */
function makesRoleOfS3Driver({ s3CsiRoleArn, s3Csi }: Record<string, unknown>): boolean {
    const mode = (s3Csi as { mode?: unknown } | undefined)?.mode ?? "Install";
    return (s3CsiRoleArn === undefined || s3CsiRoleArn === null) && mode === "Install";
}

function reachesAllBuckets(arn: unknown): boolean {
    return /^(\*|arn:[\w*-]+:s3:::\*)/.test(String(arn));
}
