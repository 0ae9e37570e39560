// Add-ons against a real API server: managers, conflicts, overwrite, preserve, health and delete.
import assert from "node:assert/strict";
import {
    CreateAddonCommand,
    type CreateAddonCommandInput,
    DeleteAddonCommand,
    DescribeClusterCommand,
    DescribeUpdateCommand,
    UpdateAddonCommand,
    type UpdateAddonCommandInput,
} from "@aws-sdk/client-eks";
import { type AwsEmulator, startAwsEmulator } from "../../sandbox/aws/emulator";
import { isStatus } from "../../sandbox/kubernetes/apiClient";
import {
    accountId,
    type Clients,
    catalogueFile,
    clients,
    createDemoCluster,
    region,
    toy,
    toyStatus,
} from "./fixtures/awsFixture";
import { type BareApiServer, startBareApiServer } from "./fixtures/bareApiServer";

interface KubernetesObject {
    metadata: {
        name: string;
        generation?: number;
        annotations?: Record<string, string>;
        labels?: Record<string, string>;
        managedFields?: { manager: string; operation: string; fieldsV1: Record<string, unknown> }[];
    };
    data?: Record<string, string>;
    spec?: Record<string, unknown>;
}

const namespaced = (kind: string) => `/api/v1/namespaces/toy-system/${kind}`;
const settings = `${namespaced("configmaps")}/toy-settings`;
const legacy = `${namespaced("configmaps")}/toy-legacy`;
const account = `${namespaced("serviceaccounts")}/toy-controller`;
const deployment = "/apis/apps/v1/namespaces/toy-system/deployments/toy-controller";
const agent = "/apis/apps/v1/namespaces/toy-system/daemonsets/toy-agent";
const definition = "/apis/apiextensions.k8s.io/v1/customresourcedefinitions/toys.sandbox.test";
const first = "/apis/sandbox.test/v1/toys/first";
const webhook = "/apis/admissionregistration.k8s.io/v1/validatingwebhookconfigurations/toy-webhook";

