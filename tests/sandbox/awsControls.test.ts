// The emulator's controls: request log, fault rules, pause, snapshots, and that it dies with its parent.
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
    DescribeCertificateCommand,
    ListTagsForCertificateCommand,
    RequestCertificateCommand,
} from "@aws-sdk/client-acm";
import { CreateSubnetCommand, CreateVpcCommand, DescribeVpcsCommand } from "@aws-sdk/client-ec2";
import {
    CreateAddonCommand,
    DescribeAddonCommand,
    ListAddonsCommand,
    ListClustersCommand,
} from "@aws-sdk/client-eks";
import {
    CreateLoadBalancerCommand,
    DescribeLoadBalancersCommand,
    DescribeTagsCommand,
} from "@aws-sdk/client-elastic-load-balancing-v2";
import { CreateRoleCommand, DeleteRoleCommand, ListRolesCommand } from "@aws-sdk/client-iam";
import {
    CreateBucketCommand,
    DeleteObjectCommand,
    GetObjectCommand,
    GetObjectTaggingCommand,
    HeadBucketCommand,
    ListObjectsV2Command,
    PutObjectCommand,
    PutObjectTaggingCommand,
} from "@aws-sdk/client-s3";
import { startAwsEmulator } from "../../sandbox/aws/emulator";
import { reservePorts } from "../../sandbox/kubernetes/freePorts";
import {
    type AwsFixture,
    type Clients,
    clients,
    createDemoCluster,
    pristineAws,
    toy,
    toyStatus,
    trust,
} from "./fixtures/awsFixture";

