// Everything that can stand in the way of a move, told at once, each with its code and a way out; and nothing is written.
import assert from "node:assert/strict";
import { findPreflight } from "../../provider/discovery/preflight";
import { findDeadWebhooks } from "../../provider/discovery/webhooks";
import { deniedActions } from "../../provider/permissions/awsRights";

import { gitOpsBlockers, theRelease } from "../../provider/plan/chooseRelease";
import type { AddonStatus, KubernetesObject, ListOptions, Release, World } from "../../provider/ports/world";
import { hyperPodInference } from "../../provider/profiles/hyperPodInference";
import { ADDON, OIDC, RELEASE, TEAM } from "./memory/content";
import { addStandingAddon } from "./memory/existingAddon";
import { startOf } from "./memory/expectations";
import { fitsFields } from "./memory/fieldSelector";
import { plannedIn } from "./memory/planned";
import { withForeignName } from "./memory/roles";
import { MemoryStack } from "./memoryStack";
import type { MemoryWorld } from "./memoryWorld";

/** The move is refused before its first write; the message names every blocker. */
async function refusal(world: MemoryWorld, inputs: object = {}): Promise<string> {
    const { kind, message, mover } = await new MemoryStack(world, { clusterName: "demo", ...inputs }).up();
    assert.equal(kind, "failed", "the move was not refused");
    assert.deepEqual(mover.writes, [], "something was written");
    return message;
}

