// The EKS add-on calls without a cluster behind them: catalogue, checks, state machine, idempotency, scripts, updates.
import assert from "node:assert/strict";
import {
    CreateAddonCommand,
    type CreateAddonCommandInput,
    CreateClusterCommand,
    DeleteAddonCommand,
    DeletePodIdentityAssociationCommand,
    DescribeAddonCommand,
    DescribeAddonConfigurationCommand,
    DescribeAddonVersionsCommand,
    DescribeUpdateCommand,
    ListAddonsCommand,
    ListPodIdentityAssociationsCommand,
    ListTagsForResourceCommand,
    ListUpdatesCommand,
    TagResourceCommand,
    UntagResourceCommand,
    UpdateAddonCommand,
    type UpdateAddonCommandInput,
} from "@aws-sdk/client-eks";
import {
    type AwsFixture,
    accountId,
    createDemoCluster,
    pristineAws,
    toy,
    toyStatus,
} from "./fixtures/awsFixture";

describe("AWS emulator: add-ons", () => {
    let fixture: AwsFixture;
    before(async () => {
        fixture = await pristineAws();
        await createDemoCluster(fixture.clients.eks);
        await fixture.aws.configure({ minimumCreatingSeconds: 0.2, minimumUpdatingSeconds: 0.1 });
        await fixture.aws.snapshot("cluster");
    });
    beforeEach(() => fixture.aws.restore("cluster"));

    const eks = () => fixture.clients.eks;
    const create = (more: Partial<CreateAddonCommandInput> = {}) =>
        eks().send(new CreateAddonCommand({ ...toy, ...more }));
    const update = (more: Partial<UpdateAddonCommandInput> = {}) =>
        eks().send(new UpdateAddonCommand({ ...toy, ...more }));
    const describeUpdate = async (updateId?: string) =>
        (await eks().send(new DescribeUpdateCommand({ name: "demo", updateId, addonName: toy.addonName })))
            .update;

    it("lists versions newest first, filtered by Kubernetes version", async () => {
        const all = await eks().send(new DescribeAddonVersionsCommand({ addonName: toy.addonName }));
        assert.deepEqual(
            all.addons?.[0]?.addonVersions?.map((v) => v.addonVersion),
            ["v2.0.0-eksbuild.1", "v1.10.0-eksbuild.1", "v1.0.0-eksbuild.1"],
        );
        assert.equal(all.addons?.[0]?.defaultNamespace, "toy-system");
        const fitting = await eks().send(
            new DescribeAddonVersionsCommand({ addonName: toy.addonName, kubernetesVersion: "1.35" }),
        );
        assert.deepEqual(
            fitting.addons?.[0]?.addonVersions?.map((v) => [
                v.addonVersion,
                v.compatibilities?.[0]?.clusterVersion,
            ]),
            [["v1.0.0-eksbuild.1", "1.35"]],
        );
        const none = await eks().send(new DescribeAddonVersionsCommand({ publishers: ["somebody"] }));
        assert.deepEqual(none.addons, []);
    });

    it("describes the configuration schema of a version", async () => {
        const asked = { addonName: toy.addonName, addonVersion: "v1.0.0-eksbuild.1" };
        const answer = await eks().send(new DescribeAddonConfigurationCommand(asked));
        assert.deepEqual(Object.keys(JSON.parse(answer.configurationSchema ?? "").properties), [
            "replicas",
            "color",
            "agent",
            "broken",
        ]);
        assert.deepEqual(
            answer.podIdentityConfiguration?.map((p) => p.serviceAccount),
            ["toy-controller"],
        );
    });

    it("creates: CREATING, then ACTIVE, with everything that was given", async () => {
        const serviceAccountRoleArn = `arn:aws:iam::${accountId}:role/toy`;
        const given = { serviceAccountRoleArn, configurationValues: '{"replicas":2}', tags: { a: "b" } };
        const { addon } = await create(given);
        assert.equal(addon?.status, "CREATING");
        assert.equal(addon?.addonVersion, "v1.10.0-eksbuild.1");
        assert.match(
            addon?.addonArn ?? "",
            new RegExp(`^arn:aws:eks:us-west-2:${accountId}:addon/demo/toy-controller/[0-9a-f-]{36}$`),
        );
        const active = await toyStatus(eks(), "ACTIVE");
        assert.deepEqual(active?.health?.issues, []);
        assert.equal(active?.configurationValues, given.configurationValues);
        assert.equal(active?.serviceAccountRoleArn, serviceAccountRoleArn);
        assert.equal(active?.namespaceConfig?.namespace, "toy-system");
        assert.deepEqual(active?.tags, { a: "b" });
        assert.deepEqual((await eks().send(new ListAddonsCommand(toy))).addons, [toy.addonName]);
    });

    it("refuses what EKS refuses", async () => {
        await assert.rejects(create({ clusterName: "nope" }), {
            name: "ResourceNotFoundException",
            message: "No cluster found for name: nope.",
        });
        await assert.rejects(create({ addonName: "nope" }), {
            name: "InvalidParameterException",
            message: "Addon specified is not supported",
        });
        await assert.rejects(create({ addonVersion: "v2.0.0-eksbuild.1" }), {
            name: "InvalidParameterException",
            message: "Addon version specified is not supported in 1.36 kubernetes version",
        });
        await assert.rejects(create({ addonVersion: "v9" }), { name: "InvalidParameterException" });
        for (const configurationValues of ['{"unknown": 1}', "replicas: many", "{"]) {
            await assert.rejects(create({ configurationValues }), {
                name: "InvalidParameterException",
                message: /^ConfigurationValue provided in request is not supported/,
            });
        }
        await assert.rejects(create({ resolveConflicts: "PRESERVE" }), {
            name: "InvalidParameterException",
            message: "Resolve conflicts option preserve is not supported for operation CreateAddon",
        });
        await assert.rejects(eks().send(new DescribeAddonCommand(toy)), {
            name: "ResourceNotFoundException",
            message: "No addon: toy-controller found in cluster: demo",
        });
        await fixture.aws.configure({ preserveOnCreate: "none" });
        await create({ resolveConflicts: "PRESERVE", configurationValues: "replicas: 1\ncolor: red\n" });
    });

    it("is idempotent by token, and knows one add-on only once", async () => {
        const first = await create({ clientRequestToken: "t1" });
        const again = await create({ clientRequestToken: "t1" });
        assert.equal(again.addon?.addonArn, first.addon?.addonArn);
        await assert.rejects(create({ clientRequestToken: "t2" }), {
            name: "ResourceInUseException",
            message: "Addon already exists.",
        });
        await assert.rejects(update(), {
            name: "ResourceInUseException",
            message: "Addon toy-controller cannot be updated as it is currently in CREATING state",
        });
        await toyStatus(eks(), "ACTIVE");
        const { update: one } = await update({ clientRequestToken: "u1" });
        const { update: same } = await update({ clientRequestToken: "u1" });
        assert.equal(same?.id, one?.id);
        await assert.rejects(update({ clientRequestToken: "u2" }), {
            name: "ResourceInUseException",
            message: /UPDATING state/,
        });
    });

    it("updates, and the update tells how it went", async () => {
        await create({ addonVersion: "v1.0.0-eksbuild.1", configurationValues: '{"color":"red"}' });
        await toyStatus(eks(), "ACTIVE");
        const started = (await update({ addonVersion: "v1.10.0-eksbuild.1", resolveConflicts: "PRESERVE" }))
            .update;
        assert.equal(started?.status, "InProgress");
        assert.equal(started?.type, "AddonUpdate");
        assert.deepEqual(started?.params, [
            { type: "AddonVersion", value: "v1.10.0-eksbuild.1" },
            { type: "ResolveConflicts", value: "PRESERVE" },
        ]);
        const addon = await toyStatus(eks(), "ACTIVE");
        assert.equal(addon?.addonVersion, "v1.10.0-eksbuild.1");
        assert.equal(addon?.configurationValues, '{"color":"red"}');
        assert.equal((await describeUpdate(started?.id))?.status, "Successful");
        const listed = await eks().send(new ListUpdatesCommand({ name: "demo", addonName: toy.addonName }));
        assert.deepEqual(listed.updateIds, [started?.id]);
        await assert.rejects(describeUpdate("nope"), { name: "ResourceNotFoundException" });
        await assert.rejects(update({ addonVersion: "v2.0.0-eksbuild.1" }), {
            name: "InvalidParameterException",
        });
    });

    it("ends as scripted, with the scripted issues", async () => {
        const issues = [
            { code: "InsufficientNumberOfReplicas", message: "too few", resourceIds: ["toy-controller"] },
        ];
        await fixture.aws.scriptAddon(toy.addonName, { createOutcome: "CREATE_FAILED", issues });
        await create();
        assert.deepEqual((await toyStatus(eks(), "CREATE_FAILED"))?.health?.issues, issues);
        await assert.rejects(update(), {
            name: "InvalidParameterException",
            message: /currently in CREATE_FAILED state/,
        });
        await fixture.aws.scriptAddon(toy.addonName, {
            createOutcome: "DEGRADED",
            updateOutcome: "UPDATE_FAILED",
        });
        await create(); // a failed creation may be tried again
        assert.equal(
            (await toyStatus(eks(), "DEGRADED"))?.health?.issues?.[0]?.code,
            "InsufficientNumberOfReplicas",
        );
        const failing = (await update({ configurationValues: "{}" })).update;
        await toyStatus(eks(), "UPDATE_FAILED");
        const failed = await describeUpdate(failing?.id);
        assert.equal(failed?.status, "Failed");
        assert.equal(failed?.errors?.[0]?.errorCode, "InsufficientNumberOfReplicas");
        await fixture.aws.clearScripts();
        await update();
        await toyStatus(eks(), "ACTIVE");
        await assert.rejects(
            fixture.aws.scriptAddon(toy.addonName, { createOutcome: "MAYBE" as never }),
            /createOutcome 'MAYBE'/,
        );
    });

    it("stays CREATING when scripted NEVER, and its time follows the emulator's clock", async () => {
        await fixture.aws.scriptAddon(toy.addonName, { createOutcome: "NEVER" });
        await create();
        await fixture.aws.advanceClock(3600);
        await new Promise((resolve) => setTimeout(resolve, 400));
        assert.equal((await eks().send(new DescribeAddonCommand(toy))).addon?.status, "CREATING");
        await eks().send(new DeleteAddonCommand(toy));
        await toyStatus(eks(), "GONE");
        await fixture.aws.scriptAddon(toy.addonName, { minimumCreatingSeconds: 600 });
        await create();
        await fixture.aws.advanceClock(590);
        await new Promise((resolve) => setTimeout(resolve, 400));
        assert.equal((await eks().send(new DescribeAddonCommand(toy))).addon?.status, "CREATING");
        await fixture.aws.advanceClock(10);
        await toyStatus(eks(), "ACTIVE");
    });

    it("shows the status that a test sets", async () => {
        await create();
        await toyStatus(eks(), "ACTIVE");
        await fixture.aws.setAddonStatus("demo", toy.addonName, "DEGRADED", [
            { code: "AccessDenied", message: "no" },
        ]);
        const addon = (await eks().send(new DescribeAddonCommand(toy))).addon;
        assert.equal(addon?.status, "DEGRADED");
        assert.equal(addon?.health?.issues?.[0]?.code, "AccessDenied");
    });

    it("deletes by way of DELETING, and a deleted operation ends", async () => {
        await fixture.aws.configure({ minimumCreatingSeconds: 60 });
        await create();
        const { addon } = await eks().send(new DeleteAddonCommand({ ...toy, preserve: true }));
        assert.equal(addon?.status, "DELETING");
        await toyStatus(eks(), "GONE");
        await fixture.aws.advanceClock(120);
        await new Promise((resolve) => setTimeout(resolve, 300));
        await assert.rejects(eks().send(new DescribeAddonCommand(toy)), {
            name: "ResourceNotFoundException",
        });
        await assert.rejects(eks().send(new DeleteAddonCommand(toy)), { name: "ResourceNotFoundException" });
    });

    it("tags add-ons", async () => {
        const resourceArn = (await create({ tags: { a: "1", b: "2", c: "3" } })).addon?.addonArn;
        await eks().send(new TagResourceCommand({ resourceArn, tags: { a: "9", d: "4" } }));
        await eks().send(new UntagResourceCommand({ resourceArn, tagKeys: ["b", "c"] }));
        assert.deepEqual((await eks().send(new ListTagsForResourceCommand({ resourceArn }))).tags, {
            a: "9",
            d: "4",
        });
        const nothing = { resourceArn: `${resourceArn}x`, tags: { a: "1" } };
        await assert.rejects(eks().send(new TagResourceCommand(nothing)), {
            name: "ResourceNotFoundException",
        });
    });

    it("owns the pod identity associations that it was given", async () => {
        const roleArn = `arn:aws:iam::${accountId}:role/toy`;
        const podIdentityAssociations = [{ serviceAccount: "toy-controller", roleArn }];
        const { addon } = await create({ podIdentityAssociations });
        assert.equal(addon?.podIdentityAssociations?.length, 1);
        const list = async () =>
            (await eks().send(new ListPodIdentityAssociationsCommand(toy))).associations ?? [];
        const [association] = await list();
        assert.deepEqual([association?.namespace, association?.ownerArn], ["toy-system", addon?.addonArn]);
        await toyStatus(eks(), "ACTIVE");
        await update({ podIdentityAssociations: [] });
        assert.deepEqual(await list(), []);
        const gone = { clusterName: "demo", associationId: association?.associationId };
        await assert.rejects(eks().send(new DeletePodIdentityAssociationCommand(gone)), {
            name: "ResourceNotFoundException",
        });
    });

    it("chooses the default version by the cluster's Kubernetes version", async () => {
        const roleArn = `arn:aws:iam::${accountId}:role/eks`;
        await eks().send(
            new CreateClusterCommand({ name: "older", version: "1.35", roleArn, resourcesVpcConfig: {} }),
        );
        assert.equal((await create({ clusterName: "older" })).addon?.addonVersion, "v1.0.0-eksbuild.1");
    });
});
