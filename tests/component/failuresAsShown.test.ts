// What a person sees when arguments cannot be used or a look-up fails, on the real CLI with an emulated AWS: the failure once, in its own words, without a stack trace.
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { Pulumi } from "../../sandbox/pulumi/driver";
import { type AwsFixture, createDemoCluster, pristineAws, region } from "../sandbox/fixtures/awsFixture";
import { buildPackage } from "./builtPackage";
import { assertToldOnce, FAILURES } from "./toldFailures";

const standIn = path.resolve(__dirname, "../../sandbox/aws-provider");
const projectDirectory = path.join(__dirname, "programs/given");

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

    for (const { what, args, later = {}, told } of FAILURES)
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
            assertToldOnce(run, told);
        });
});
