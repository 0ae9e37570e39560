// What a person sees when arguments of the component cannot be used or a look-up fails, in a program that the plugin serves: the same as in TypeScript, once.
import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { Pulumi, type PulumiRun } from "../../sandbox/pulumi/driver";
import { assertToldOnce, FAILURES, type Failure } from "../component/toldFailures";
import { type AwsFixture, createDemoCluster, pristineAws, region } from "../sandbox/fixtures/awsFixture";
import { type PluginOnPath, pluginOnPath } from "./pluginOnPath";

const standIn = path.resolve(__dirname, "../../sandbox/aws-provider");

const PLANTED = {
    arn: "arn:aws:sagemaker:us-west-2:123456789012:cluster/plantedabcde",
    text: "planted-no-arn",
    label: "planted label",
};
const CASES: readonly Failure[] = [
    ...FAILURES,
    {
        what: "a look-up that AWS refuses in the middle, the first of several",
        args: {
            clusterName: "demo",
            hyperpodClusterArn: "arn:aws:sagemaker:us-west-2:123456789012:cluster/abcdefghijkl",
        },
        told: [/HyperPodInferenceAddon: getAddonVersion: Addon \S+ is not supported/],
    },
];

describe("failures of the component in a program that the plugin serves", function () {
    this.timeout(120_000);
    const folder = mkdtempSync(path.join(tmpdir(), "failures-"));
    let fixture: AwsFixture;
    let plugin: PluginOnPath;

    before(async () => {
        plugin = await pluginOnPath();
        fixture = await pristineAws();
        await createDemoCluster(fixture.clients.eks);
    });
    after(() => {
        plugin?.remove();
        rmSync(folder, { recursive: true, force: true });
    });

    const previewOf = async (properties: object, ...flags: string[]): Promise<PulumiRun> => {
        const projectDirectory = mkdtempSync(path.join(folder, "project-"));
        const inference = { type: "hyperpod-inference:HyperPodInferenceAddon", properties };
        const program = { name: "failures", runtime: "yaml", resources: { inference } };
        writeFileSync(path.join(projectDirectory, "Pulumi.yaml"), JSON.stringify(program));
        const pulumi = new Pulumi({
            projectDirectory,
            backendDirectory: path.join(projectDirectory, "state"),
            env: {
                PATH: [standIn, plugin.folder, process.env.PATH].join(path.delimiter),
                AWS_ENDPOINT_URL: fixture.aws.endpoint,
                AWS_REGION: region,
                AWS_ACCESS_KEY_ID: "sandbox",
                AWS_SECRET_ACCESS_KEY: "sandbox",
            },
        });
        return pulumi.preview(...flags);
    };

    for (const { what, args, later = {}, told } of CASES)
        it(`${what}: told once, without a stack trace`, async () => {
            const outputs = Object.entries(later).map(([name, value]) => [name, { "fn::secret": value }]);
            assertToldOnce(await previewOf({ ...args, ...Object.fromEntries(outputs) }), told);
        });

    it("tells no value that the program gave as a secret, and shows none", async () => {
        const secret = (value: unknown) => ({ "fn::secret": value });
        const refused = await previewOf(
            {
                clusterName: "demo",
                executionRoleArn: secret(PLANTED.text),
                nodeSelector: secret({ pool: PLANTED.label }),
            },
            "--diff",
        );
        assert.match(refused.stderr, /executionRoleArn: must be the ARN of an IAM role.*not "\[secret\]"/);
        assert.match(refused.stderr, /nodeSelector\["pool"\]: must be a label value/);
        assert.doesNotMatch(refused.stderr, /of the partition/, "what is no ARN is told as that alone");
        const shown = await previewOf(
            { clusterName: "demo", hyperpodClusterArn: secret(PLANTED.arn) },
            "--diff",
        );
        assert.match(shown.stdout, /InferenceCluster: \(create\)[\s\S]*hyperpodClusterArn *: \[secret\]/);
        for (const { stdout, stderr } of [refused, shown])
            for (const value of Object.values(PLANTED))
                assert.ok(!`${stdout}${stderr}`.includes(value), `${value} in\n${stdout}${stderr}`);
    });
});
