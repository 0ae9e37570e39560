// Controllers that act on the same resources as the add-on's: those of the release are stopped whatever they are called, those of others stand in the way; and a part without its controller or its role is no plan.
import assert from "node:assert/strict";
import type { KubernetesObject } from "../../provider/ports/world";
import { ADDON, RELEASE } from "./memory/content";
import { assertDone, assertHarmless, assertSame, startOf, stateOf } from "./memory/expectations";
import { deployment, service } from "./memory/operatorContent";
import type { RecordPayload } from "./memory/releases";
import { decode, encode } from "./memory/serving";
import { MemoryStack } from "./memoryStack";
import type { MemoryWorld } from "./memoryWorld";

const BY = { manager: "helm", operation: "Update" } as const;
const HOME = RELEASE.namespace;

const apps = (namespace: string, name: string) => ({
    apiVersion: "apps/v1",
    kind: "Deployment",
    namespace,
    name,
});

/** As if Helm had rendered the Deployment under this name from the start. */
function rename(world: MemoryWorld, from: string, to: string): void {
    const { metadata, spec } = world.store.raw(apps(HOME, from)) as KubernetesObject;
    world.store.remove(apps(HOME, from));
    world.settle();
    const { labels = {}, annotations = {} } = metadata;
    world.store.create(
        {
            apiVersion: "apps/v1",
            kind: "Deployment",
            metadata: { name: to, namespace: HOME, labels, annotations },
            spec,
        },
        BY,
    );
    changeRecords(world, (payload) => ({
        ...payload,
        objects: payload.objects.map((object) =>
            object.kind === "Deployment" && object.metadata.name === from
                ? { ...object, metadata: { ...object.metadata, name: to } }
                : object,
        ),
    }));
    world.settle();
}

function changeRecords(world: MemoryWorld, change: (payload: RecordPayload) => RecordPayload): void {
    for (const { metadata, data } of world.store.all("Secret", HOME)) {
        if (metadata.labels?.owner !== "helm") continue;
        const payload = decode((data as { release: string }).release) as RecordPayload;
        world.store.merge(
            { apiVersion: "v1", kind: "Secret", namespace: HOME, name: metadata.name },
            { data: { release: encode(change(payload)) } },
            BY,
        );
    }
}

async function refused(world: MemoryWorld, inputs: object = {}): Promise<string> {
    const { kind, message, mover } = await new MemoryStack(world, { clusterName: "demo", ...inputs }).up();
    assert.equal(kind, "failed", "the move was not refused");
    assert.deepEqual(mover.writes, [], "something was written");
    return message;
}

describe("controllers of the release under other names", () => {
    for (const [from, to] of [
        ["hyperpod-inference-operator-alb", "aws-load-balancer-controller"],
        ["hyperpod-inference-operator-alb", "edge"],
        ["keda-operator", "autoscaling"],
        ["keda-operator-metrics-apiserver", "autoscaling-metrics"],
    ] as const)
        it(`${from} called ${to}: stopped, never beside the add-on's, and back again`, async () => {
            const { world, state } = startOf({}, (one) => rename(one, from, to));
            const stack = new MemoryStack(world);
            assertDone(await stack.up());
            assertHarmless(world);
            assert.match(
                ((stack.resource?.inputs.plan ?? []) as string[]).join(" "),
                new RegExp(`${to} \\d -> 0`),
            );
            const { configurationValues = "" } = world.data.addons.get(ADDON) ?? {};
            assert.match(
                configurationValues,
                /"roleArn":"[^"]+role\/hp-alb".*"roleArn":"[^"]+role\/hp-keda"/,
            );
            assertDone(await stack.destroy());
            assertHarmless(world);
            assertSame(stateOf(world), state, "after destroy");
        });
});