describe("blockers", () => {
    it("W31: no OIDC provider", async () => {
        const { world } = startOf();
        world.oidc.delete(OIDC);
        assert.match(
            await refusal(world),
            /no IAM OIDC provider for .*\[HP131\].*eksctl utils associate-iam-oidc-provider --cluster demo/s,
        );
    });

    it("W31: a model that is being deployed, or deleted", async () => {
        const { world } = startOf();
        const model = world.store.all("InferenceEndpointConfig", TEAM)[0];
        assert.ok(model);
        world.store.status(model, "operator", { state: "DeploymentInProgress" });
        assert.match(
            await refusal(world),
            new RegExp(
                `InferenceEndpointConfig ${TEAM}/${model.metadata.name} is in state DeploymentInProgress \\[HP135\\]`,
            ),
        );
        world.store.status(model, "operator", { state: "DeploymentComplete" });
        assert.equal((await new MemoryStack(world).up()).kind, "done");
    });

    it("a release that is not deployed: with the command that helm takes in that state", () => {
        const toldOf = (...statuses: string[]) => {
            const records = statuses.map((status, index) => ({
                secretName: `sh.helm.release.v1.op.v${index + 1}`,
                revision: index + 1,
                status,
            }));
            const release = {
                name: "op",
                namespace: "ml",
                revision: statuses.length,
                status: statuses.at(-1) ?? "",
                records,
            };
            const found = {
                releases: [release],
                misnamed: { unrelated: [], others: [] },
                hiddenRelease: undefined,
            };
            const [blocker] = theRelease(found as never, "demo", hyperPodInference).blockers;
            return blocker?.remedy ?? "";
        };
        const forget = /kubectl delete secret sh\.helm\.release\.v1\.op\.v1 -n ml/;
        for (const [statuses, says] of [
            [["pending-install"], forget],
            [["superseded", "deployed", "pending-upgrade"], /helm rollback op 2 -n ml/],
            [["superseded", "failed", "pending-rollback"], /helm rollback op 1 -n ml/],
            [["failed"], /^bring it to `deployed` with `helm upgrade`, then/],
            [["superseded", "failed"], /helm upgrade` or `helm rollback op 1 -n ml`/],
            [["superseded"], /helm rollback op 1 -n ml/],
            [["uninstalled"], /bring it back with `helm rollback op 1 -n ml`, or .*HyperPodInferenceAddon/],
            [["superseded", "uninstalling"], /helm rollback op 2 -n ml/],
        ] as const) {
            assert.match(toldOf(...statuses), says, statuses.join());
            assert.match(toldOf(...statuses), /`pulumi up`$/);
        }
    });

    it("W31: all blockers are told at once", async () => {
        const { world } = startOf({ values: { stage: "gamma" } });
        world.oidc.delete(OIDC);
        const model = world.store.all("JumpStartModel", TEAM)[0];
        assert.ok(model);
        world.store.status(model, "operator", { state: "DeletionPending" });
        const message = await refusal(world);
        for (const code of ["HP120", "HP131", "HP135"])
            assert.ok(message.includes(code), `${code} is missing in ${message}`);
    });

    it("W31: a role that does not exist, or a given one that the add-on could not use", async () => {
        const { world } = startOf();
        const given = "arn:aws:iam::123456789012:role/SageMakerHyperPodInference-other";
        assert.match(
            await refusal(world, { executionRoleArn: given }),
            /executionRoleArn.*does not exist in this account \[HP138\]/s,
        );
        const [name, role] =
            [...world.data.roles].find(([one]) => one.startsWith("SageMakerHyperPodInference")) ?? [];
        assert.ok(name && role);
        world.data.roles.set("SageMakerHyperPodInference-other", {
            ...role,
            arn: given,
            name: "SageMakerHyperPodInference-other",
            trustPolicy: '{"Version":"2012-10-17","Statement":[]}',
        });
        assert.match(
            await refusal(world, { executionRoleArn: given }),
            /does not trust the service account hyperpod-inference-system\/hyperpod-inference-controller-manager.*sts:AssumeRoleWithWebIdentity/s,
        );
    });

    it("GitOps: Flux on the release's record, Argo CD on its objects", () => {
        const release = (labels: Record<string, string>) => ({ ...RELEASE, labels }) as unknown as Release;
        const live = (annotations: Record<string, string>) =>
            ({ live: new Map([["x", { metadata: { name: "x", annotations } }]]) }) as never;
        const flux = gitOpsBlockers(release({ "helm.toolkit.fluxcd.io/name": "inference" }), live({}));
        assert.deepEqual([flux[0]?.code, flux.length], ["HP113", 1]);
        const argo = gitOpsBlockers(
            release({}),
            live({ "argocd.argoproj.io/tracking-id": "app:apps/Deployment:x/y" }),
        );
        assert.match(argo[0]?.what ?? "", /Argo CD/);
        assert.deepEqual(gitOpsBlockers(release({}), live({ "argocd.argoproj.io/sync-wave": "1" })), []);
    });

    it("W22: an add-on that somebody works on, or half deleted, is left to them", async () => {
        const { world, snapshot } = startOf({}, addStandingAddon);
        for (const [status, told] of [
            ["CREATING", /somebody is at work on it \[HP124\].*wait until it is done/s],
            ["UPDATING", /somebody is at work on it/],
            ["DELETING", /somebody is at work on it/],
            ["DELETE_FAILED", /was deleting it.*\[HP124\].*aws eks delete-addon .* --preserve/s],
        ] as const) {
            world.restore(snapshot);
            const addon = world.data.addons.get(ADDON);
            assert.ok(addon);
            world.data.addons.set(ADDON, { ...addon, status: status as AddonStatus });
            assert.match(await refusal(world), told);
        }
    });

    it("an add-on whose controllers run beside Helm's: one of the two is to be stopped first", async () => {
        const { world, snapshot } = startOf({}, addStandingAddon);
        for (const [status, told] of [
            [
                "ACTIVE",
                /kubectl scale deployment -n hyperpod-inference-system hyperpod-inference-operator-controller-manager --replicas=0/,
            ],
            [
                "DEGRADED",
                /kubectl scale deployment -n hyperpod-inference-system hyperpod-inference-controller-manager --replicas=0/,
            ],
        ] as const) {
            world.restore(snapshot);
            const addon = world.data.addons.get(ADDON);
            assert.ok(addon);
            world.data.addons.set(ADDON, { ...addon, status: status as AddonStatus });
            world.store.merge(
                {
                    apiVersion: "apps/v1",
                    kind: "Deployment",
                    namespace: "hyperpod-inference-system",
                    name: "hyperpod-inference-operator-controller-manager",
                },
                { spec: { replicas: 1 } },
                { manager: "kubectl-scale", operation: "Update" },
            );
            const message = await refusal(world);
            assert.match(message, /run side by side and act on the same models: operator \[HP124\]/);
            assert.match(message, told);
        }
    });

    it("an add-on that is there is never made older, and never loses a part with its CRDs", async () => {
        const { world } = startOf({}, (one) => addStandingAddon(one, { version: "v1.4.0-eksbuild.1" }));
        assert.match(
            await refusal(world, { addonVersion: "v1.3.0-eksbuild.2" }),
            /older than the add-on that is there already \(v1\.4\.0-eksbuild\.1\).*\[HP122\]/s,
        );
        assert.match(
            await refusal(world, { additionalConfiguration: { keda: { enabled: false } } }),
            /with keda\.enabled, which the release leaves to others.*CRDs.*\[HP124\]/s,
        );
    });
});

function cluster(objects: Record<string, KubernetesObject[]>, permissions?: World["permissions"]): World {
    const world = {
        objects: {
            list: async (_: string, kind: string, options: ListOptions = {}) =>
                (objects[kind] ?? []).filter(
                    ({ metadata, ...rest }) =>
                        fitsFields({ metadata, ...rest } as KubernetesObject, options.fieldSelector) &&
                        (options.namespace === undefined || metadata.namespace === options.namespace) &&
                        (options.labelSelector === undefined ||
                            options.labelSelector ===
                                `kubernetes.io/service-name=${metadata.labels?.["kubernetes.io/service-name"]}`),
                ),
            read: async () => undefined,
            serves: async () => false,
        },
        ...(permissions === undefined ? {} : { permissions }),
    };
    return world as unknown as World;
}

const release = { objects: [], sources: [] } as unknown as Release;
const preflight = (world: World) =>
    findPreflight(world, {
        profile: hyperPodInference,
        release,
        controllers: [],
        customResourceDefinitions: [],
    });

describe("room for pods", () => {
    const node = (name: string, pods: string, change: object = {}): KubernetesObject => ({
        apiVersion: "v1",
        kind: "Node",
        metadata: { name, labels: { "kubernetes.io/arch": "amd64", "kubernetes.io/os": "linux" } },
        status: { allocatable: { pods }, conditions: [{ type: "Ready", status: "True" }] },
        ...change,
    });
    const pod = (nodeName: string, phase = "Running"): KubernetesObject => ({
        apiVersion: "v1",
        kind: "Pod",
        metadata: { name: "p" },
        spec: { nodeName },
        status: { phase },
    });

    it("W31: counts what is free on ready, schedulable amd64 Linux nodes; ended pods hold no slot", async () => {
        const nodes = [
            node("a", "10"),
            node("b", "5"),
            node("cordoned", "100", { spec: { unschedulable: true } }),
            node("arm", "100", {
                metadata: {
                    name: "arm",
                    labels: { "kubernetes.io/arch": "arm64", "kubernetes.io/os": "linux" },
                },
            }),
            node("dead", "100", {
                status: { allocatable: { pods: "100" }, conditions: [{ type: "Ready", status: "Unknown" }] },
            }),
        ];
        const pods = [pod("a"), pod("a"), pod("a", "Succeeded"), pod("b"), pod("arm")];
        assert.deepEqual((await preflight(cluster({ Node: nodes, Pod: pods }))).podSlots, {
            free: 12,
            nodes: 2,
        });
    });

    it("asks for the pods of a few nodes, by their metadata, as long as these have room", async () => {
        const names = Array.from({ length: 300 }, (_, index) => `n${index}`);
        const nodes = names.map((name) => node(name, "3"));
        const full = new Set(names.slice(0, 4));
        const pods = [...full].flatMap((name) => [pod(name), pod(name), pod(name)]);
        const asked: ListOptions[] = [];
        const world = cluster({ Node: nodes, Pod: pods });
        const { list } = world.objects;
        Object.assign(world.objects, {
            list: (apiVersion: string, kind: string, options: ListOptions = {}) => {
                if (kind === "Pod") asked.push(options);
                return list(apiVersion, kind, options);
            },
        });
        const { podSlots } = await preflight(world);
        assert.ok(podSlots !== undefined && podSlots.free >= 13);
        assert.equal(asked.length, 4 + 16);
        assert.ok(asked.every(({ metadataOnly, mayBeOld }) => metadataOnly === true && mayBeOld === true));
    });
});

describe("webhooks of others", () => {
    const configuration = (change: object = {}): KubernetesObject => ({
        apiVersion: "admissionregistration.k8s.io/v1",
        kind: "MutatingWebhookConfiguration",
        metadata: { name: "kueue" },
        webhooks: [
            {
                name: "mdeployment.kb.io",
                clientConfig: { service: { namespace: "kueue-system", name: "kueue-webhook-service" } },
                rules: [{ apiGroups: ["apps"], resources: ["deployments"], operations: ["CREATE"] }],
                ...change,
            },
        ],
    });
    const slice = (ready: boolean): KubernetesObject => ({
        apiVersion: "discovery.k8s.io/v1",
        kind: "EndpointSlice",
        metadata: {
            name: "s",
            namespace: "kueue-system",
            labels: { "kubernetes.io/service-name": "kueue-webhook-service" },
        },
        endpoints: [{ conditions: { ready } }],
    });
    const find = (one: KubernetesObject, slices: KubernetesObject[] = [], own: KubernetesObject[] = []) =>
        findDeadWebhooks(
            cluster({ MutatingWebhookConfiguration: [one], EndpointSlice: slices }),
            "hyperpod-inference-system",
            { ...release, objects: own },
        );

    it("W31: one that refuses what it cannot check, and that nobody answers, is named", async () => {
        assert.deepEqual(await find(configuration()), [
            {
                configuration: "MutatingWebhookConfiguration kueue",
                webhook: "mdeployment.kb.io",
                service: "kueue-system/kueue-webhook-service",
            },
        ]);
        assert.equal((await find(configuration(), [slice(false)])).length, 1);
        assert.deepEqual(await find(configuration(), [slice(true)]), []);
    });

    it("one that lets things pass, concerns other things, other namespaces or marked objects, or is the release's own, is none of it", async () => {
        assert.deepEqual(await find(configuration({ failurePolicy: "Ignore" })), []);
        assert.deepEqual(
            await find(
                configuration({
                    rules: [{ apiGroups: ["batch"], resources: ["jobs"], operations: ["CREATE"] }],
                }),
            ),
            [],
        );
        assert.deepEqual(
            await find(
                configuration({
                    rules: [{ apiGroups: ["apps"], resources: ["deployments"], operations: ["DELETE"] }],
                }),
            ),
            [],
        );
        const elsewhere = {
            matchExpressions: [{ key: "kubernetes.io/metadata.name", operator: "In", values: ["team-a"] }],
        };
        assert.deepEqual(await find(configuration({ namespaceSelector: elsewhere })), []);
        assert.deepEqual(
            await find(
                configuration({ objectSelector: { matchLabels: { "kueue.x-k8s.io/queue-name": "q" } } }),
            ),
            [],
        );
        assert.deepEqual(await find(configuration(), [], [configuration()]), []);
    });
});

describe("permissions", () => {
    const asked: string[] = [];
    const permissions = (
        lacks: (right: { verb: string; resource: string }) => boolean,
    ): NonNullable<World["permissions"]> => ({
        allows: async (right) => {
            asked.push(`${right.verb} ${right.resource}`);
            return !lacks(right);
        },
        deniedInAws: async (rights) => rights.filter(({ action }) => action === "iam:CreateRole"),
    });

    it("W31: an administrator is asked one question; others hear every right they lack", async () => {
        asked.length = 0;
        assert.deepEqual(
            (
                await preflight(
                    cluster(
                        {},
                        permissions(() => false),
                    ),
                )
            ).missingRights,
            [],
        );
        assert.deepEqual(asked, ["* *"]);
        const { missingRights } = await preflight(
            cluster(
                {},
                permissions(({ verb, resource }) => verb === "*" || resource === "leases"),
            ),
        );
        assert.deepEqual(
            missingRights.map(({ verb, resource }) => `${verb} ${resource}`),
            ["create leases"],
        );
    });

    it("W31: actions that IAM refuses outright are named with their resource", async () => {
        const { world } = startOf();
        withForeignName(world);
        const { plan, discovery } = await plannedIn(world);
        assert.ok(plan);
        const [blocker] = await deniedActions(
            cluster(
                {},
                permissions(() => false),
            ),
            plan,
            discovery,
        );
        assert.equal(blocker?.code, "HP132");
        assert.match(
            blocker?.what ?? "",
            /iam:CreateRole on arn:aws:iam::123456789012:role\/ml-platform\/SageMakerHyperPodInference-team-operator-/,
        );
        assert.deepEqual(await deniedActions(cluster({}), plan, discovery), []);
    });
});
