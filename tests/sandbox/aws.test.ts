// The emulator's AWS services: what moto gets wrong and we put right, by SDK calls, error names and messages included.
import assert from "node:assert/strict";
import {
    CreateRouteTableCommand,
    CreateSubnetCommand,
    CreateVpcCommand,
    CreateVpcEndpointCommand,
    DeleteVpcEndpointsCommand,
    DescribeRouteTablesCommand,
    DescribeVpcEndpointsCommand,
    ModifyVpcEndpointCommand,
} from "@aws-sdk/client-ec2";
import {
    AssociateAccessPolicyCommand,
    CreateAccessEntryCommand,
    CreatePodIdentityAssociationCommand,
    DeleteAccessEntryCommand,
    DeletePodIdentityAssociationCommand,
    DescribeAccessEntryCommand,
    DescribeClusterCommand,
    DescribePodIdentityAssociationCommand,
    ListAccessEntriesCommand,
    ListAssociatedAccessPoliciesCommand,
    ListPodIdentityAssociationsCommand,
} from "@aws-sdk/client-eks";
import {
    AttachRolePolicyCommand,
    CreateRoleCommand,
    GetRoleCommand,
    SimulatePrincipalPolicyCommand,
    UpdateAssumeRolePolicyCommand,
} from "@aws-sdk/client-iam";
import {
    CreateBucketCommand,
    PutBucketPolicyCommand,
    PutObjectCommand,
    PutObjectTaggingCommand,
} from "@aws-sdk/client-s3";
import {
    CreateClusterCommand,
    DescribeClusterCommand as DescribeHyperPod,
    ListClustersCommand,
} from "@aws-sdk/client-sagemaker";
import { AssumeRoleCommand, GetCallerIdentityCommand } from "@aws-sdk/client-sts";
import {
    type AwsFixture,
    accountId,
    clients,
    createDemoCluster,
    pristineAws,
    trust,
} from "./fixtures/awsFixture";