describe("controllers of others", () => {
    const { world, snapshot } = startOf();
    beforeEach(() => world.restore(snapshot));

    const install = (name: string, image: string, account = "default") => {
        world.store.create(deployment("shop", name, image, 1, account), BY);
        world.settle();
    };

    for (const [what, name, image, account, says] of [
        [
            "image",
            "edge",
            "aws-load-balancer-controller:v2.8.0",
            "default",
            /works as load balancer controller .*image aws-load-balancer-controller.*alb\.enabled: false/,
        ],
        [
            "service account",
            "edge",
            "mirror-lbc:1",
            "aws-load-balancer-controller",
            /works as load balancer controller .*service account.*alb\.enabled: false/,
        ],
        [
            "name",
            "aws-load-balancer-controller",
            "mirror-lbc:1",
            "default",
            /works as load balancer controller .*name.*alb\.enabled: false/,
        ],
        [
            "image",
            "scaler",
            "keda:2.14.0",
            "default",
            /works as KEDA \(image keda\) outside.*keda\.enabled: false/,
        ],
        [
            "image",
            "models",
            "hyperpod-inference-operator:v3.1",
            "default",
            /works as operator \(image .*\) outside.*`releaseName`/,
        ],
    ] as const)
        it(`${name}, known by its ${what}: refused, and nothing is written`, async () => {
            install(name, image, account);
            const message = await refused(world);
            assert.match(message, new RegExp(`Deployment shop/${name} `));
            assert.match(message, says);
            assert.match(message, /\[HP125\].*kubectl scale deployment -n shop/s);
        });

    for (const [kind, stop] of [
        ["StatefulSet", "kubectl scale statefulset -n shop scaler --replicas=0"],
        ["DaemonSet", "kubectl delete daemonset -n shop scaler"],
    ] as const)
        it(`that run as a ${kind}: refused, with a command that stops it`, async () => {
            world.store.create({ ...deployment("shop", "scaler", "keda:2.14.0", 1, "default"), kind }, BY);
            const message = await refused(world);
            assert.match(message, new RegExp(`${kind} shop/scaler works as KEDA .*\\[HP125\\]`));
            assert.ok(message.includes(stop), message);
        });

    it("that no Deployment keeps: a bare pod, a bare ReplicaSet, one of an Argo Rollout", async () => {
        const { spec, metadata } = deployment("shop", "scaler", "keda:2.14.0", 1, "default");
        const { template } = spec as { template: { spec: unknown } };
        const pod = { apiVersion: "v1", kind: "Pod", metadata, spec: template.spec };
        const set = { apiVersion: "apps/v1", kind: "ReplicaSet", metadata, spec };
        const ownerReferences = [
            {
                apiVersion: "argoproj.io/v1alpha1",
                kind: "Rollout",
                name: "scaling",
                uid: "1",
                controller: true,
            },
        ];
        for (const [object, says, stop] of [
            [pod, /Pod shop\/scaler works as KEDA .*\[HP125\]/, "kubectl delete pod -n shop scaler"],
            [set, /ReplicaSet shop\/scaler works as KEDA/, "kubectl scale replicaset -n shop scaler"],
            [
                { ...set, metadata: { ...metadata, ownerReferences } },
                /Rollout shop\/scaling works as KEDA/,
                "kubectl scale rollout -n shop scaling --replicas=0",
            ],
        ] as const) {
            world.restore(snapshot);
            world.store.create(object, BY);
            const message = await refused(world);
            assert.match(message, says);
            assert.ok(message.includes(stop), message);
        }
        world.restore(snapshot);
        world.store.create(pod, BY);
        world.settle();
        const ended = { apiVersion: "v1", kind: "Pod", namespace: "shop", name: "scaler" };
        world.store.status(world.store.raw(ended) ?? assert.fail(), "kubelet", { phase: "Succeeded" });
        assertDone(await new MemoryStack(world).up());
    });

    it("known by what the API server asks it: APIService, webhook, conversion", async () => {
        install("gauge", "mirror:1");
        world.store.create(service("shop", "gauge", { app: "gauge" }), BY);
        const asks = { name: "gauge", namespace: "shop" };
        world.store.merge(
            {
                apiVersion: "apiregistration.k8s.io/v1",
                kind: "APIService",
                name: "v1beta1.external.metrics.k8s.io",
            },
            { spec: { service: asks } },
            BY,
        );
        assert.match(
            await refused(world),
            /shop\/gauge works as KEDA metrics .*it serves APIService v1beta1.external/,
        );
        world.restore(snapshot);
        install("gauge", "mirror:1");
        world.store.create(service("shop", "gauge", { app: "gauge" }), BY);
        world.store.create(
            {
                apiVersion: "admissionregistration.k8s.io/v1",
                kind: "MutatingWebhookConfiguration",
                metadata: { name: "edge" },
                webhooks: [
                    {
                        name: "m.kb.io",
                        clientConfig: { service: asks },
                        rules: [{ apiGroups: ["elbv2.k8s.aws"], resources: ["*"], operations: ["CREATE"] }],
                    },
                ],
            },
            BY,
        );
        assert.match(
            await refused(world),
            /shop\/gauge works as load balancer controller .*MutatingWebhookConfiguration edge/,
        );
    });

    it("stopped ones, and those of a part that the add-on leaves out, are no obstacle", async () => {
        install("edge", "aws-load-balancer-controller:v2.8.0");
        world.store.merge(apps("shop", "edge"), { spec: { replicas: 0 } }, BY);
        world.settle();
        assertDone(await new MemoryStack(world).up());
    });

    it("of a part that is off: Helm's goes, which the plan says loudly, with who takes its place", async () => {
        const plan = async () => {
            const stack = new MemoryStack(world, {
                clusterName: "demo",
                additionalConfiguration: { alb: { enabled: false } },
            });
            const { lifecycle } = stack.process();
            const { inputs, failures } = await lifecycle.check({}, { ...stack.inputs }, stack.log);
            assert.deepEqual(failures, []);
            return (inputs.plan as string[]).join(" ").replace(/\s+/g, " ");
        };
        assert.match(
            await plan(),
            /ATTENTION: alb\.enabled is false, .*removes Helm's Deployment kube-system\/hyperpod-inference-operator-alb; nobody takes its place/,
        );
        install("edge", "aws-load-balancer-controller:v2.8.0");
        assert.match(await plan(), /; Deployment shop\/edge takes its place/);
    });
});

