// The examples run on the sandbox: up, a second preview with nothing to say, destroy, and nothing is left or changed. EXAMPLES=all runs all of them, EXAMPLES=a,b these two.
import assert from "node:assert/strict";
import { DescribeAddonCommand, EKSClient } from "@aws-sdk/client-eks";
import { CreateRoleCommand, IAMClient } from "@aws-sdk/client-iam";
import { CreateBucketCommand, S3Client } from "@aws-sdk/client-s3";
import { compareIdentities, compareStates, describeDifferences, type State } from "../../sandbox/compare";
import { type BareCluster, createBareCluster } from "../../sandbox/content";
import { requestJson } from "../../sandbox/kubernetes/requestJson";
import type { Pulumi, PulumiRun } from "../../sandbox/pulumi/driver";
import type { Sandbox } from "../../sandbox/sandbox";
import "../run/sandboxHooks";
import { DEMO } from "../../sandbox/startFrom";
import { emptySandbox, sandboxWith } from "../run/sharedSandbox";
import { connectionOf, provide } from "./existingParts";
import { type Examples, examplesOn, isExpectedRest, settledState } from "./offlineAccount";

/** The one in which component and move meet; the others differ from the quick-start, which has its own test, in a few arguments. */
const usual = ["move-from-helm-with-component"];

interface Story {
    /** Brings the account to where the example starts, and answers its configuration. */
    prepare(): Promise<Record<string, string>>;
    /** What people see before and after the update. */
    previewSays?: RegExp;
    check(pulumi: Pulumi, start: State): Promise<void>;
}