describe("AWS emulator: add-ons in a cluster", function () {
    this.timeout(60_000);
    let api: BareApiServer;
    let aws: AwsEmulator;
    let sdk: Clients;

    before(async () => {
        api = await startBareApiServer();
        aws = await startAwsEmulator({
            directory: `${api.directory}/aws`,
            port: api.awsPort,
            tokenWebhookPort: api.tokenWebhookPort,
            region,
            accountId,
            kubernetes: api,
            clusterEndpoint: api.server,
            oidcIssuer: api.oidcIssuer,
            helmBinary: api.helmBinary,
            catalogueFile,
        });
        sdk = clients(aws.endpoint);
        await createDemoCluster(sdk.eks);
        await aws.configure({
            minimumCreatingSeconds: 0.1,
            minimumUpdatingSeconds: 0.1,
            minimumDeletingSeconds: 0.1,
            applyRetrySeconds: 1,
        });
        await aws.snapshot("cluster");
        await api.client.call({
            method: "POST",
            path: "/api/v1/namespaces",
            body: { metadata: { name: "toy-system" } },
        });
    });
    beforeEach(async () => {
        await aws.restore("cluster");
        for (const path of [webhook, deployment, agent, first, settings, legacy, account]) {
            await remove(path);
        }
    });
    after(async () => {
        await aws?.stop();
        await api?.stop();
    });

    const get = (path: string) => api.client.call<KubernetesObject>({ path });
    const exists = async (path: string) => {
        try {
            return Boolean(await get(path));
        } catch (error) {
            if (isStatus(error, 404)) return false;
            throw error;
        }
    };
    const remove = async (path: string) => {
        try {
            await api.client.call({ method: "DELETE", path });
        } catch (error) {
            if (!isStatus(error, 404)) throw error;
        }
    };
    const managers = async (path: string) =>
        ((await get(path)).metadata.managedFields ?? []).map((f) => `${f.manager} ${f.operation}`).sort();
    const create = (more: Partial<CreateAddonCommandInput> = {}) =>
        sdk.eks.send(new CreateAddonCommand({ ...toy, ...more }));
    const update = async (more: Partial<UpdateAddonCommandInput>) =>
        (await sdk.eks.send(new UpdateAddonCommand({ ...toy, ...more }))).update?.id;
    const updateOf = async (updateId?: string) =>
        (await sdk.eks.send(new DescribeUpdateCommand({ name: "demo", updateId, addonName: toy.addonName })))
            .update;
    /** What the controllers would report. */
    const makeAvailable = async (path = deployment) => {
        const { metadata, spec } = await get(path);
        const count = (spec?.replicas as number | undefined) ?? 1;
        const status =
            path === deployment
                ? {
                      observedGeneration: metadata.generation,
                      replicas: count,
                      updatedReplicas: count,
                      readyReplicas: count,
                      availableReplicas: count,
                      conditions: [{ type: "Available", status: "True" }],
                  }
                : {
                      observedGeneration: metadata.generation,
                      currentNumberScheduled: 1,
                      numberMisscheduled: 0,
                      numberReady: 1,
                      desiredNumberScheduled: 1,
                      updatedNumberScheduled: 1,
                      numberAvailable: 1,
                  };
        await api.client.call({
            method: "PATCH",
            path: `${path}/status`,
            contentType: "merge",
            body: { status },
        });
    };
    const applied = async (path: string) => {
        const deadline = Date.now() + 15_000;
        while (!(await exists(path))) {
            assert.ok(Date.now() < deadline, `${path} was not applied`);
            await new Promise((resolve) => setTimeout(resolve, 50));
        }
    };
    const becomeActive = async () => {
        await applied(webhook); // the last object
        await makeAvailable();
        return toyStatus(sdk.eks, "ACTIVE");
    };
    const theirs = (manager: string, color: string, shape = "round") =>
        api.client.call({
            method: "PATCH",
            path: `${settings}?fieldManager=${manager}&force=true`,
            contentType: "apply",
            body: {
                apiVersion: "v1",
                kind: "ConfigMap",
                metadata: { name: "toy-settings", labels: { "helm.sh/chart": `toy-${shape}` } },
                data: { color, shape },
            },
        });

    it("applies every object as manager eks, and is ACTIVE only when the workloads are available", async () => {
        await create({
            serviceAccountRoleArn: `arn:aws:iam::${accountId}:role/toy`,
            configurationValues: "agent: true",
        });
        await applied(webhook);
        await new Promise((resolve) => setTimeout(resolve, 500));
        assert.equal((await toyStatus(sdk.eks, "CREATING"))?.status, "CREATING");
        for (const path of [definition, first, settings, deployment, agent, webhook]) {
            assert.deepEqual(
                (await managers(path)).filter((m) => m.startsWith("eks")),
                ["eks Apply"],
                path,
            );
        }
        assert.equal(
            (await get(account)).metadata.annotations?.["eks.amazonaws.com/role-arn"],
            `arn:aws:iam::${accountId}:role/toy`,
        );
        await makeAvailable();
        await new Promise((resolve) => setTimeout(resolve, 400));
        await toyStatus(sdk.eks, "CREATING");
        await makeAvailable(agent);
        await toyStatus(sdk.eks, "ACTIVE");
        const { cluster } = await sdk.eks.send(new DescribeClusterCommand({ name: "demo" }));
        assert.equal(cluster?.endpoint, api.server);
        assert.match(
            Buffer.from(cluster?.certificateAuthority?.data ?? "", "base64").toString(),
            /BEGIN CERTIFICATE/,
        );
    });

    it("NONE stops before it writes anything, with EKS's own text", async () => {
        await theirs("helm", "green", "square");
        await create();
        const addon = await toyStatus(sdk.eks, "CREATE_FAILED");
        assert.deepEqual(addon?.health?.issues, [
            {
                code: "ConfigurationConflict",
                message:
                    "Conflicts found when trying to apply. Will not continue due to resolve conflicts mode. Conflicts:\n" +
                    "ConfigMap toy-settings - .data.color\n" +
                    "ConfigMap toy-settings - .data.shape\n" +
                    "ConfigMap toy-settings - .metadata.labels.helm.sh/chart",
                resourceIds: [],
            },
        ]);
        assert.equal(await exists(deployment), false);
        assert.deepEqual(await managers(settings), ["helm Apply"]);
    });

    it("names container fields as the API server does, with the group of the kind", async () => {
        await create();
        await becomeActive();
        await sdk.eks.send(new DeleteAddonCommand({ ...toy, preserve: true }));
        await toyStatus(sdk.eks, "GONE");
        const containers = [{ name: "manager", image: "registry.invalid/hyperpod/mine:1" }];
        const body = {
            apiVersion: "apps/v1",
            kind: "Deployment",
            metadata: { name: "toy-controller" },
            spec: { template: { spec: { containers } } },
        };
        await api.client.call({
            method: "PATCH",
            path: `${deployment}?fieldManager=kubectl&force=true`,
            contentType: "apply",
            body,
        });
        await create();
        const message = (await toyStatus(sdk.eks, "CREATE_FAILED"))?.health?.issues?.[0]?.message ?? "";
        assert.equal(
            message.split("\n").at(-1),
            'Deployment.apps toy-controller - .spec.template.spec.containers[name="manager"].image',
        );
    });

    it("OVERWRITE takes the fields, and leaves what it does not send", async () => {
        await theirs("helm", "green", "square");
        await api.client.call({
            method: "PATCH",
            path: settings,
            contentType: "merge",
            body: { data: { own: "kept" } },
        });
        await create({ resolveConflicts: "OVERWRITE" });
        await becomeActive();
        assert.deepEqual((await get(settings)).data, { color: "blue", shape: "round", own: "kept" });
        assert.ok((await managers(settings)).includes("eks Apply"));
        assert.equal((await get(settings)).metadata.labels?.["helm.sh/chart"], "toy-controller-1.0.0");
    });

    it("OVERWRITE takes them again and again while it is under way, where a test asks for that, and not afterwards", async () => {
        const color = async () => (await get(settings)).data?.color;
        await aws.configure({ reapplyEverySeconds: 0.3 });
        await create({ resolveConflicts: "OVERWRITE" });
        await applied(webhook);
        await theirs("person", "green");
        const deadline = Date.now() + 10_000;
        while ((await color()) !== "blue") {
            assert.ok(Date.now() < deadline, "not applied again");
            await new Promise((resolve) => setTimeout(resolve, 50));
        }
        await becomeActive();
        await theirs("person", "green");
        await new Promise((resolve) => setTimeout(resolve, 700));
        assert.equal(await color(), "green");
    });

    it("UpdateAddon: NONE fails and changes nothing, PRESERVE keeps the customer's fields, OVERWRITE resets them", async () => {
        await create();
        await becomeActive();
        await theirs("customer", "green");
        const failing = await update({ configurationValues: '{"color":"red"}' });
        const failed = await toyStatus(sdk.eks, "UPDATE_FAILED");
        assert.match(failed?.health?.issues?.[0]?.message ?? "", /ConfigMap toy-settings - \.data\.color/);
        assert.equal(failed?.configurationValues, undefined);
        assert.equal((await updateOf(failing))?.errors?.[0]?.errorCode, "ConfigurationConflict");
        assert.deepEqual((await get(first)).spec, { color: "blue" });

        await update({ configurationValues: '{"color":"red"}', resolveConflicts: "PRESERVE" });
        await applied(webhook);
        await becomeCurrent();
        const { data, metadata } = await get(settings);
        assert.deepEqual(data, { color: "green", shape: "round" });
        assert.equal(metadata.labels?.["helm.sh/chart"], "toy-round");
        assert.deepEqual((await get(first)).spec, { color: "red" });

        await update({ configurationValues: '{"color":"red"}', resolveConflicts: "OVERWRITE" });
        await becomeCurrent();
        assert.deepEqual((await get(settings)).data, { color: "red", shape: "round" });
    });

    /** After an update the controllers report on the new generation. */
    async function becomeCurrent() {
        const stop = Date.now() + 15_000;
        for (;;) {
            await makeAvailable();
            const addon = await toyStatus(sdk.eks, "ACTIVE", "UPDATING");
            if (addon?.status === "ACTIVE") return addon;
            assert.ok(Date.now() < stop, "the update did not end");
            await new Promise((resolve) => setTimeout(resolve, 100));
        }
    }

    it("UpdateAddon removes what the new version does not have any more, and nothing else", async () => {
        await create({ addonVersion: "v1.0.0-eksbuild.1" });
        await becomeActive();
        assert.ok(await exists(legacy));
        await update({ addonVersion: "v1.10.0-eksbuild.1", resolveConflicts: "OVERWRITE" });
        await becomeCurrent();
        assert.equal(await exists(legacy), false);
        assert.ok(await exists(settings));
    });

    it("DeleteAddon takes its objects away, with preserve it leaves them, and never another's", async () => {
        await create();
        await becomeActive();
        await sdk.eks.send(new DeleteAddonCommand({ ...toy, preserve: true }));
        await toyStatus(sdk.eks, "GONE");
        assert.ok((await managers(settings)).includes("eks Apply"));
        const own = { metadata: { name: "own" }, data: {} };
        await api.client.call({ method: "POST", path: namespaced("configmaps"), body: own });
        await create();
        await becomeActive();
        await sdk.eks.send(new DeleteAddonCommand(toy));
        await toyStatus(sdk.eks, "GONE");
        for (const path of [settings, deployment, webhook, account]) {
            assert.equal(await exists(path), false, path);
        }
        await remove(`${namespaced("configmaps")}/own`);
        assert.ok(await exists("/api/v1/namespaces/toy-system"));
    });

    it("names the workloads that did not become available in time", async () => {
        await aws.configure({ operationTimeoutSeconds: 30 });
        await create({ configurationValues: "agent: true" });
        await applied(webhook);
        await makeAvailable(agent);
        await aws.advanceClock(30);
        const addon = await toyStatus(sdk.eks, "CREATE_FAILED", "ACTIVE");
        assert.equal(addon?.health?.issues?.[0]?.code, "InsufficientNumberOfReplicas");
        assert.deepEqual(addon?.health?.issues?.[0]?.resourceIds, ["toy-controller"]);
        await aws.configure({ createTimeoutStatus: "DEGRADED" });
        await create();
        await applied(webhook);
        await aws.advanceClock(30);
        await toyStatus(sdk.eks, "DEGRADED");
    });

    it("applies the objects of a scripted failure, as EKS does", async () => {
        await aws.scriptAddon(toy.addonName, { createOutcome: "CREATE_FAILED" });
        await create();
        await toyStatus(sdk.eks, "CREATE_FAILED");
        assert.ok(await exists(webhook));
        await sdk.eks.send(new DeleteAddonCommand(toy));
        await toyStatus(sdk.eks, "GONE");
        assert.equal(await exists(deployment), false);
    });

    it("maps what goes wrong to EKS's issue codes", async () => {
        const issueOf = async (configurationValues: string) => {
            await create({ configurationValues });
            const issue = (await toyStatus(sdk.eks, "CREATE_FAILED"))?.health?.issues?.[0];
            return [issue?.code, issue?.message];
        };
        assert.deepEqual(await issueOf("broken: kind"), [
            "K8sResourceNotFound",
            'no matches for kind "Missing" in version "missing.test/v1"',
        ]);
        const [invalid, why] = await issueOf("broken: invalid");
        assert.equal(invalid, "InternalFailure");
        assert.match(why ?? "", /Service "toy-invalid" is invalid/);
        assert.match((await issueOf("broken: template"))[1] ?? "", /the toy cannot be rendered/);

        const policies = "/apis/admissionregistration.k8s.io/v1/validatingadmissionpolicies";
        const bindings = "/apis/admissionregistration.k8s.io/v1/validatingadmissionpolicybindings";
        const rule = {
            apiGroups: ["apps"],
            apiVersions: ["v1"],
            operations: ["CREATE", "UPDATE"],
            resources: ["deployments"],
        };
        const validations = [{ expression: "object.metadata.name != 'toy-controller'", message: "no toys" }];
        const spec = { matchConstraints: { resourceRules: [rule] }, validations };
        await api.client.call({
            method: "POST",
            path: policies,
            body: { metadata: { name: "no-toys" }, spec },
        });
        const binding = { policyName: "no-toys", validationActions: ["Deny"] };
        await api.client.call({
            method: "POST",
            path: bindings,
            body: { metadata: { name: "no-toys" }, spec: binding },
        });
        try {
            await new Promise((resolve) => setTimeout(resolve, 1500)); // the policy is compiled in the background
            const [code, message] = await issueOf("color: green");
            assert.equal(code, "AdmissionRequestDenied");
            assert.match(message ?? "", /no toys/);
        } finally {
            await remove(`${bindings}/no-toys`);
            await remove(`${policies}/no-toys`);
        }
    });

    it("reports a cluster that it cannot reach, and starts afresh when it can", async () => {
        await api.stopApiServer();
        await create();
        assert.equal(
            (await toyStatus(sdk.eks, "CREATE_FAILED"))?.health?.issues?.[0]?.code,
            "ClusterUnreachable",
        );
        await api.startApiServer();
        await create({ resolveConflicts: "OVERWRITE" });
        await becomeActive();
    });
});
