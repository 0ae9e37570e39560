// What a person sees when arguments cannot be used or a look-up fails, on the real CLI with an emulated AWS: the failure once, in its own words, without a stack trace.
import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { Pulumi } from "../../sandbox/pulumi/driver";
import { type AwsFixture, createDemoCluster, pristineAws, region } from "../sandbox/fixtures/awsFixture";
import { buildPackage } from "./builtPackage";

const standIn = path.resolve(__dirname, "../../sandbox/aws-provider");
const projectDirectory = path.join(__dirname, "programs/given");

interface Case {
    readonly what: string;
    readonly args: object;
    /** From outputs of the program. */
    readonly later?: object;
    readonly told: readonly RegExp[];
}

const CASES: readonly Case[] = [
    {
        what: "plain arguments",
        args: { clusterName: "demo", region: "x", alb: { enabled: "no" } },
        told: [
            /error: The arguments of HyperPodInferenceAddon "inference" cannot be used:/,
            /region: must be an AWS Region/,
            /alb\.enabled: must be true or false/,
        ],
    },
    {
        what: "arguments that come from outputs",
        args: { clusterName: "demo" },
        later: { executionRoleArn: "nonsense", nodeSelector: { pool: "a b" } },
        told: [
            /error: The arguments of HyperPodInferenceAddon "inference" cannot be used:/,
            /executionRoleArn: must be the ARN of an IAM role/,
            /nodeSelector\["pool"\]: must be a label value/,
        ],
    },
    {
        what: "a cluster that is not there",
        args: { clusterName: "demmo" },
        told: [
            /error: HyperPodInferenceAddon: getCluster: .*demmo.*; did you mean demo\?/,
            /next: check clusterName and region: `aws eks list-clusters`/,
        ],
    },
];

describe("failures of the component, as shown", function () {
    this.timeout(120_000);
    let fixture: AwsFixture;
    const backendDirectory = mkdtempSync(path.join(tmpdir(), "failures-"));
    const stack = path.basename(backendDirectory);

    before(async () => {
        buildPackage();
        fixture = await pristineAws();
        await createDemoCluster(fixture.clients.eks);
    });
    after(() => {
        for (const left of [backendDirectory, path.join(projectDirectory, `Pulumi.${stack}.yaml`)])
            rmSync(left, { recursive: true, force: true });
    });

    for (const { what, args, later = {}, told } of CASES)
        it(`${what}: told once, without a stack trace`, async () => {
            const pulumi = new Pulumi({
                projectDirectory,
                backendDirectory,
                stack,
                env: {
                    PATH: `${standIn}:${process.env["PATH"] ?? ""}`,
                    AWS_ENDPOINT_URL: fixture.aws.endpoint,
                    AWS_REGION: region,
                    AWS_ACCESS_KEY_ID: "sandbox",
                    AWS_SECRET_ACCESS_KEY: "sandbox",
                    ARGS: JSON.stringify(args),
                    LATER: JSON.stringify(later),
                },
            });
            const run = await pulumi.preview();
            const text = `${run.stdout}\n${run.stderr}`;
            const [, diagnostics = ""] = text.split("Diagnostics:");
            assert.notEqual(run.exitCode, 0, text);
            for (const line of told)
                assert.equal(diagnostics.match(new RegExp(line, "g"))?.length, 1, `${line} in\n${text}`);
            assert.doesNotMatch(text, /\n +at .*[:)]\d*|error serializing|unhandled|RejectionHandled/);
        });
});
