// What fails is repaired by the next update: the example on an offline account that has the dependency add-ons.
import assert from "node:assert/strict";
import { CreateAddonCommand, DescribeAddonCommand, EKSClient } from "@aws-sdk/client-eks";
import type { Pulumi } from "../../sandbox/pulumi/driver";
import "../run/sandboxHooks";
import { type OfflineAccount, offlineAccount } from "./offlineAccount";

const operator = "amazon-sagemaker-hyperpod-inference";

describe("an account where things fail", function () {
    this.timeout(300_000);
    let account: OfflineAccount;

    const eks = () =>
        new EKSClient({
            endpoint: account.sandbox.aws.endpoint,
            region: account.sandbox.region,
            credentials: {
                accessKeyId: account.sandbox.env.AWS_ACCESS_KEY_ID ?? "",
                secretAccessKey: account.sandbox.env.AWS_SECRET_ACCESS_KEY ?? "",
            },
        });
    /** What makes a resource the same one: its id, its ARN, and the moment it was made. */
    const identities = async (pulumi: Pulumi) => {
        const { resources = [] } = await pulumi.exportState();
        return Object.fromEntries(
            resources.map(({ urn, id, created, outputs }) => [
                urn.split("::").slice(2).join(" "),
                { id, created, arn: outputs?.arn },
            ]),
        );
    };
    const isTheSameStill = async (pulumi: Pulumi, before: Awaited<ReturnType<typeof identities>>) => {
        const now = await identities(pulumi);
        for (const [name, identity] of Object.entries(before)) assert.deepEqual(now[name], identity, name);
    };
    /** Nothing is taken away to be made again. */
    const removals = async () =>
        (await account.sandbox.aws.calls())
            .filter(
                ({ mutating, operation }) =>
                    mutating && /^(Delete|Detach|Remove|Disassociate)/.test(operation),
            )
            .map(({ service, operation }) => `${service}:${operation}`);
    const until = async (addonName: string, status: string) => {
        for (let tries = 0; tries < 200; tries += 1) {
            const { addon } = await eks().send(new DescribeAddonCommand({ clusterName: "demo", addonName }));
            if (addon?.status === status) return;
            await new Promise((resolve) => setTimeout(resolve, 200));
        }
        throw new Error(`${addonName} did not become ${status}`);
    };

    /** How often the component itself looked at an add-on since the calls were cleared. */
    const looks = async () =>
        (await account.sandbox.aws.calls()).filter(
            ({ operation, userAgent }) =>
                operation === "DescribeAddon" && userAgent.includes("pulumi-hyperpod-inference"),
        ).length;
    /** The add-on's health was looked at, found wanting, and looked at again. */
    const lookedAtAgain = async () => {
        for (let tries = 0; tries < 600; tries += 1) {
            if ((await looks()) >= 2) return;
            await new Promise((resolve) => setTimeout(resolve, 200));
        }
        throw new Error("the add-on was not looked at a second time");
    };

    before(async () => {
        account = await offlineAccount();
        for (const addonName of ["cert-manager", "metrics-server"]) {
            await eks().send(
                new CreateAddonCommand({ clusterName: "demo", addonName, tags: { owner: "platform" } }),
            );
        }
        await until("cert-manager", "ACTIVE");
        await until("metrics-server", "ACTIVE");
        await account.sandbox.saveBaseline("with-add-ons");
    });

    beforeEach(async () => {
        await account.sandbox.restoreBaseline("with-add-ons");
        await account.sandbox.aws.clearScripts();
        account.sandbox.faults.reset();
    });

    after(() => account?.remove());

    it("a creation that failed is asked for again by the next update, and healthy parts stay; what no waiting heals is an answer with codes and a remedy; replicas on their way are waited for", async () => {
        const pulumi = account.example("quick-start");
        const issues = [
            {
                code: "AdmissionRequestDenied",
                message: 'no endpoints available for service "kueue-webhook-service"',
            },
        ];
        await account.sandbox.aws.scriptAddon(operator, { createOutcome: "CREATE_FAILED", issues });
        const failed = await pulumi.up();
        assert.notEqual(failed.exitCode, 0);
        assert.match(failed.stdout, /CREATE_FAILED/);
        assert.match(failed.stdout, /kueue-webhook-service/);
        const first = await identities(pulumi);
        await account.sandbox.aws.clearScripts();
        await account.sandbox.aws.clearCalls();
        const repaired = await pulumi.up();
        assert.equal(repaired.exitCode, 0, repaired.stdout.slice(-4000));
        assert.equal((await pulumi.outputs()).status, "ACTIVE");
        await isTheSameStill(pulumi, first);
        assert.deepEqual(await removals(), []);

        const { aws } = account.sandbox;
        // The emulator makes a failed add-on anew, under another ARN.
        await pulumi.refresh();
        const healthy = await identities(pulumi);
        const degraded = async (code: string, message: string) => {
            await aws.setAddonStatus("demo", operator, "DEGRADED", [{ code, message }]);
            await pulumi.refresh();
        };

        await degraded("AccessDenied", "the role of the add-on is not authorized");
        await aws.clearCalls();
        const up = await pulumi.up();
        assert.notEqual(up.exitCode, 0, up.stdout.slice(-3000));
        assert.match(up.stdout, /is DEGRADED and not healthy/);
        assert.match(up.stdout, /AccessDenied/);
        assert.match(up.stdout, /check the role named in the message and its policies/);
        assert.equal(await looks(), 1, "does not wait for what cannot heal");

        await degraded("InsufficientNumberOfReplicas", "fewer replicas than desired");
        await aws.clearCalls();
        const waiting = pulumi.up();
        await lookedAtAgain();
        await aws.setAddonStatus("demo", operator, "ACTIVE", []);
        const good = await waiting;
        assert.equal(good.exitCode, 0, good.stdout.slice(-3000));
        assert.equal((await pulumi.outputs()).status, "ACTIVE");
        await isTheSameStill(pulumi, healthy);
    });

    it("a role that may not be made, then an add-on that takes too long: each update goes on from there", async () => {
        const { aws, faults } = account.sandbox;
        const pulumi = account.example("../tests/component/programs/impatient");
        const denial = { action: "deny", times: Number.POSITIVE_INFINITY } as const;
        faults.arm({ ...denial, match: ({ what }) => what.startsWith("iam:CreateRole inference-keda-") });
        const denied = await pulumi.up("--skip-preview");
        assert.notEqual(denied.exitCode, 0);
        assert.match(denied.stdout, /not authorized to perform: iam:CreateRole/);
        const withoutRole = await identities(pulumi);
        const names = Object.keys(withoutRole).join("\n");
        assert.ok(Object.keys(withoutRole).length > 1, "something is made already");
        assert.doesNotMatch(names, /Role inference-keda|Addon inference-operator/);

        faults.disarm();
        await aws.clearCalls();
        await aws.scriptAddon(operator, { createOutcome: "NEVER" });
        const late = await pulumi.up("--skip-preview");
        assert.notEqual(late.exitCode, 0);
        assert.match(
            late.stdout,
            /timeout while waiting for state to become 'ACTIVE' \(last state: 'CREATING'\)/,
        );
        await isTheSameStill(pulumi, withoutRole);
        const withoutHealth = await identities(pulumi);
        assert.match(Object.keys(withoutHealth).join("\n"), /Role inference-keda/);

        // EKS got there in the meantime.
        await aws.setAddonStatus("demo", operator, "ACTIVE", []);
        const repaired = await pulumi.up("--skip-preview");
        assert.equal(repaired.exitCode, 0, repaired.stdout.slice(-4000));
        assert.equal((await pulumi.outputs()).status, "ACTIVE");
        await isTheSameStill(pulumi, withoutHealth);
        assert.deepEqual(await removals(), []);
        const creations = (await aws.calls()).filter(({ operation }) => operation === "CreateAddon");
        assert.equal(
            creations.filter(({ status }) => status < 300).length,
            3,
            "every add-on is asked for once",
        );
    });
});