describe("AWS emulator: controls", () => {
    let fixture: AwsFixture;
    before(async () => {
        fixture = await pristineAws();
        await fixture.aws.configure({ minimumCreatingSeconds: 0.3 });
        await fixture.aws.snapshot("empty");
    });
    beforeEach(async () => {
        await fixture.aws.restore("empty");
        await fixture.aws.clearCalls();
    });

    it("logs every request by service and operation, and tells reading from writing", async () => {
        const { eks, iam, s3, ec2 } = fixture.clients;
        const Bucket = "logged";
        const object = { Bucket, Key: "a/b" };
        await s3.send(
            new CreateBucketCommand({
                Bucket,
                CreateBucketConfiguration: { LocationConstraint: "us-west-2" },
            }),
        );
        await s3.send(new HeadBucketCommand({ Bucket }));
        await s3.send(new PutObjectCommand({ ...object, Body: "x" }));
        await s3.send(new PutObjectTaggingCommand({ ...object, Tagging: { TagSet: [] } }));
        await s3.send(new GetObjectTaggingCommand(object));
        await s3.send(new ListObjectsV2Command({ Bucket }));
        await s3.send(new DeleteObjectCommand(object));
        await iam.send(new ListRolesCommand({}));
        await ec2.send(new DescribeVpcsCommand({}));
        await createDemoCluster(eks);
        await eks.send(new ListAddonsCommand({ clusterName: "demo" }));
        await assert.rejects(eks.send(new DescribeAddonCommand(toy)));
        const calls = await fixture.aws.calls();
        assert.deepEqual(
            calls.map((c) => `${c.service}:${c.operation} ${c.mutating ? "writes" : "reads"} ${c.status}`),
            [
                "s3:CreateBucket writes 200",
                "s3:HeadBucket reads 200",
                "s3:PutObject writes 200",
                "s3:PutObjectTagging writes 200",
                "s3:GetObjectTagging reads 200",
                "s3:ListObjectsV2 reads 200",
                "s3:DeleteObject writes 204",
                "iam:ListRoles reads 200",
                "ec2:DescribeVpcs reads 200",
                "eks:CreateCluster writes 200",
                "eks:ListAddons reads 200",
                "eks:DescribeAddon reads 404",
            ],
        );
        assert.match(calls[0]?.userAgent ?? "", /aws-sdk-js/);
        assert.ok(calls.every((c, i) => i === 0 || c.sequence === (calls[i - 1]?.sequence ?? 0) + 1));
        await fixture.aws.clearCalls();
        assert.deepEqual(await fixture.aws.calls(), []);
    });

    it("throttles, breaks, delays and cuts off the requests that a rule names", async () => {
        const { eks, iam, s3, ec2 } = fixture.clients;
        const list = () => eks.send(new ListClustersCommand({}));
        await fixture.aws.faults([{ service: "eks", operation: "ListClusters", nth: 2, action: "throttle" }]);
        await list();
        await assert.rejects(list(), { name: "ThrottlingException" });
        await list();
        await fixture.aws.faults([{ action: "throttle" }]);
        await assert.rejects(iam.send(new ListRolesCommand({})), { name: "Throttling" });
        await assert.rejects(ec2.send(new DescribeVpcsCommand({})), { name: "RequestLimitExceeded" });
        await assert.rejects(s3.send(new ListObjectsV2Command({ Bucket: "b" })), { name: "SlowDown" });
        await fixture.aws.faults([{ service: "eks", action: "5xx" }]);
        await assert.rejects(list(), (error: Error & { $metadata: { httpStatusCode: number } }) => {
            assert.equal(error.name, "ServerException");
            return error.$metadata.httpStatusCode === 500;
        });
        await fixture.aws.faults([{ action: "delay", milliseconds: 300 }]);
        const start = Date.now();
        await list();
        assert.ok(Date.now() - start >= 300);
        await fixture.aws.faults([{ action: "hang", milliseconds: 300 }]);
        await assert.rejects(list(), (error: Error & { code?: string }) => error.code === "ECONNRESET");
        await assert.rejects(fixture.aws.faults([{ action: "explode" as never }]), /fault action 'explode'/);
    });

    it("dropAfter does the work and loses the answer; the SDK's retry succeeds by its token", async () => {
        const { eks } = fixture.clients;
        await createDemoCluster(eks);
        await fixture.aws.faults([{ operation: "CreateAddon", nth: 1, action: "dropAfter" }]);
        const create = { ...toy, clientRequestToken: "the-same-token" };
        await assert.rejects(
            eks.send(new CreateAddonCommand(create)),
            (error: Error & { code?: string }) => error.code === "ECONNRESET",
        );
        const { addon } = await eks.send(new CreateAddonCommand(create));
        assert.equal(addon?.addonName, toy.addonName);
        const statuses = (await fixture.aws.calls())
            .filter((c) => c.operation === "CreateAddon")
            .map((c) => c.status);
        assert.deepEqual(statuses, [0, 200]);
    });

    it("pause holds requests until resume", async () => {
        await fixture.aws.pause();
        let answered = false;
        const request = fixture.clients.eks.send(new ListClustersCommand({})).then(() => {
            answered = true;
        });
        await new Promise((resolve) => setTimeout(resolve, 300));
        assert.equal(answered, false);
        await fixture.aws.resume();
        await request;
    });

    it("restores everything exactly, in this process and in another", async () => {
        const before = await populate(fixture.clients);
        const shared = mkdtempSync(join(tmpdir(), "hyperpod-aws-baseline-"));
        await fixture.aws.snapshot(shared);
        await fixture.clients.iam.send(new DeleteRoleCommand({ RoleName: "one" }));
        await fixture.clients.ec2.send(new CreateVpcCommand({ CidrBlock: "10.9.0.0/16" }));
        assert.notDeepEqual(await picture(fixture.clients, before.certificate), before.picture);
        await fixture.aws.restore(shared);
        assert.deepEqual(await picture(fixture.clients, before.certificate), before.picture);

        const block = await reservePorts(2);
        const [port = 0, tokenWebhookPort = 0] = block.ports;
        const directory = mkdtempSync(join(tmpdir(), "hyperpod-aws-test-"));
        const other = await startAwsEmulator({ ...fixture.options, directory, port, tokenWebhookPort });
        try {
            await other.restore(shared);
            const theirs = clients(other.endpoint);
            assert.deepEqual(await picture(theirs, before.certificate), before.picture);
            await theirs.eks.send(new DescribeAddonCommand(toy));
        } finally {
            await other.stop();
            await block.release();
            rmSync(directory, { recursive: true });
            rmSync(shared, { recursive: true });
        }
    });

    it("gives the same identifiers in every run, whatever else was asked before", async () => {
        const first = await populate(fixture.clients);
        await fixture.aws.restore("empty");
        await fixture.clients.ec2.send(new DescribeVpcsCommand({}));
        const second = await populate(fixture.clients);
        assert.deepEqual(identifiersOf(second.picture), identifiersOf(first.picture));
    });

    it("goes on with the operations that a snapshot holds", async () => {
        const { eks } = fixture.clients;
        await createDemoCluster(eks);
        await eks.send(new CreateAddonCommand(toy));
        await fixture.aws.snapshot("creating");
        await toyStatus(eks, "ACTIVE");
        await fixture.aws.restore("creating");
        assert.equal((await eks.send(new DescribeAddonCommand(toy))).addon?.status, "CREATING");
        await toyStatus(eks, "ACTIVE");
        await assert.rejects(fixture.aws.restore("never-saved"), /no snapshot never-saved/);
    });

    it("dies when its parent is killed", async () => {
        const block = await reservePorts(2);
        const [port, tokenWebhookPort] = block.ports;
        const directory = mkdtempSync(join(tmpdir(), "hyperpod-aws-test-"));
        const options = JSON.stringify({ ...fixture.options, directory, port, tokenWebhookPort });
        const program = `require("./sandbox/aws/emulator").startAwsEmulator(${options}).then((e) => console.log(e.pid))`;
        const parent = spawn(process.execPath, ["--require", "ts-node/register", "--eval", program], {
            stdio: ["ignore", "pipe", "inherit"],
        });
        const pid = Number(
            await new Promise<string>((resolve) =>
                parent.stdout.once("data", (chunk) => resolve(String(chunk))),
            ),
        );
        process.kill(pid, 0);
        parent.kill("SIGKILL");
        const deadline = Date.now() + 3000;
        const alive = () => {
            try {
                process.kill(pid, 0);
                return true;
            } catch {
                return false;
            }
        };
        while (alive() && Date.now() < deadline) {
            await new Promise((resolve) => setTimeout(resolve, 20));
        }
        assert.equal(alive(), false);
        await block.release();
        rmSync(directory, { recursive: true });
    });
});

