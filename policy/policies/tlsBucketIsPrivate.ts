// Fails a bucket for TLS certificates without encryption or open to the public: one that the component made, or that carries its tag.
import type { PolicyResource, StackValidationPolicy } from "@pulumi/policy";
import { ifKnown, isMadeByComponent, OWNER_TAG } from "./subjects";

interface Config {
    readonly requireKmsKey?: boolean;
}

const BUCKET = /^aws:s3\/bucket(V2)?:Bucket(V2)?$/;
const ENCRYPTION = /:BucketServerSideEncryptionConfiguration(V2)?$/;
const PUBLIC_ACCESS_BLOCK = /:BucketPublicAccessBlock$/;
const BLOCKS = ["blockPublicAcls", "blockPublicPolicy", "ignorePublicAcls", "restrictPublicBuckets"];

export const tlsBucketIsPrivate: StackValidationPolicy = {
    name: "tls-bucket-is-private",
    description: "The bucket of the models' TLS certificates is encrypted and closed to the public.",
    enforcementLevel: "mandatory",
    configSchema: {
        properties: {
            requireKmsKey: {
                type: "boolean",
                default: false,
                description:
                    "Whether the bucket must be encrypted with a KMS key, not with keys managed by S3. Defaults to false.",
            },
        },
    },
    validateStack({ resources, getConfig }, reportViolation) {
        const { requireKmsKey = false } = getConfig<Config>();
        for (const bucket of resources.filter(isOurs)) {
            const of = (type: RegExp) =>
                resources.filter((one) => type.test(one.type) && belongsTo(one, bucket));
            const ciphers = of(ENCRYPTION).flatMap(ciphersOf);
            if (ciphers.length === 0)
                reportViolation(
                    "the TLS bucket has no encryption. Next: give it a BucketServerSideEncryptionConfiguration.",
                    bucket.urn,
                );
            else if (requireKmsKey && !ciphers.every((cipher) => /^aws:kms/.test(cipher)))
                reportViolation(
                    "the TLS bucket is encrypted without a KMS key. Next: set tlsBucketKmsKeyArn.",
                    bucket.urn,
                );
            if (!of(PUBLIC_ACCESS_BLOCK).some(isClosed))
                reportViolation(
                    "the TLS bucket may be opened to the public. Next: give it a BucketPublicAccessBlock with all four switches on.",
                    bucket.urn,
                );
        }
    },
};

/** The tags of a new bucket are not known in its first preview, its parent is. */
function isOurs(resource: PolicyResource): boolean {
    if (!BUCKET.test(resource.type)) return false;
    const tags = ifKnown(() => resource.props.tags) ?? {};
    return isMadeByComponent(resource.urn) || ifKnown(() => tags[OWNER_TAG]) !== undefined;
}

/** By the program's own wiring, or by the bucket's name where that was written out. */
function belongsTo(part: PolicyResource, bucket: PolicyResource): boolean {
    if (part.propertyDependencies.bucket?.some(({ urn }) => urn === bucket.urn)) return true;
    const name = ifKnown(() => part.props.bucket);
    return name !== undefined && name === ifKnown(() => bucket.props.bucket);
}

function ciphersOf({ props }: PolicyResource): string[] {
    const rules: unknown = props.rules;
    if (!Array.isArray(rules)) return [];
    return rules.flatMap((rule) => rule?.applyServerSideEncryptionByDefault?.sseAlgorithm ?? []);
}

function isClosed({ props }: PolicyResource): boolean {
    return BLOCKS.every((name) => props[name] === true);
}
