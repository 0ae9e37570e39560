// The roles against mocked accounts of every partition: trust and permissions must be the documented ones, field by field.
import assert from "node:assert/strict";
import { DependencyMode, HyperPodInferenceAddon, type HyperPodInferenceAddonArgs } from "../../components";
import {
    documentedBucketStatement,
    documentedRoles,
    documentedTlsBucketStatements,
    inAnyOrder,
} from "./documentedRoles";
import { issuerIn, type MockAccount, run } from "./mocks";

const roleType = "aws:iam/role:Role";
const policyType = "aws:iam/rolePolicy:RolePolicy";
const attachmentType = "aws:iam/rolePolicyAttachment:RolePolicyAttachment";
const Version = "2012-10-17";
const accountId = "123456789012";

const partitions = [
    { partition: "aws", region: "us-west-2" },
    { partition: "aws-cn", region: "cn-northwest-1" },
    { partition: "aws-us-gov", region: "us-gov-west-1" },
];

/** Without the network, which no role depends on. */
function install(
    args: Partial<HyperPodInferenceAddonArgs>,
    account: { partition: string; region: string } = { partition: "aws", region: "us-west-2" },
): Promise<MockAccount> {
    const plain = { clusterName: "demo", tagSubnets: false, s3Endpoint: false };
    return run(() => new HyperPodInferenceAddon("inference", { ...plain, ...args }), account);
}

/** The part of the component that a resource is for. */
const partOf = ({ name }: { name: string }) => name.replace(/^inference-/, "");

describe("the roles", function () {
    this.timeout(20_000);

    for (const account of partitions) {
        const { partition, region } = account;

        it(`in ${partition} trust and allow what AWS documents and nothing else, and so does the TLS bucket`, async () => {
            const mock = await install({ gateway: {} }, account);
            const documented = documentedRoles({
                partition,
                issuer: issuerIn(region),
                oidcProviderArn: `arn:${partition}:iam::${accountId}:oidc-provider/made`,
            });
            assert.deepEqual(mock.all(roleType).map(partOf).sort(), Object.keys(documented).sort());
            for (const role of mock.all(roleType)) {
                const part = partOf(role);
                const expected = documented[part as keyof typeof documented];
                assert.deepEqual(
                    inAnyOrder(String(role.inputs["assumeRolePolicy"])),
                    inAnyOrder({ Version, Statement: expected.trust }),
                    part,
                );
                const roleName = `${role.inputs["namePrefix"]}0`;
                const ofRole = (type: string) =>
                    mock.all(type).filter(({ inputs }) => inputs["role"] === roleName);
                assert.deepEqual(
                    ofRole(attachmentType).map(({ inputs }) => inputs["policyArn"]),
                    expected.managed.map((name) => `arn:${partition}:iam::aws:policy/${name}`),
                    part,
                );
                assert.deepEqual(
                    ofRole(policyType).map(({ inputs }) => inAnyOrder(String(inputs["policy"]))),
                    expected.permissions.length > 0
                        ? [inAnyOrder({ Version, Statement: expected.permissions })]
                        : [],
                    part,
                );
                for (const forbidden of ["managedPolicyArns", "inlinePolicies"])
                    assert.equal(role.inputs[forbidden], undefined, part);
            }
            const bucket = `arn:${partition}:s3:::hyperpod-tls-inference-0`;
            assert.deepEqual(
                inAnyOrder(String(mock.only("aws:s3/bucketPolicy:BucketPolicy").inputs["policy"])),
                inAnyOrder({ Version, Statement: [documentedBucketStatement(bucket)] }),
            );
        });

        it(`in ${partition} reach a TLS bucket that the managed policy does not know`, async () => {
            const mock = await install({ tlsCertificateS3Bucket: "certificates" }, account);
            const policy = mock.only(policyType, "inference-tls-bucket");
            assert.equal(policy.inputs["role"], "SageMakerHyperPodInference-0");
            assert.deepEqual(
                inAnyOrder(String(policy.inputs["policy"])),
                inAnyOrder({
                    Version,
                    Statement: documentedTlsBucketStatements(partition, accountId, "certificates"),
                }),
            );
        });
    }

    it("have names within AWS's limits, the operator's with the prefix that the add-on asks for", async () => {
        const mock = await run(
            () =>
                new HyperPodInferenceAddon(`inference of the ${"very ".repeat(20)}long name`, {
                    clusterName: "demo",
                    gateway: {},
                }),
        );
        const prefixes = mock.all(roleType).map(({ inputs }) => String(inputs["namePrefix"]));
        assert.equal(new Set(prefixes).size, 7, "every role has a prefix of its own");
        // The aws provider adds 26 digits; IAM takes 64 characters.
        for (const prefix of prefixes) assert.match(prefix, /^[\w+=,.@-]{1,38}$/);
        assert.ok(prefixes.includes("SageMakerHyperPodInference-"));
        assert.match(
            String(mock.only("aws:s3/bucket:Bucket").inputs["bucketPrefix"]),
            /^hyperpod-tls-[a-z0-9-]{1,24}$/,
        );
    });

    it("of the S3 driver reaches only the buckets and prefixes that are given", async () => {
        const mock = await install({
            modelBucketArns: ["arn:aws:s3:::models", "arn:aws:s3:::shared/team-a/*"],
        });
        assert.deepEqual(
            inAnyOrder(String(mock.only(policyType, "inference-s3-csi").inputs["policy"])),
            inAnyOrder({
                Version,
                Statement: [
                    {
                        Effect: "Allow",
                        Action: "s3:ListBucket",
                        Resource: ["arn:aws:s3:::models", "arn:aws:s3:::shared"],
                    },
                    {
                        Effect: "Allow",
                        Action: [
                            "s3:GetObject",
                            "s3:PutObject",
                            "s3:AbortMultipartUpload",
                            "s3:DeleteObject",
                        ],
                        Resource: ["arn:aws:s3:::models/*", "arn:aws:s3:::shared/team-a/*"],
                    },
                ],
            }),
        );
    });

    it("are made only for what is installed", async () => {
        const mock = await install({
            alb: { enabled: false },
            keda: { enabled: false },
            gateway: { enabled: false },
            s3Csi: { mode: DependencyMode.Present },
            fsxCsi: { mode: DependencyMode.Skip },
        });
        assert.deepEqual(mock.all(roleType).map(partOf).sort(), ["execution", "gated-model"]);
        assert.equal(mock.all(policyType).length, 0);
    });
});
