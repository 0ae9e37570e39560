// The stand-in aws plugin as a process of its own under the engine: unknown inputs in a preview, secrets in the state.
import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { GetRoleCommand } from "@aws-sdk/client-iam";
import { Pulumi } from "../../sandbox/pulumi/driver";
import { type AwsFixture, pristineAws, region } from "./fixtures/awsFixture";

const projectDirectory = path.join(__dirname, "fixtures/awsProgram");
const standIn = path.resolve(__dirname, "../../sandbox/aws-provider");
const secret = "not for everybody";

describe("stand-in aws plugin under the engine", function () {
    this.timeout(120_000);
    let fixture: AwsFixture;
    let pulumi: Pulumi;
    const backendDirectory = mkdtempSync(path.join(tmpdir(), "aws-program-"));
    const stack = path.basename(backendDirectory);

    before(async () => {
        fixture = await pristineAws();
        const env = {
            PATH: `${standIn}:${process.env["PATH"] ?? ""}`,
            AWS_ENDPOINT_URL: fixture.aws.endpoint,
            AWS_REGION: region,
            AWS_ACCESS_KEY_ID: "sandbox",
            AWS_SECRET_ACCESS_KEY: "sandbox",
        };
        pulumi = new Pulumi({ projectDirectory, backendDirectory, stack, env });
    });
    after(() => {
        for (const left of [backendDirectory, path.join(projectDirectory, `Pulumi.${stack}.yaml`)])
            rmSync(left, { recursive: true, force: true });
    });

    it("shows in a preview what depends on names that AWS will give, and calls nothing", async () => {
        await fixture.aws.clearCalls();
        const preview = await pulumi.preview();
        assert.equal(preview.exitCode, 0, preview.stdout + preview.stderr);
        assert.match(preview.stdout, /3 to create/);
        assert.deepEqual(
            (await fixture.aws.calls()).filter(({ mutating }) => mutating),
            [],
        );
    });

    it("makes it, and keeps the secret out of the state and of what is shown", async () => {
        const up = await pulumi.up("--skip-preview");
        assert.equal(up.exitCode, 0, up.stdout + up.stderr);
        assert.ok(!up.stdout.includes(secret));
        const { resources = [] } = await pulumi.exportState();
        const role = resources.find(({ urn }) => urn.endsWith("Role::keeper"));
        const { Role } = await fixture.clients.iam.send(new GetRoleCommand({ RoleName: role?.id }));
        assert.equal(Role?.Description, secret, "AWS gets the value");
        const checkpoint = path.join(backendDirectory, ".pulumi/stacks/aws-program", `${stack}.json`);
        const state = readFileSync(checkpoint, "utf8");
        assert.ok(!state.includes(secret), "the state has it sealed");
        const inState = JSON.parse(state) as {
            checkpoint: { latest: { resources: { urn: string; inputs?: object; outputs?: object }[] } };
        };
        const sealed = inState.checkpoint.latest.resources.find(({ urn }) => urn.endsWith("Role::keeper"));
        for (const properties of [sealed?.inputs, sealed?.outputs])
            assert.match(
                JSON.stringify((properties as { description?: unknown }).description),
                /"ciphertext"/,
            );
    });
});