async function populate({ acm, ec2, eks, elb, iam, s3 }: Clients) {
    await iam.send(
        new CreateRoleCommand({ RoleName: "one", AssumeRolePolicyDocument: trust(), Path: "/team/" }),
    );
    const VpcId = (await ec2.send(new CreateVpcCommand({ CidrBlock: "10.0.0.0/16" }))).Vpc?.VpcId;
    const subnets: string[] = [];
    for (const zone of ["a", "b"]) {
        const block = {
            VpcId,
            CidrBlock: `10.0.${subnets.length}.0/24`,
            AvailabilityZone: `us-west-2${zone}`,
        };
        subnets.push((await ec2.send(new CreateSubnetCommand(block))).Subnet?.SubnetId ?? "");
    }
    const Tags = [{ Key: "CreatedBy", Value: "acme" }];
    await elb.send(new CreateLoadBalancerCommand({ Name: "k8s-model", Subnets: subnets, Tags }));
    const requested = await acm.send(
        new RequestCertificateCommand({ DomainName: "model.example.com", Tags }),
    );
    await s3.send(
        new CreateBucketCommand({
            Bucket: "tls",
            CreateBucketConfiguration: { LocationConstraint: "us-west-2" },
        }),
    );
    await s3.send(
        new PutObjectCommand({ Bucket: "tls", Key: "ca.pem", Body: "pem", Tagging: "CreatedBy=acme" }),
    );
    await createDemoCluster(eks, subnets);
    await eks.send(new CreateAddonCommand({ ...toy, tags: { team: "a" } }));
    await toyStatus(eks, "ACTIVE");
    const certificate = requested.CertificateArn ?? "";
    return { certificate, picture: await picture({ acm, ec2, eks, elb, iam, s3 } as Clients, certificate) };
}

async function picture({ acm, ec2, eks, elb, iam, s3 }: Clients, CertificateArn: string) {
    const balancers = (await elb.send(new DescribeLoadBalancersCommand({}))).LoadBalancers;
    const ResourceArns = balancers?.map((b) => b.LoadBalancerArn ?? "") ?? [];
    const object = await s3.send(new GetObjectCommand({ Bucket: "tls", Key: "ca.pem" }));
    return {
        roles: (await iam.send(new ListRolesCommand({}))).Roles,
        vpcs: (await ec2.send(new DescribeVpcsCommand({}))).Vpcs,
        balancers,
        balancerTags: (await elb.send(new DescribeTagsCommand({ ResourceArns }))).TagDescriptions,
        certificate: (await acm.send(new DescribeCertificateCommand({ CertificateArn }))).Certificate,
        certificateTags: (await acm.send(new ListTagsForCertificateCommand({ CertificateArn }))).Tags,
        object: [await object.Body?.transformToString(), object.ETag],
        objectTags: (await s3.send(new GetObjectTaggingCommand({ Bucket: "tls", Key: "ca.pem" }))).TagSet,
        addon: (await eks.send(new DescribeAddonCommand(toy))).addon,
    };
}

function identifiersOf(state: Awaited<ReturnType<typeof picture>>) {
    return {
        roles: state.roles?.map((r) => r.RoleId),
        vpcs: state.vpcs?.map((v) => v.VpcId),
        balancers: state.balancers?.map((b) => b.LoadBalancerArn),
        certificate: state.certificate?.CertificateArn,
        addon: state.addon?.addonArn,
    };
}