describe("AWS emulator: services", () => {
    let fixture: AwsFixture;
    before(async () => {
        fixture = await pristineAws();
        await fixture.aws.snapshot("empty");
    });
    beforeEach(() => fixture.aws.restore("empty"));

    describe("EKS cluster", () => {
        it("reports the sandbox's endpoint, issuer, version and the network found by its subnets", async () => {
            const { ec2, eks } = fixture.clients;
            const vpc = (await ec2.send(new CreateVpcCommand({ CidrBlock: "10.0.0.0/16" }))).Vpc?.VpcId;
            const subnet = await ec2.send(new CreateSubnetCommand({ VpcId: vpc, CidrBlock: "10.0.1.0/24" }));
            await createDemoCluster(eks, [subnet.Subnet?.SubnetId ?? ""]);
            const { cluster } = await eks.send(new DescribeClusterCommand({ name: "demo" }));
            assert.equal(cluster?.endpoint, "https://127.0.0.1:6443");
            assert.equal(cluster?.identity?.oidc?.issuer, fixture.options.oidcIssuer);
            assert.equal(cluster?.version, "1.36");
            assert.equal(cluster?.status, "ACTIVE");
            assert.equal(cluster?.resourcesVpcConfig?.vpcId, vpc);
            assert.match(cluster?.resourcesVpcConfig?.clusterSecurityGroupId ?? "", /^sg-/);
        });

        it("keeps access entries and their policies", async () => {
            const { eks } = fixture.clients;
            await createDemoCluster(eks);
            const principalArn = `arn:aws:iam::${accountId}:role/team/deployer`;
            const entry = { clusterName: "demo", principalArn };
            await eks.send(new CreateAccessEntryCommand({ ...entry, kubernetesGroups: ["deployers"] }));
            await assert.rejects(eks.send(new CreateAccessEntryCommand(entry)), {
                name: "ResourceInUseException",
            });
            const policyArn = "arn:aws:eks::aws:cluster-access-policy/AmazonEKSClusterAdminPolicy";
            await eks.send(
                new AssociateAccessPolicyCommand({ ...entry, policyArn, accessScope: { type: "cluster" } }),
            );
            const policies = await eks.send(new ListAssociatedAccessPoliciesCommand(entry));
            assert.deepEqual(
                policies.associatedAccessPolicies?.map((p) => p.policyArn),
                [policyArn],
            );
            const { accessEntry } = await eks.send(new DescribeAccessEntryCommand(entry));
            assert.deepEqual(accessEntry?.kubernetesGroups, ["deployers"]);
            assert.equal(
                accessEntry?.username,
                `arn:aws:sts::${accountId}:assumed-role/deployer/{{SessionName}}`,
            );
            await eks.send(new DeleteAccessEntryCommand(entry));
            assert.deepEqual((await eks.send(new ListAccessEntriesCommand(entry))).accessEntries, []);
        });

        it("keeps pod identity associations", async () => {
            const { eks } = fixture.clients;
            await createDemoCluster(eks);
            const wanted = {
                clusterName: "demo",
                namespace: "toys",
                serviceAccount: "bear",
                roleArn: `arn:aws:iam::${accountId}:role/bear`,
            };
            const created = await eks.send(new CreatePodIdentityAssociationCommand(wanted));
            const id = { clusterName: "demo", associationId: created.association?.associationId };
            await assert.rejects(eks.send(new CreatePodIdentityAssociationCommand(wanted)), {
                name: "ResourceInUseException",
            });
            const { association } = await eks.send(new DescribePodIdentityAssociationCommand(id));
            assert.equal(association?.roleArn, wanted.roleArn);
            const listed = await eks.send(
                new ListPodIdentityAssociationsCommand({ clusterName: "demo", namespace: "toys" }),
            );
            assert.equal(listed.associations?.length, 1);
            await eks.send(new DeletePodIdentityAssociationCommand(id));
            await assert.rejects(eks.send(new DescribePodIdentityAssociationCommand(id)), {
                name: "ResourceNotFoundException",
            });
        });
    });

    it("SageMaker keeps the orchestrator and the network of a HyperPod cluster", async () => {
        const { sagemaker } = fixture.clients;
        const orchestrator = { Eks: { ClusterArn: `arn:aws:eks:us-west-2:${accountId}:cluster/demo` } };
        const network = { SecurityGroupIds: ["sg-1"], Subnets: ["subnet-1", "subnet-2"] };
        const group = {
            InstanceGroupName: "workers",
            InstanceType: "ml.g5.8xlarge" as const,
            InstanceCount: 2,
            ExecutionRole: `arn:aws:iam::${accountId}:role/hyperpod`,
            LifeCycleConfig: { SourceS3Uri: "s3://sagemaker-demo/lifecycle", OnCreate: "on_create.sh" },
        };
        const wanted = {
            ClusterName: "pod",
            InstanceGroups: [group],
            Orchestrator: orchestrator,
            VpcConfig: network,
        };
        await sagemaker.send(new CreateClusterCommand({ ...wanted, NodeRecovery: "Automatic" }));
        const cluster = await sagemaker.send(new DescribeHyperPod({ ClusterName: "pod" }));
        assert.deepEqual(cluster.Orchestrator, orchestrator);
        assert.deepEqual(cluster.VpcConfig, network);
        assert.equal(cluster.NodeRecovery, "Automatic");
        assert.equal(cluster.InstanceGroups?.[0]?.CurrentCount, 2);
        const list = await sagemaker.send(new ListClustersCommand({}));
        assert.deepEqual(
            list.ClusterSummaries?.map((c) => c.ClusterName),
            ["pod"],
        );
    });

    describe("IAM", () => {
        const role = (RoleName: string, AssumeRolePolicyDocument = trust()) =>
            new CreateRoleCommand({ RoleName, AssumeRolePolicyDocument });

        it("refuses a trust policy that is not JSON, too long, or a role name that breaks the rules", async () => {
            const { iam } = fixture.clients;
            await assert.rejects(iam.send(role("a", "not json")), {
                name: "MalformedPolicyDocumentException",
                message: "This policy contains invalid Json",
            });
            await assert.rejects(iam.send(role("a", trust("x".repeat(2000)))), {
                name: "LimitExceededException",
                message: "Cannot exceed quota for ACLSizePerRole: 2048",
            });
            await assert.rejects(iam.send(role("a".repeat(65))), { message: /less than or equal to 64/ });
            await assert.rejects(iam.send(role("a b")), { message: /regular expression pattern/ });
            await iam.send(role("Mixed"));
            await assert.rejects(iam.send(role("mixed")), { name: "EntityAlreadyExistsException" });
            const update = { RoleName: "Mixed", PolicyDocument: trust("x".repeat(2000)) };
            await assert.rejects(iam.send(new UpdateAssumeRolePolicyCommand(update)), {
                name: "LimitExceededException",
            });
            await fixture.aws.configure({ trustPolicyLimit: 4096 });
            await iam.send(new UpdateAssumeRolePolicyCommand(update));
        });

        it("knows the AWS managed policies that the add-on needs", async () => {
            const { iam } = fixture.clients;
            await iam.send(role("operator"));
            for (const name of [
                "AmazonSageMakerHyperPodInferenceAccess",
                "AmazonSageMakerHyperPodGatedModelAccess",
                "AmazonFSxFullAccess",
            ]) {
                await iam.send(
                    new AttachRolePolicyCommand({
                        RoleName: "operator",
                        PolicyArn: `arn:aws:iam::aws:policy/${name}`,
                    }),
                );
            }
            const unknown = { RoleName: "operator", PolicyArn: "arn:aws:iam::aws:policy/Nothing" };
            await assert.rejects(iam.send(new AttachRolePolicyCommand(unknown)), {
                name: "NoSuchEntityException",
            });
            await fixture.aws.configure({ policiesPerRole: 3 });
            const fourth = { RoleName: "operator", PolicyArn: "arn:aws:iam::aws:policy/AmazonS3FullAccess" };
            await assert.rejects(iam.send(new AttachRolePolicyCommand(fourth)), {
                name: "LimitExceededException",
                message: "Cannot exceed quota for PoliciesPerRole: 3",
            });
        });

        it("is eventually consistent when asked to be, for reading a role only", async () => {
            const { iam, sts } = fixture.clients;
            await fixture.aws.configure({ iamConsistencySeconds: 10 });
            const created = await iam.send(role("late"));
            const read = () => iam.send(new GetRoleCommand({ RoleName: "late" }));
            await assert.rejects(read(), {
                name: "NoSuchEntityException",
                message: "The role with name late cannot be found.",
            });
            await sts.send(new AssumeRoleCommand({ RoleArn: created.Role?.Arn, RoleSessionName: "x" }));
            await fixture.aws.advanceClock(10);
            assert.equal((await read()).Role?.RoleId, created.Role?.RoleId);
        });

        it("simulates policies: all allowed but what a test denies", async () => {
            await fixture.aws.configure({ deniedActions: ["iam:CreateRole"] });
            const asked = {
                PolicySourceArn: `arn:aws:iam::${accountId}:user/u`,
                ActionNames: ["iam:CreateRole", "iam:GetRole"],
            };
            const answer = await fixture.clients.iam.send(new SimulatePrincipalPolicyCommand(asked));
            const decisions = answer.EvaluationResults?.map((r) => [r.EvalActionName, r.EvalDecision]);
            assert.deepEqual(decisions, [
                ["iam:CreateRole", "implicitDeny"],
                ["iam:GetRole", "allowed"],
            ]);
            const both = { ...asked, ResourceArns: ["arn:aws:s3:::a/1", "arn:aws:s3:::a/2"] };
            const { EvaluationResults } = await fixture.clients.iam.send(
                new SimulatePrincipalPolicyCommand(both),
            );
            assert.deepEqual(
                EvaluationResults?.map(({ ResourceSpecificResults }) =>
                    ResourceSpecificResults?.map((r) => `${r.EvalResourceName} ${r.EvalResourceDecision}`),
                ),
                [
                    ["arn:aws:s3:::a/1 implicitDeny", "arn:aws:s3:::a/2 implicitDeny"],
                    ["arn:aws:s3:::a/1 allowed", "arn:aws:s3:::a/2 allowed"],
                ],
            );
        });
    });

    it("STS knows issued keys by their principal, and all others as the sandbox operator", async () => {
        const { iam, sts } = fixture.clients;
        const identity = await sts.send(new GetCallerIdentityCommand({}));
        assert.equal(identity.Arn, `arn:aws:iam::${accountId}:user/sandbox-operator`);
        const created = await iam.send(
            new CreateRoleCommand({ RoleName: "r", AssumeRolePolicyDocument: trust() }),
        );
        const assumed = await sts.send(
            new AssumeRoleCommand({ RoleArn: created.Role?.Arn, RoleSessionName: "me" }),
        );
        const issued = assumed.Credentials;
        const own = clients(
            fixture.aws.endpoint,
            issued?.AccessKeyId,
            issued?.SecretAccessKey,
            issued?.SessionToken,
        );
        assert.equal(
            (await own.sts.send(new GetCallerIdentityCommand({}))).Arn,
            `arn:aws:sts::${accountId}:assumed-role/r/me`,
        );
        assert.equal(
            (await fixture.aws.calls()).at(-1)?.principal,
            `arn:aws:sts::${accountId}:assumed-role/r/me`,
        );
    });

    it("EC2 refuses a second S3 gateway endpoint on the same route table", async () => {
        const { ec2 } = fixture.clients;
        const VpcId = (await ec2.send(new CreateVpcCommand({ CidrBlock: "10.0.0.0/16" }))).Vpc?.VpcId;
        const table = async () =>
            (await ec2.send(new CreateRouteTableCommand({ VpcId }))).RouteTable?.RouteTableId ?? "";
        const [first, second] = [await table(), await table()];
        const ServiceName = "com.amazonaws.us-west-2.s3";
        const create = (RouteTableIds: string[], ClientToken?: string) =>
            ec2.send(new CreateVpcEndpointCommand({ VpcId, ServiceName, RouteTableIds, ClientToken }));
        const endpoint = await create([first], "once");
        await assert.rejects(create([first]), {
            name: "RouteAlreadyExists",
            message: new RegExp(
                `^route table ${first} already has a route with destination-prefix-list-id pl-`,
            ),
        });
        assert.equal(
            (await create([first], "once")).VpcEndpoint?.VpcEndpointId,
            endpoint.VpcEndpoint?.VpcEndpointId,
        );
        await create([second]);
        const Filters = [
            { Name: "service-name", Values: [ServiceName] },
            { Name: "vpc-id", Values: [VpcId ?? ""] },
        ];
        const found = await ec2.send(new DescribeVpcEndpointsCommand({ Filters }));
        assert.deepEqual(found.VpcEndpoints?.map((e) => e.RouteTableIds).sort(), [[first], [second]].sort());
    });

    it("a route table has the route to S3 as long as it belongs to the gateway endpoint, and a deleted endpoint goes", async () => {
        const { ec2 } = fixture.clients;
        const VpcId = (await ec2.send(new CreateVpcCommand({ CidrBlock: "10.0.0.0/16" }))).Vpc?.VpcId;
        const table = async () =>
            (await ec2.send(new CreateRouteTableCommand({ VpcId }))).RouteTable?.RouteTableId ?? "";
        const [first, second] = [await table(), await table()];
        const request = { VpcId, ServiceName: "com.amazonaws.us-west-2.s3", RouteTableIds: [first] };
        const create = () => ec2.send(new CreateVpcEndpointCommand(request));
        const VpcEndpointId = (await create()).VpcEndpoint?.VpcEndpointId ?? "";
        const modify = (change: { AddRouteTableIds?: string[]; RemoveRouteTableIds?: string[] }) =>
            ec2.send(new ModifyVpcEndpointCommand({ VpcEndpointId, ...change }));
        const routed = async () => {
            const tables = new DescribeRouteTablesCommand({ RouteTableIds: [first, second] });
            const { RouteTables = [] } = await ec2.send(tables);
            return RouteTables.filter(({ Routes }) =>
                Routes?.some(({ GatewayId }) => GatewayId === VpcEndpointId),
            ).map(({ RouteTableId }) => RouteTableId);
        };
        await modify({ AddRouteTableIds: [second] });
        assert.deepEqual((await routed()).sort(), [first, second].sort());
        await modify({ RemoveRouteTableIds: [second] });
        assert.deepEqual(await routed(), [first]);
        await modify({ AddRouteTableIds: [second] });
        const remove = () => ec2.send(new DeleteVpcEndpointsCommand({ VpcEndpointIds: [VpcEndpointId] }));
        await remove();
        await remove();
        assert.deepEqual(await routed(), []);
        const there = new DescribeVpcEndpointsCommand({ VpcEndpointIds: [VpcEndpointId] });
        assert.equal((await ec2.send(there)).VpcEndpoints?.[0]?.State, "deleted");
        await create();
        await fixture.aws.advanceClock(61);
        await assert.rejects(ec2.send(there), { name: "InvalidVpcEndpointId.NotFound" });
    });

    it("S3 lets requests into a bucket whose policy demands TLS, and keeps those out that a policy denies", async () => {
        const { s3 } = fixture.clients;
        const Bucket = "tls-only";
        const LocationConstraint = "us-west-2";
        await s3.send(new CreateBucketCommand({ Bucket, CreateBucketConfiguration: { LocationConstraint } }));
        const deny = (condition: object) => ({
            Effect: "Deny",
            Principal: "*",
            Action: "s3:*",
            Resource: `arn:aws:s3:::${Bucket}/*`,
            ...condition,
        });
        const withPolicy = (...Statement: object[]) =>
            s3.send(
                new PutBucketPolicyCommand({
                    Bucket,
                    Policy: JSON.stringify({ Version: "2012-10-17", Statement }),
                }),
            );
        const put = () => s3.send(new PutObjectCommand({ Bucket, Key: "ca.pem", Body: "pem" }));
        const plain = { Condition: { Bool: { "aws:SecureTransport": "false" } } };
        await withPolicy(deny(plain));
        await put();
        await withPolicy(deny(plain), deny({}));
        await assert.rejects(put(), ({ $metadata }) => $metadata.httpStatusCode === 403);
    });

    it("S3 refuses more than ten tags on an object", async () => {
        const { s3 } = fixture.clients;
        const key = { Bucket: "models", Key: "tls/ca.pem" };
        await s3.send(
            new CreateBucketCommand({
                Bucket: "models",
                CreateBucketConfiguration: { LocationConstraint: "us-west-2" },
            }),
        );
        await s3.send(new PutObjectCommand({ ...key, Body: "pem" }));
        const tags = (count: number) => ({
            TagSet: Array.from({ length: count }, (_, i) => ({ Key: `k${i}`, Value: "v" })),
        });
        await s3.send(new PutObjectTaggingCommand({ ...key, Tagging: tags(10) }));
        await assert.rejects(s3.send(new PutObjectTaggingCommand({ ...key, Tagging: tags(11) })), {
            name: "BadRequest",
            message: "Object tags cannot be greater than 10",
        });
    });
});