describe("the examples on the sandbox", function () {
    this.timeout(300_000);
    let sandbox: Sandbox;
    let examples: Examples;
    let bare: BareCluster;

    const toBare = async () => {
        await emptySandbox();
        bare = await createBareCluster(sandbox, { oidcProvider: false });
    };
    const toDemo = () => sandboxWith(DEMO);
    const createRole = async (RoleName: string) => {
        const AssumeRolePolicyDocument = JSON.stringify({
            Version: "2012-10-17",
            Statement: [
                {
                    Effect: "Allow",
                    Principal: { Service: "sagemaker.amazonaws.com" },
                    Action: "sts:AssumeRole",
                },
            ],
        });
        const iam = new IAMClient(connectionOf(sandbox));
        const { Role } = await iam.send(new CreateRoleCommand({ RoleName, AssumeRolePolicyDocument }));
        return Role?.Arn ?? "";
    };
    const createBucket = async (Bucket: string) => {
        const LocationConstraint = "us-west-2";
        const s3 = new S3Client({ ...connectionOf(sandbox), forcePathStyle: true });
        await s3.send(new CreateBucketCommand({ Bucket, CreateBucketConfiguration: { LocationConstraint } }));
        return Bucket;
    };
    const settingsOfOperator = async () => {
        const eks = new EKSClient(connectionOf(sandbox));
        const addonName = "amazon-sagemaker-hyperpod-inference";
        const { addon } = await eks.send(
            new DescribeAddonCommand({ clusterName: sandbox.clusterName, addonName }),
        );
        return JSON.parse(addon?.configurationValues ?? "{}") as {
            tlsCertificateS3Bucket?: string;
            alb?: { serviceAccount?: { roleArn?: string } };
        };
    };
    const countOf = async (pulumi: Pulumi, type: string) => {
        const { resources = [] } = await pulumi.exportState();
        return resources.filter((resource) => resource.type === type).length;
    };

    const stories: Record<string, Story> = {
        "bring-your-own": {
            async prepare() {
                await toBare();
                await provide(sandbox, bare, { oidcProvider: true, endpoint: "complete", addons: "all" });
                return {
                    hyperpodClusterArn: bare.hyperPodClusterArn,
                    oidcProviderArn: bare.oidcProviderArn,
                    executionRoleArn: await createRole("SageMakerHyperPodInference-mine"),
                    albRoleArn: await createRole("mine-alb"),
                    kedaRoleArn: await createRole("mine-keda"),
                    gatedModelRoleArn: await createRole("mine-gated"),
                    tlsBucket: await createBucket("hyperpod-tls-mine"),
                };
            },
            async check(pulumi) {
                assert.equal((await pulumi.outputs()).status, "ACTIVE");
                assert.equal(await countOf(pulumi, "aws:eks/addon:Addon"), 1);
                assert.equal(await countOf(pulumi, "aws:iam/role:Role"), 0);
            },
        },
        "private-cluster": {
            async prepare() {
                await toBare();
                return {};
            },
            async check(pulumi) {
                assert.equal((await pulumi.outputs()).status, "ACTIVE");
                assert.equal(await countOf(pulumi, "aws:ec2/vpcEndpoint:VpcEndpoint"), 10);
            },
        },
        "model-after-addon": {
            async prepare() {
                await toBare();
                return {};
            },
            async check(pulumi) {
                assert.equal((await pulumi.outputs()).status, "ACTIVE");
                const path =
                    "/apis/inference.sagemaker.aws.amazon.com/v1/namespaces/default/jumpstartmodels/deepseek";
                const model = (await requestJson(sandbox, "GET", path)) as {
                    spec: { tlsConfig: { tlsCertificateOutputS3Uri: string } };
                };
                assert.match(
                    model.spec.tlsConfig.tlsCertificateOutputS3Uri,
                    /^s3:\/\/hyperpod-tls-inference-/,
                );
            },
        },
        "move-from-helm-with-component": {
            async prepare() {
                await toDemo();
                return {};
            },
            previewSays: /scaleDown/,
            async check(pulumi, start) {
                const moved = await settledState(sandbox);
                const lost = compareIdentities(start, moved);
                assert.deepEqual(lost, [], describeDifferences(lost));
                assert.equal((await pulumi.outputs()).phase, "Moved");
                // The add-on runs with the component's role, and with the bucket that the release had.
                const { resources = [] } = await pulumi.exportState();
                const alb = resources.find(({ urn }) => urn.endsWith("aws:iam/role:Role::inference-alb"));
                const settings = await settingsOfOperator();
                assert.equal(settings.alb?.serviceAccount?.roleArn, alb?.outputs?.arn);
                assert.match(String(settings.tlsCertificateS3Bucket), /^hyperpod-tls-demo-/);
            },
        },
    };

    const isAsBefore = async (start: State) => {
        const left = compareStates(start, await settledState(sandbox), { ignore: isExpectedRest });
        assert.deepEqual(left, [], describeDifferences(left));
    };

    const wish = process.env.EXAMPLES;
    const chosen = wish === "all" ? Object.keys(stories) : (wish?.split(",") ?? usual);

    before(async () => {
        sandbox = await emptySandbox();
        examples = examplesOn(sandbox);
    });

    after(() => examples?.remove());

    for (const name of chosen) {
        it(name, async () => {
            const story = stories[name];
            assert.ok(story, `no example ${name}`);
            const config = await story.prepare();
            const start = await settledState(sandbox);
            const pulumi = examples.example(name, config);

            sandbox.faults.reset();
            const preview = await pulumi.preview();
            assert.equal(preview.exitCode, 0, preview.stdout.slice(-4000) + preview.stderr);
            if (story.previewSays) assert.match(preview.stdout, story.previewSays);
            assert.deepEqual(sandbox.faults.writes(), [], "a preview writes nothing");

            succeeds(await pulumi.up("--skip-preview"));
            await story.check(pulumi, start);
            saysNothing(await pulumi.preview());
            succeeds(await pulumi.destroy("--skip-preview"));
            await isAsBefore(start);
        });
    }

    if (wish === "all") {
        it("move-from-helm-with-component goes back to Helm as an update, and is quiet there too", async () => {
            await toDemo();
            const start = await settledState(sandbox);
            const pulumi = examples.example("move-from-helm-with-component");
            succeeds(await pulumi.up("--skip-preview"));
            succeeds(await pulumi.start("config", "set", "owner", "Helm").finished);
            succeeds(await pulumi.up("--skip-preview"));
            assert.equal((await pulumi.outputs()).phase, "OnHelm");
            const left = compareStates(start, await settledState(sandbox), {
                ignore: ({ where }) => where === "aws",
            });
            assert.deepEqual(left, [], describeDifferences(left));
            saysNothing(await pulumi.preview());
            succeeds(await pulumi.destroy("--skip-preview"));
            await isAsBefore(start);
        });
    }
});

function succeeds({ exitCode, stdout, stderr }: PulumiRun): void {
    assert.equal(exitCode, 0, stdout.slice(-4000) + stderr);
}

function saysNothing(run: PulumiRun): void {
    succeeds(run);
    assert.doesNotMatch(run.stdout, /to (create|update|replace|delete)/);
}