describe("a part that is on", () => {
    const { world, snapshot } = startOf();
    beforeEach(() => world.restore(snapshot));

    const withoutRoles = () => {
        for (const name of ["keda-operator", "aws-load-balancer-controller"])
            world.store.merge(
                { apiVersion: "v1", kind: "ServiceAccount", namespace: HOME, name },
                { metadata: { annotations: { "eks.amazonaws.com/role-arn": null } } },
                BY,
            );
        changeRecords(world, (payload) => ({
            ...payload,
            values: { ...payload.values, keda: { podIdentity: { aws: { irsa: { enabled: true } } } } },
        }));
    };

    it("without its role: refused by the property that gives one, unless it needs none", async () => {
        withoutRoles();
        const message = await refused(world);
        assert.match(message, /albRoleArn: the release names no load balancer controller's role.*\[HP123\]/);
        assert.match(message, /kedaRoleArn: the release names no KEDA's role.*\[HP123\]/);
        const off = {
            alb: { serviceAccount: { create: false } },
            keda: { auth: { aws: { irsa: { enabled: false } } } },
        };
        assertDone(await new MemoryStack(world, { clusterName: "demo", additionalConfiguration: off }).up());
    });

    it("without its controller: refused, unless the user switches it on", async () => {
        world.store.remove(apps(HOME, "hyperpod-inference-operator-alb"));
        world.settle();
        assert.match(
            await refused(world),
            /brings the load balancer controller, and none of release .*\[HP125\]/,
        );
        const on = { alb: { enabled: true } };
        const wished = await refused(world, { additionalConfiguration: on });
        assert.doesNotMatch(wished, /HP125/);
        // Its account is not known either.
        assert.match(wished, /^albRoleArn: .*\[HP123\]/m);
    });
});
