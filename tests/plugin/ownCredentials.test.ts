// The component in a Python program whose own aws provider has a session's keys and token, or names a profile, on the real engine, over AWS without a cluster behind it: the look-ups of Construct go out with these, and nobody else's.
import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { CreateRoleCommand } from "@aws-sdk/client-iam";
import { AssumeRoleCommand } from "@aws-sdk/client-sts";
import { serviceTrust } from "../../sandbox/content/trustPolicies";
import type { Sandbox } from "../../sandbox/sandbox";
import { createDemoCluster, pristineAws, region } from "../sandbox/fixtures/awsFixture";
import { callersOf } from "./callers";
import { Programs } from "./programs";

const SERVICES = ["acm", "ec2", "eks", "elbv2", "iam", "s3", "sagemaker", "sts"];

describe("keys, token and profile of the program's own aws provider", function () {
    this.timeout(180_000);
    const folder = mkdtempSync(path.join(tmpdir(), "own-profile-"));
    let programs: Programs;
    after(() => {
        programs?.remove();
        rmSync(folder, { recursive: true, force: true });
    });

    it("are what every look-up of the component is made with, through the provider's role", async () => {
        const { aws, clients } = await pristineAws();
        await createDemoCluster(clients.eks);
        const roleOf = async (RoleName: string) => {
            const AssumeRolePolicyDocument = JSON.stringify(serviceTrust("eks.amazonaws.com"));
            const { Role } = await clients.iam.send(
                new CreateRoleCommand({ RoleName, AssumeRolePolicyDocument }),
            );
            return Role?.Arn ?? assert.fail(RoleName);
        };
        const asked = { RoleArn: await roleOf("job"), RoleSessionName: "planted" };
        const { Credentials } = await clients.sts.send(new AssumeRoleCommand(asked));
        const file = path.join(folder, "credentials");
        const lines = [
            "[job]",
            `aws_access_key_id = ${Credentials?.AccessKeyId}`,
            `aws_secret_access_key = ${Credentials?.SecretAccessKey}`,
            `aws_session_token = ${Credentials?.SessionToken}`,
        ];
        writeFileSync(file, lines.join("\n"));
        const provider = {
            region,
            assumeRoles: [{ roleArn: await roleOf("team") }],
            endpoints: Object.fromEntries(SERVICES.map((name) => [name, aws.endpoint])),
        };
        const env = {
            AWS_ENDPOINT_URL: "http://127.0.0.1:9",
            AWS_REGION: "eu-west-1",
            AWS_ACCESS_KEY_ID: "AKIANOWHERE000000000",
            AWS_SECRET_ACCESS_KEY: "no-secret",
            AWS_SHARED_CREDENTIALS_FILE: file,
        };
        const machine = { env: { PATH: process.env.PATH ?? "" }, clusterName: "demo" };
        programs = await Programs.of(machine as unknown as Sandbox);
        programs.newStack();
        const { AccessKeyId = "", SecretAccessKey = "", SessionToken = "" } = Credentials ?? {};
        const keys = { accessKey: AccessKeyId, secretKey: SecretAccessKey, token: SessionToken };
        for (const own of [{ profile: "job" }, { keys }]) {
            const OWN_PROVIDER = JSON.stringify({ ...provider, ...own });
            const given = { folder: "programs", env: { ...env, OWN_PROVIDER } };
            const pulumi = await programs.program("python", "own-provider", given);
            await aws.clearCalls();
            const { stdout, stderr } = await pulumi.preview();
            // The look-ups were answered: this account has the EKS cluster, and no HyperPod cluster on it.
            assert.match(stdout, /no HyperPod cluster in us-west-2 uses the EKS cluster demo/);
            const expected = ["job assumes", "team"];
            assert.deepEqual(callersOf(await aws.calls()), { ours: expected, others: expected });
            for (const secret of [SecretAccessKey, SessionToken])
                assert.ok(secret && !(stdout + stderr).includes(secret));
        }
    });
});
