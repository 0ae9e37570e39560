// Out goes the name of the bucket for TLS certificates: the given one, or a new one that is encrypted, private and TLS-only.

import * as pulumi from "@pulumi/pulumi";
import { TLS_BUCKET_PREFIX } from "../common/bucketName";
import { canonicalJson } from "../common/canonicalJson";
import { isReachedByManagedPolicy, onlyWithTls, tlsBucketPolicy } from "../common/iam/tlsBucketPolicy";
import { OPERATOR_TAG } from "../common/operatorNames";
import type { HyperPodInferenceAddonArgs } from "./args";
import { type Aws, aws } from "./aws";
import { tlsBucketPrefix } from "./awsNamePrefixes";
import type { Scope } from "./componentScope";
import { type ConnectionInputs, TlsBucketRetention } from "./healthResources";
import { known } from "./knownValue";
import type { Roles } from "./roles";

export interface TlsBucket {
    name: pulumi.Output<string>;
    /** Undefined when the bucket was given. */
    made: Aws.s3.Bucket | undefined;
    resources: Promise<pulumi.Resource[]>;
}

export interface TlsBucketSurroundings {
    connection: ConnectionInputs;
    partition: pulumi.Output<string>;
    accountId: pulumi.Output<string>;
    roles: Roles;
}

export function tlsBucket(
    scope: Scope,
    args: HyperPodInferenceAddonArgs,
    around: TlsBucketSurroundings,
): TlsBucket {
    if (args.tlsCertificateS3Bucket === undefined) return newBucket(scope, args, around);
    const name = pulumi.output(args.tlsCertificateS3Bucket);
    return { name, made: undefined, resources: letOperatorIn(scope, name, around) };
}

function newBucket(scope: Scope, args: HyperPodInferenceAddonArgs, around: TlsBucketSurroundings): TlsBucket {
    const name = `${scope.name}-tls`;
    // Retained, all of it: what protects the certificates must not go before they do. TlsBucketRetention removes an empty bucket.
    const kept = scope.child({ retainOnDelete: true });
    const { region, tags } = scope;
    const made = new aws.s3.Bucket(
        name,
        { bucketPrefix: tlsBucketPrefix(scope.name), region, tags: withCreator(tags) },
        kept,
    );
    const bucket = made.bucket;
    const encryption = new aws.s3.BucketServerSideEncryptionConfiguration(
        name,
        {
            bucket,
            region,
            rules: [
                args.tlsBucketKmsKeyArn === undefined
                    ? { applyServerSideEncryptionByDefault: { sseAlgorithm: "AES256" } }
                    : {
                          applyServerSideEncryptionByDefault: {
                              sseAlgorithm: "aws:kms",
                              kmsMasterKeyId: args.tlsBucketKmsKeyArn,
                          },
                          bucketKeyEnabled: true,
                      },
            ],
        },
        kept,
    );
    const everything = {
        blockPublicAcls: true,
        blockPublicPolicy: true,
        ignorePublicAcls: true,
        restrictPublicBuckets: true,
    };
    const publicAccess = new aws.s3.BucketPublicAccessBlock(name, { bucket, region, ...everything }, kept);
    const policy = new aws.s3.BucketPolicy(
        name,
        {
            bucket,
            region,
            policy: pulumi
                .all([around.partition, bucket])
                .apply(([id, to]) => canonicalJson(onlyWithTls(id, to))),
        },
        // S3 answers "conflicting operation" when both are set at the same moment.
        { ...kept, dependsOn: [publicAccess] },
    );
    const logging =
        args.tlsBucketAccessLogsBucket === undefined
            ? []
            : [
                  new aws.s3.BucketLogging(
                      name,
                      {
                          bucket,
                          region,
                          targetBucket: args.tlsBucketAccessLogsBucket,
                          targetPrefix: "tls-cert-logs/",
                      },
                      kept,
                  ),
              ];
    const retention = new TlsBucketRetention(
        `${name}-retention`,
        {
            ...around.connection,
            bucket,
            keep: args.preserveOnDelete === true,
        },
        scope.child({ retainOnDelete: false }),
    );
    return {
        name: bucket,
        made,
        resources: Promise.resolve([made, encryption, publicAccess, policy, ...logging, retention]),
    };
}

/** AWS's own setup marks the bucket so, and the operator's clean-up looks for it. */
function withCreator(tags: pulumi.Output<Record<string, string>>): pulumi.Output<Record<string, string>> {
    return tags.apply((all): Record<string, string> => ({ [OPERATOR_TAG.key]: OPERATOR_TAG.value, ...all }));
}

/** A bucket outside the managed policy's pattern needs a policy of its own on the operator's role. */
async function letOperatorIn(
    scope: Scope,
    name: pulumi.Output<string>,
    { partition, accountId, roles }: TlsBucketSurroundings,
): Promise<pulumi.Resource[]> {
    await scope.valuesChecked;
    const bucket = await known(name);
    if (bucket === undefined || isReachedByManagedPolicy(bucket)) return [];
    if (roles.made.execution === undefined) {
        await pulumi.log.info(
            `The bucket ${bucket} is outside the pattern ${TLS_BUCKET_PREFIX}*: the given execution role must allow s3:GetObject, ` +
                "s3:PutObject, s3:PutObjectTagging and s3:DeleteObject on it.",
            scope.component,
        );
        return [];
    }
    return [
        new aws.iam.RolePolicy(
            `${scope.name}-tls-bucket`,
            {
                name: "tls-bucket",
                role: roles.made.execution.name,
                policy: pulumi
                    .all([partition, accountId, name])
                    .apply(([id, account, to]) =>
                        canonicalJson(tlsBucketPolicy(`arn:${id}:s3:::${to}/*`, account)),
                    ),
            },
            scope.child(),
        ),
    ];
}
