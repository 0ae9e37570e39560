// The quick-start example on an offline account, from a bare cluster to a healthy operator and back.
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { promisify } from "node:util";
import {
    GetRoleCommand,
    GetRolePolicyCommand,
    IAMClient,
    ListAttachedRolePoliciesCommand,
    ListRolePoliciesCommand,
} from "@aws-sdk/client-iam";
import { GetBucketPolicyCommand, PutObjectCommand, S3Client } from "@aws-sdk/client-s3";
import { compareStates, describeDifferences, type State } from "../../sandbox/compare";
import type { Pulumi, PulumiRun } from "../../sandbox/pulumi/driver";
import { componentPolicy } from "../../tools/permissions/componentPolicy";
import "../run/sandboxHooks";
import { allowedCalls } from "./allowedCalls";
import { documentedRoles, inAnyOrder } from "./documentedRoles";
import { isExpectedRest, type OfflineAccount, offlineAccount, settledState } from "./offlineAccount";

const execute = promisify(execFile);

describe("quick-start on the sandbox", function () {
    this.timeout(300_000);
    let account: OfflineAccount;
    let pulumi: Pulumi;
    let start: State;

    const kubectl = async (...args: string[]) => {
        const { sandbox } = account;
        const run = await execute(sandbox.tools.kubectl, ["--kubeconfig", sandbox.kubeconfig, ...args], {
            timeout: 30_000,
        });
        return run.stdout;
    };
    const settings = () => ({
        endpoint: account.sandbox.aws.endpoint,
        region: account.sandbox.region,
        credentials: {
            accessKeyId: account.sandbox.env.AWS_ACCESS_KEY_ID ?? "",
            secretAccessKey: account.sandbox.env.AWS_SECRET_ACCESS_KEY ?? "",
        },
    });
    const writes = async () =>
        (await account.sandbox.aws.calls())
            .filter((call) => call.mutating)
            .map((call) => `${call.service}:${call.operation}`);

    /** Whatever the documented policy does not name is refused, by action and resource. */
    const underPolicy = async (run: () => Promise<PulumiRun>) => {
        const { aws, accountId, region, clusterName } = account.sandbox;
        const allowed = allowedCalls(componentPolicy(), {
            ACCOUNT: accountId,
            REGION: region,
            CLUSTER: clusterName,
            NAME: "inference",
        });
        await aws.configure({ allowed });
        try {
            return await run();
        } finally {
            await aws.configure({ allowed: [] });
        }
    };

    before(async () => {
        account = await offlineAccount({ oidcProvider: false });
        start = await settledState(account.sandbox);
        pulumi = account.example("quick-start");
    });

    after(() => account?.remove());

    it("ends active and healthy, with what the documented policy allows and no more", async () => {
        const run = await underPolicy(() => pulumi.up());
        assert.equal(run.exitCode, 0, run.stdout.slice(-4000) + run.stderr);
        const outputs = await pulumi.outputs();
        assert.equal(outputs.status, "ACTIVE");
        assert.deepEqual(outputs.healthIssues, []);
        assert.match(String(outputs.tlsBucketName), /^hyperpod-tls-inference-\d{26}$/);
        assert.match(
            await kubectl("get", "deployments", "-n", "hyperpod-inference-system"),
            /hyperpod-inference-controller-manager +1\/1/,
        );
    });

    it("made roles with the documented trust and policies", async () => {
        const iam = new IAMClient(settings());
        const { accountId, oidcIssuer } = account.sandbox;
        const issuer = oidcIssuer.replace("https://", "");
        const oidcProviderArn = `arn:aws:iam::${accountId}:oidc-provider/${issuer}`;
        const Version = "2012-10-17";
        const { gateway: _, ...documented } = documentedRoles({ partition: "aws", issuer, oidcProviderArn });
        const { resources = [] } = await pulumi.exportState();
        for (const [part, expected] of Object.entries(documented)) {
            const RoleName = resources.find(({ urn }) => urn.endsWith(`Role::inference-${part}`))?.id;
            assert.ok(RoleName, part);
            if (part === "execution") assert.match(RoleName, /^SageMakerHyperPodInference/);
            const { Role } = await iam.send(new GetRoleCommand({ RoleName }));
            assert.deepEqual(
                inAnyOrder(decodeURIComponent(Role?.AssumeRolePolicyDocument ?? "")),
                inAnyOrder({ Version, Statement: expected.trust }),
                part,
            );
            const attached = await iam.send(new ListAttachedRolePoliciesCommand({ RoleName }));
            assert.deepEqual(
                attached.AttachedPolicies?.map(({ PolicyName }) => PolicyName),
                expected.managed,
                part,
            );
            const { PolicyNames = [] } = await iam.send(new ListRolePoliciesCommand({ RoleName }));
            const inline = PolicyNames.map(async (PolicyName) => {
                const { PolicyDocument } = await iam.send(new GetRolePolicyCommand({ RoleName, PolicyName }));
                return inAnyOrder(decodeURIComponent(PolicyDocument ?? ""));
            });
            const Statement = expected.permissions;
            assert.deepEqual(
                await Promise.all(inline),
                Statement.length > 0 ? [inAnyOrder({ Version, Statement })] : [],
                part,
            );
        }
    });

    it("has nothing to say in a second update, and writes nothing", async () => {
        await account.sandbox.aws.clearCalls();
        const run = await pulumi.up();
        assert.equal(run.exitCode, 0, run.stdout.slice(-3000));
        assert.match(run.stdout, /29 unchanged/);
        assert.doesNotMatch(run.stdout, /to (create|update|replace|delete)/);
        assert.deepEqual(await writes(), []);
    });

    it("is not destroyed while a model exists", async () => {
        const model = {
            apiVersion: "inference.sagemaker.aws.amazon.com/v1",
            kind: "JumpStartModel",
            metadata: { name: "still-here", namespace: "default" },
            spec: { model: { modelId: "m" }, server: { instanceType: "ml.g5.8xlarge" } },
        };
        const { sandbox } = account;
        const command = `echo '${JSON.stringify(model)}' | ${sandbox.tools.kubectl} --kubeconfig ${sandbox.kubeconfig} apply -f -`;
        await execute("sh", ["-c", command], { timeout: 30_000 });
        await sandbox.aws.clearCalls();
        const run = await pulumi.destroy();
        assert.notEqual(run.exitCode, 0);
        // The preview has diagnostics of its own.
        const diagnostics = run.stdout.split("Diagnostics:").at(-1) ?? "";
        assert.equal(
            diagnostics.match(/still serves 1 custom resource: JumpStartModel default\/still-here/g)?.length,
            1,
            `told once:\n${run.stdout}`,
        );
        assert.match(run.stdout, /next: delete the models first/);
        assert.deepEqual(await writes(), []);
        await kubectl("delete", "jumpstartmodel", "-n", "default", "still-here", "--timeout=20s");
    });

    it("goes without a trace, but for the bucket that holds a certificate, under the same policy", async () => {
        const bucket = String((await pulumi.outputs()).tlsBucketName);
        const s3 = new S3Client({ ...settings(), forcePathStyle: true });
        await s3.send(new PutObjectCommand({ Bucket: bucket, Key: "certs/a.pem", Body: "pem" }));
        const run = await underPolicy(() => pulumi.destroy());
        assert.equal(run.exitCode, 0, run.stdout.slice(-4000));
        const kept = await s3.send(new GetBucketPolicyCommand({ Bucket: bucket }));
        assert.match(kept.Policy ?? "", /DenyUnsecuredTransport/);
        const after = await settledState(account.sandbox);
        const left = compareStates(start, after, { ignore: isExpectedRest }).filter(
            ({ key }) => !key.includes(bucket),
        );
        assert.deepEqual(left, [], describeDifferences(left));
        const bucketKeys = Object.keys(after.aws).filter((key) => key.includes(bucket));
        assert.ok(bucketKeys.length > 0, "the bucket is kept");
    });
});
