// What may come between on the way without a pause: a cluster that cannot, pods that never get Ready, a drain, a kill after which nobody comes, a second leader, a stop in the middle. Helm's pods serve until somebody else does, and one operator acts.
import assert from "node:assert/strict";
import { INJECT } from "../../../provider/kubernetes/certManagerAnnotations";
import { clientConfigsOf } from "../../../provider/kubernetes/clientConfigs";
import { MigrationStep } from "../../../provider/plan/plan";
import type { ObjectRef } from "../../../provider/ports/world";
import { ADDON } from "../memory/content";
import { assertDone, assertHarmless, assertSame, stateOf } from "../memory/expectations";
import type { Mover } from "../memory/mover";
import { OPERATOR_NAMESPACE } from "../memory/operatorContent";
import { isReady } from "../memory/pods";
import type { Requests } from "../memory/requests";
import { admissionProblem, encode, keyOfAuthority } from "../memory/serving";
import { MemoryStack } from "../memoryStack";
import type { MemoryWorld } from "../memoryWorld";
import {
    INGRESSES,
    MODELS,
    NEW_MANAGER,
    OLD_MANAGER,
    SCALING,
    slowWorld,
    startUpOf,
    VALUES,
} from "./slowWorld";

const ALB = "aws-load-balancer-controller";
const KEDA = "keda-operator";
const KEDA_ENDS_MS = Object.fromEntries(
    [KEDA, "keda-operator-metrics-apiserver", "keda-admission-webhooks"].map((name) => [
        `kube-system/${name}`,
        20_000,
    ]),
);
const BY = { manager: "test", operation: "Update" } as const;
const isElected = ({ key }: { key: string }) => key.startsWith("coordination.k8s.io/Lease ");
const deployment = (namespace: string, name: string): ObjectRef => ({
    apiVersion: "apps/v1",
    kind: "Deployment",
    namespace,
    name,
});
const planOf = (stack: MemoryStack) =>
    ((stack.resource?.outputs.plan ?? []) as string[])
        .map((line) => line.replace(/^ {17}/, "\u0000"))
        .join("\n")
        .replaceAll("\n\u0000", " ");
const stepsOf = (stack: MemoryStack) =>
    ((stack.resource?.outputs.steps ?? []) as { name: string }[]).map(({ name }) => name);

function readyPods(world: MemoryWorld, app: string): number {
    return world.store
        .all("Pod", OPERATOR_NAMESPACE)
        .filter((pod) => pod.metadata.labels?.app === app && isReady(pod)).length;
}

/** Objects of which only the way there has need. */
function leftOver(world: MemoryWorld): string[] {
    return ["EndpointSlice", "Service", "ValidatingWebhookConfiguration", "Lease"]
        .flatMap((kind) => world.store.all(kind))
        .filter(({ metadata }) => metadata.labels?.["pulumi-hyperpod-inference/handover"] !== undefined)
        .map(({ kind, metadata }) => `${kind} ${metadata.name}`);
}

/** In the add-on's namespace. */
function leadElsewhere(world: MemoryWorld, name: string): void {
    const metadata = { name, namespace: OPERATOR_NAMESPACE };
    const renewTime = new Date(world.data.now).toISOString();
    const spec = { holderIdentity: "somebody", leaseDurationSeconds: 200, renewTime };
    world.store.create({ apiVersion: "coordination.k8s.io/v1", kind: "Lease", metadata, spec }, BY);
}

const BYPASSED = { clusterName: "demo", allowAdmissionBypass: true };

/** The name of the pod that goes. */
function evictOldPod({ store }: MemoryWorld, namespace = OPERATOR_NAMESPACE, app = OLD_MANAGER): string {
    const pod = store.all("Pod", namespace).find(({ metadata }) => metadata.labels?.app === app);
    assert.ok(pod);
    store.remove({ ...pod, ...pod.metadata });
    return pod.metadata.name;
}

function assertAnswered({ refused }: Requests): void {
    for (const kind of [MODELS, ...INGRESSES, ...SCALING, VALUES])
        assert.deepEqual([...(refused.get(kind)?.reasons ?? [])], [], kind);
}

/** Whose pods act now, `namespace/Deployment` each. */
function acting(world: MemoryWorld, image: string): string[] {
    return world.data.acts
        .filter((act) => act.image === image && act.until === undefined)
        .map(({ pod }) => pod.split(" ")[0] ?? "");
}

/** Runs `work` at the first write that has the text, or is like it. */
function at(text: string | RegExp, work: () => void) {
    let isOver = false;
    return (mover: { writes: string[]; onWrite: (number: number) => void }) => {
        mover.onWrite = () => {
            if (isOver || (mover.writes.at(-1) ?? "").search(text) < 0) return;
            isOver = true;
            work();
        };
    };
}

describe("on the way without a pause", () => {
    const goesOnWithPause: [
        what: string,
        break_: (world: MemoryWorld) => void,
        why: RegExp,
        others: RegExp,
    ][] = [
        [
            "an API server that does not follow slices",
            (world) => {
                world.data.behaviour = { ...world.data.behaviour, followsSlices: false };
            },
            /operator: away for at least 180 s .*does not ask the pod that our EndpointSlice names/,
            /load balancer controller: away for at least 10 s .*does not ask the pod/,
        ],
        [
            "a cert-manager that issues nothing",
            (world) => {
                world.store.merge(deployment("cert-manager", "cert-manager"), { spec: { replicas: 0 } }, BY);
            },
            /operator: away for at least 180 s .*cert-manager did not issue/,
            /load balancer controller: away for 0 s/,
        ],
        [
            "somebody who leads where the add-on's load balancer controller would",
            (world) => leadElsewhere(world, "aws-load-balancer-controller-leader"),
            /load balancer controller: away for at least 10 s .*somebody leads by Lease/,
            /operator: away for 0 s.*KEDA: away for 0 s/s,
        ],
        [
            "somebody who leads where the add-on's KEDA would",
            (world) => leadElsewhere(world, "operator.keda.sh"),
            /KEDA metrics: away for at least 5 s .*somebody leads by Lease/,
            /operator: away for 0 s.*load balancer controller: away for 0 s/s,
        ],
    ];
    for (const [what, break_, why, others] of goesOnWithPause)
        it(`${what}: the move goes on with a pause before anything is stopped, and its plan says why`, async () => {
            const world = slowWorld();
            break_(world);
            world.settle();
            const start = stateOf(world);
            const stack = new MemoryStack(world);
            // The order with a pause needs it too.
            const repaired = at("merge Deployment kube-system", () =>
                world.store.merge(deployment("cert-manager", "cert-manager"), { spec: { replicas: 1 } }, BY),
            );
            assertDone(await stack.up({}, undefined, repaired));
            assert.match(planOf(stack), why);
            assert.match(planOf(stack), others);
            assert.deepEqual(leftOver(world), []);
            assertHarmless(world);
            assertDone(await stack.destroy());
            const isRepaired = ({ key }: { key: string }) => key.includes("cert-manager");
            assertSame(stateOf(world), start, "the end", (one) => isElected(one) || isRepaired(one));
        });

    for (const setting of ["keda", "alb"])
        it(`of what the add-on leaves out (${setting}.enabled: false) nobody waits for a successor`, async () => {
            const world = slowWorld();
            const additionalConfiguration = { [setting]: { enabled: false } };
            const stack = new MemoryStack(world, { clusterName: "demo", additionalConfiguration });
            assertDone(await stack.up({ until: MigrationStep.Bridge }));
            const lines = planOf(stack)
                .split("\n")
                .filter((line) => line.includes("   handover "));
            const pausing = lines.filter((line) => /is false, so the add-on brings none/.test(line));
            assert.equal(pausing.length, setting === "keda" ? 3 : 1, lines.join("\n"));
            assert.ok(lines.every((line) => pausing.includes(line) || line.includes("away for 0 s")));
        });

    it("is gone where it was asked for and every controller can", async () => {
        const world = slowWorld();
        const stack = new MemoryStack(world, { clusterName: "demo", handover: "Seamless" });
        assertDone(await stack.up({ until: MigrationStep.HandOver }));
        assert.ok(stepsOf(stack).includes(MigrationStep.Redirect));
        assertHarmless(world);
    });

    it("several pods of KEDA's operator, of which the leader alone listens: it hands over all the same", async () => {
        const world = slowWorld();
        world.store.merge(deployment("kube-system", KEDA), { spec: { replicas: 3 } }, BY);
        world.settle(60_000);
        const pods = world.store
            .all("Pod", "kube-system")
            .filter(({ metadata }) => metadata.labels?.app === KEDA);
        const [first, , last] = pods;
        assert.ok(first && last);
        // The last in the order in which they are asked leads.
        const { leaders } = world.data;
        leaders.delete(first.metadata.uid ?? "");
        leaders.add(last.metadata.uid ?? "");
        const lease = { apiVersion: "coordination.k8s.io/v1", kind: "Lease", namespace: "kube-system" };
        const spec = { holderIdentity: last.metadata.name };
        world.store.merge({ ...lease, name: "operator.keda.sh" }, { spec }, BY);
        world.settle(10_000);
        const requests = world.watchRequests();
        const stack = new MemoryStack(world, { ...BYPASSED, handover: "Seamless" });
        assertDone(await stack.up());
        world.settle(60_000);
        assertAnswered(requests);
        assertHarmless(world);
    });

    it("an undo that was killed while its journal goes: a refresh says so, and an up goes forward again", async () => {
        const world = slowWorld();
        const stack = new MemoryStack(world, BYPASSED);
        assertDone(await stack.up());
        const killed = await stack.destroy(undefined, (mover) => {
            mover.onWritten = () => {
                if (/^remove Secret .*-backup-0$/.test(mover.writes.at(-1) ?? "")) mover.kill();
            };
        });
        assert.equal(killed.kind, "crashed");
        world.settle(5_000);
        assertDone(await stack.refresh());
        assertDone(await stack.up());
        assertHarmless(world);
    });

    it("is refused where it was asked for and some controller would have to pause: nothing is written", async () => {
        const world = slowWorld();
        const metadata = { name: "kedaorg-certs", namespace: OPERATOR_NAMESPACE };
        world.store.create({ apiVersion: "v1", kind: "Secret", metadata, data: {} }, BY);
        const result = await new MemoryStack(world, { clusterName: "demo", handover: "Seamless" }).up();
        assert.equal(result.kind, "failed");
        const why = "a Secret kedaorg-certs is in the add-on's namespace already";
        assert.ok(result.message.includes(`KEDA would pause: ${why}`), result.message);
        assert.ok(result.message.includes(`KEDA metrics would pause: it goes with KEDA: ${why}`));
        assert.match(result.message, /\[HP141\]/);
        assert.ok(!result.message.includes("\noperator would pause"));
        assert.deepEqual(result.mover.writes, []);
    });

    it("new pods that never get Ready: Helm's serve all the time, and a later up arrives", async () => {
        const world = slowWorld();
        const { behaviour } = world.data;
        world.data.behaviour = { ...behaviour, startUpMs: startUpOf(3_600_000) };
        const stack = new MemoryStack(world, { ...BYPASSED, installTimeoutMinutes: 2 });
        const requests = world.watchRequests();
        const failed = await stack.up();
        assert.equal(failed.kind, "failed", failed.message);
        world.settle(60_000);
        assert.equal(readyPods(world, OLD_MANAGER), 1);
        assert.deepEqual(leftOver(world), []);
        assert.deepEqual(acting(world, ALB), ["kube-system/hyperpod-inference-operator-alb"]);
        world.data.behaviour = behaviour;
        assertDone(await stack.up());
        world.settle(60_000);
        assert.deepEqual([readyPods(world, OLD_MANAGER), readyPods(world, NEW_MANAGER)], [0, 1]);
        assertAnswered(requests);
        assertHarmless(world);
    });

    it("CREATE_FAILED: Helm's controllers never stop serving, and nothing of the way is left", async () => {
        const world = slowWorld();
        const start = stateOf(world);
        world.data.outcomes.set(ADDON, "CREATE_FAILED");
        const stack = new MemoryStack(world, BYPASSED);
        const requests = world.watchRequests();
        const failed = await stack.up();
        assert.match(failed.message, /\[HP220\]/);
        world.settle(60_000);
        assert.equal(readyPods(world, OLD_MANAGER), 1);
        assert.deepEqual(leftOver(world), []);
        assertDone(await stack.destroy());
        assertSame(stateOf(world), start, "after the undo", isElected);
        assertAnswered(requests);
        assertHarmless(world);
    });

    it("requests that nobody answered before say nothing of the bridge", async () => {
        const world = slowWorld();
        world.store.merge(
            deployment("kube-system", "keda-operator-metrics-apiserver"),
            { spec: { replicas: 0 } },
            BY,
        );
        world.settle();
        const stack = new MemoryStack(world);
        const requests = world.watchRequests();
        assertDone(await stack.up({ until: MigrationStep.HandOver }));
        assert.ok(stepsOf(stack).includes(MigrationStep.Redirect));
        assert.equal(requests.refused.get(MODELS), undefined, JSON.stringify(requests.seconds()));
    });

    it("an old pod that is evicted while the new ones start: refused until the bridge has followed, no longer", async () => {
        const world = slowWorld();
        world.store.merge(deployment(OPERATOR_NAMESPACE, OLD_MANAGER), { spec: { replicas: 2 } }, BY);
        world.settle();
        const requests = world.watchRequests();
        const stack = new MemoryStack(world);
        let evicted = "";
        const evict = at("create add-on amazon", () => {
            evicted = evictOldPod(world);
        });
        assertDone(await stack.up({}, undefined, evict));
        assert.notEqual(evicted, "");
        const { milliseconds = 0 } = requests.refused.get(MODELS) ?? {};
        assert.ok(
            milliseconds <= 2_000,
            `${milliseconds} ms: ${[...(requests.refused.get(MODELS)?.reasons ?? [])].join("; ")}`,
        );
        assertHarmless(world);
    });

    it("KEDA's leader ends after those that it signs for: nobody waits for values as long as these take to end", async () => {
        const world = slowWorld();
        world.data.behaviour = { ...world.data.behaviour, endMs: KEDA_ENDS_MS };
        const goneBefore: string[] = [];
        const signed = ["keda-operator-metrics-apiserver", "keda-admission-webhooks"];
        const look = (mover: Mover) => {
            mover.onWrite = () => {
                if (mover.writes.at(-1) !== "merge Deployment kube-system/keda-operator") return;
                const left = world.store.all("Pod", "kube-system").map((pod) => pod.metadata.labels?.app);
                goneBefore.push(...signed.filter((app) => !left.includes(app)));
            };
        };
        assertDone(await new MemoryStack(world, BYPASSED).up({}, undefined, look));
        assert.equal(goneBefore.length, 2, goneBefore.join());
    });

    it("models are converted over new connections before Helm's operator ends, and cert-manager injects again in the end", async () => {
        const world = slowWorld();
        const crds = () =>
            world.store
                .all("CustomResourceDefinition")
                .flatMap((crd) => [...clientConfigsOf(crd).values()].map((config) => ({ crd, config })));
        const remarked = () =>
            crds().map(({ crd, config }) => [
                Buffer.from(config.caBundle ?? "", "base64").includes("asked anew"),
                crd.metadata.annotations?.[INJECT] !== undefined,
            ]);
        const seen: boolean[][][] = [];
        const look = at(new RegExp(`^merge Deployment ${OPERATOR_NAMESPACE}/${OLD_MANAGER}$`), () =>
            seen.push(remarked()),
        );
        assertDone(await new MemoryStack(world, BYPASSED).up({}, undefined, look));
        const two = (one: boolean[]) => [one, one];
        assert.deepEqual(seen, [two([true, false])]);
        assert.deepEqual(remarked(), two([false, true]));
    });

    it("an old pod that is evicted while another controller is turned back: refused until the bridge has followed, no longer", async () => {
        const world = slowWorld();
        world.data.outcomes.set(ADDON, "CREATE_FAILED");
        const requests = world.watchRequests();
        let isFailed = false;
        let evicted = "";
        const evict = (mover: Mover) => {
            mover.onWrite = () => {
                const write = mover.writes.at(-1) ?? "";
                isFailed ||= write.includes("remove add-on");
                if (!isFailed || evicted !== "" || !write.startsWith("merge Certificate ")) return;
                evicted = evictOldPod(world, "kube-system", "hyperpod-inference-operator-alb");
            };
        };
        const failed = await new MemoryStack(world, BYPASSED).up({}, undefined, evict);
        assert.match(failed.message, /\[HP220\]/);
        assert.notEqual(evicted, "");
        const { milliseconds = 0, looks = 0 } = requests.refused.get("ingress creation") ?? {};
        assert.ok(looks > 0 && milliseconds <= 2_000, `${looks} looks, ${milliseconds} ms`);
        assertHarmless(world);
    });

    it("an old pod that is evicted while another controller hands over: refused until the bridge has followed, no longer", async () => {
        const world = slowWorld();
        world.store.merge(deployment(OPERATOR_NAMESPACE, OLD_MANAGER), { spec: { replicas: 2 } }, BY);
        world.settle();
        world.data.behaviour = { ...world.data.behaviour, endMs: KEDA_ENDS_MS };
        const requests = world.watchRequests();
        let evicted = "";
        const evict = at("merge Deployment kube-system/keda-operator", () => {
            evicted = evictOldPod(world);
        });
        assertDone(await new MemoryStack(world, BYPASSED).up({}, undefined, evict));
        assert.notEqual(evicted, "");
        const { milliseconds = 0, looks = 0 } = requests.refused.get(MODELS) ?? {};
        assert.ok(looks > 0 && milliseconds <= 2_000, `${looks} looks, ${milliseconds} ms`);
        assertHarmless(world);
    });

    it("an old pod that is evicted while the add-on that failed is deleted: refused until the bridge has followed, no longer", async () => {
        const world = slowWorld();
        world.store.merge(deployment(OPERATOR_NAMESPACE, OLD_MANAGER), { spec: { replicas: 2 } }, BY);
        world.settle();
        world.data.outcomes.set(ADDON, "CREATE_FAILED");
        const requests = world.watchRequests();
        let evicted = "";
        const evict = at("remove add-on", () => {
            evicted = evictOldPod(world);
        });
        const failed = await new MemoryStack(world, BYPASSED).up({}, undefined, evict);
        assert.match(failed.message, /\[HP220\]/);
        assert.notEqual(evicted, "");
        const { milliseconds = 0 } = requests.refused.get(MODELS) ?? {};
        assert.ok(milliseconds <= 1_000, `${milliseconds} ms`);
        assertHarmless(world);
    });

    it("killed after the add-on was asked for, and nobody comes for a day: Helm's controllers serve and lead alone", async () => {
        const world = slowWorld();
        const stack = new MemoryStack(world, BYPASSED);
        const first = await stack.up({}, undefined, (mover) =>
            at("create add-on amazon", () => mover.kill())(mover),
        );
        assert.equal(first.kind, "crashed");
        const requests = world.watchRequests();
        world.settle(24 * 3_600_000);
        assert.equal(readyPods(world, OLD_MANAGER), 1);
        assert.deepEqual(acting(world, "hyperpod-inference-operator"), [
            `${OPERATOR_NAMESPACE}/${OLD_MANAGER}`,
        ]);
        assert.deepEqual(acting(world, ALB), ["kube-system/hyperpod-inference-operator-alb"]);
        assert.deepEqual(acting(world, KEDA), ["kube-system/keda-operator"]);
        // Both generations of KEDA's adapter answer, and ask the leader.
        for (const kind of [...SCALING, VALUES]) assert.equal(requests.refused.get(kind), undefined, kind);
        // The add-on's authority is in place of the move's, and the bypass is over.
        assert.match(
            [...(requests.refused.get("ingress creation")?.reasons ?? [])].join(),
            /unknown authority/,
        );
        assertHarmless(world);
        assertDone(await stack.up());
        world.settle(60_000);
        assert.deepEqual([readyPods(world, OLD_MANAGER), readyPods(world, NEW_MANAGER)], [0, 1]);
        assert.deepEqual(acting(world, ALB), [`${OPERATOR_NAMESPACE}/hyperpod-inference-alb`]);
        assert.deepEqual(acting(world, KEDA), [`${OPERATOR_NAMESPACE}/keda-operator`]);
        assert.equal(admissionProblem(world.store, "ingresses"), undefined);
        assert.ok(
            !JSON.stringify(world.store.all("MutatingWebhookConfiguration")).includes("matchConditions"),
        );
        assert.equal(requests.refused.get(MODELS), undefined, JSON.stringify(requests.seconds()));
        assertHarmless(world);
    });

    it("killed in the undo once Helm's load balancer controller runs again, and nobody comes for a day: the add-on's leads alone", async () => {
        const world = slowWorld();
        const stack = new MemoryStack(world, BYPASSED);
        assertDone(await stack.up());
        world.settle(60_000);
        const requests = world.watchRequests();
        const killed = await stack.destroy(undefined, (mover) =>
            at("merge Deployment kube-system/hyperpod-inference-operator-alb", () => mover.kill())(mover),
        );
        assert.equal(killed.kind, "crashed");
        world.settle(24 * 3_600_000);
        assert.deepEqual(acting(world, ALB), [`${OPERATOR_NAMESPACE}/hyperpod-inference-alb`]);
        assertHarmless(world);
        assertDone(await stack.destroy());
        world.settle(60_000);
        assert.deepEqual(acting(world, ALB), ["kube-system/hyperpod-inference-operator-alb"]);
        assertAnswered(requests);
        assertHarmless(world);
    });

    /** Kills while pods of the Deployment end that is scaled to 0 first, and nobody comes for a day. */
    async function leftWhilePodsEnd(which: "up" | "destroy", ending: string) {
        const world = slowWorld();
        const stack = new MemoryStack(world, BYPASSED);
        if (which === "destroy") assertDone(await stack.up());
        world.settle(60_000);
        const requests = world.watchRequests();
        const prepare = (mover: Mover) =>
            at(new RegExp(`^merge Deployment ${ending}$`), () => {
                // Pods need longer.
                void world.clock.sleep(200).then(() => mover.kill());
            })(mover);
        const killed = await (which === "up"
            ? stack.up({}, undefined, prepare)
            : stack.destroy(undefined, prepare));
        assert.equal(killed.kind, "crashed", killed.message);
        world.settle(24 * 3_600_000);
        assertHarmless(world);
        return { world, stack, requests };
    }

    for (const [image, ending] of [
        [KEDA, "kube-system/keda-operator"],
        [ALB, "kube-system/hyperpod-inference-operator-alb"],
    ] as const)
        it(`killed while Helm's ${image} ends, and nobody comes for a day: the add-on's leads alone`, async () => {
            const { world, stack } = await leftWhilePodsEnd("up", ending);
            assert.equal(acting(world, image).length, 1);
            assert.match(acting(world, image)[0] ?? "", new RegExp(`^${OPERATOR_NAMESPACE}/`));
            assertDone(await stack.up());
            world.settle(60_000);
            assertHarmless(world);
            assert.deepEqual(leftOver(world), []);
        });

    it("killed while the add-on's controllers end in the undo, and nobody comes for a day: Helm's lead alone", async () => {
        const { world, stack, requests } = await leftWhilePodsEnd(
            "destroy",
            `${OPERATOR_NAMESPACE}/keda-operator`,
        );
        assert.deepEqual(acting(world, KEDA), ["kube-system/keda-operator"]);
        assert.deepEqual(acting(world, ALB), ["kube-system/hyperpod-inference-operator-alb"]);
        assertDone(await stack.destroy());
        world.settle(60_000);
        assertHarmless(world);
        for (const kind of [MODELS, ...INGRESSES, ...SCALING])
            assert.equal(requests.refused.get(kind), undefined, kind);
    });

    it("another authority of the add-on's KEDA by then: the undo pauses it, says so, and ends at the start", async () => {
        const world = slowWorld();
        const start = stateOf(world);
        const stack = new MemoryStack(world, BYPASSED);
        assertDone(await stack.up());
        const ref = {
            apiVersion: "v1",
            kind: "Secret",
            namespace: OPERATOR_NAMESPACE,
            name: "kedaorg-certs",
        };
        // The rotator cannot sign with it any more, and makes another one.
        world.store.merge(ref, { data: { "ca.key": encode(keyOfAuthority("another")) } }, BY);
        world.settle(60_000);
        const requests = world.watchRequests();
        assertDone(await stack.destroy());
        assert.match(stack.warnings.join("\n"), /the undo pauses KEDA, .* holds another authority/);
        assertSame(stateOf(world), start, "after the undo", isElected);
        assertHarmless(world);
        for (const kind of [MODELS, ...INGRESSES]) assert.equal(requests.refused.get(kind), undefined, kind);
    });

    it("the add-on's pods lead by a Lease of their own: Helm's operator stops at once, and it is told", async () => {
        const world = slowWorld();
        const stack = new MemoryStack(world);
        let readyAtStop: number | undefined;
        const prepare = (mover: { writes: string[]; onWrite: (number: number) => void }) => {
            let isMade = false;
            mover.onWrite = () => {
                const last = mover.writes.at(-1) ?? "";
                if (last.includes("create add-on amazon") && !isMade) {
                    isMade = true;
                    world.store.create(
                        {
                            apiVersion: "coordination.k8s.io/v1",
                            kind: "Lease",
                            metadata: {
                                name: "other.sagemaker.amazonaws.com",
                                namespace: OPERATOR_NAMESPACE,
                            },
                            spec: { holderIdentity: `${NEW_MANAGER}-5d9c7b-abcde_1` },
                        },
                        BY,
                    );
                }
                if (last.includes(`Deployment ${OPERATOR_NAMESPACE}/${OLD_MANAGER}`))
                    readyAtStop ??= readyPods(world, NEW_MANAGER);
            };
        };
        assertDone(await stack.up({}, undefined, prepare));
        assert.equal(readyAtStop, 0, "stopped before the new ones are ready");
        assert.match(
            ((stack.resource?.outputs.warnings ?? []) as string[]).join("\n"),
            /Helm's operator stops before .* leads by Lease .*other\.sagemaker/,
        );
        assertHarmless(world);
    });

    it("the add-on's load balancer controller leads although the move held its Lease: Helm's stops at once, and it is told", async () => {
        const world = slowWorld();
        const stack = new MemoryStack(world, BYPASSED);
        const lease = {
            apiVersion: "coordination.k8s.io/v1",
            kind: "Lease",
            name: "aws-load-balancer-controller-leader",
            namespace: OPERATOR_NAMESPACE,
        };
        const spec = { holderIdentity: "hyperpod-inference-alb-5d9c7b-abcde", leaseDurationSeconds: 15 };
        const take = at("create add-on amazon", () => world.store.merge(lease, { spec }, BY));
        assertDone(await stack.up({}, undefined, take));
        assert.match(
            ((stack.resource?.outputs.warnings ?? []) as string[]).join("\n"),
            /Helm's load balancer controller stops before .* leads by Lease .*, which the move held/,
        );
        world.settle(60_000);
        assert.deepEqual(acting(world, ALB), [`${OPERATOR_NAMESPACE}/hyperpod-inference-alb`]);
        assertHarmless(world);
    });

    it("the add-on's operator elects no leader: Helm's stops before it is Ready, and it is told", async () => {
        const world = slowWorld();
        const withArgs = (name: string, args: readonly string[]) => {
            const ref = deployment(OPERATOR_NAMESPACE, name);
            const live = world.store.raw(ref);
            assert.ok(live);
            const spec = structuredClone(live.spec) as {
                template: { spec: { containers: { args?: readonly string[] }[] } };
            };
            for (const container of spec.template.spec.containers) container.args = args;
            world.store.merge(ref, { spec }, BY);
        };
        withArgs(OLD_MANAGER, ["--leader-elect"]);
        world.settle(60_000);
        const stack = new MemoryStack(world, BYPASSED);
        let readyAtStop: number | undefined;
        const prepare = (mover: { writes: string[]; onWrite: (number: number) => void }) => {
            mover.onWrite = () => {
                if (mover.writes.at(-1)?.includes(`Deployment ${OPERATOR_NAMESPACE}/${OLD_MANAGER}`) === true)
                    readyAtStop ??= readyPods(world, NEW_MANAGER);
            };
        };
        assertDone(await stack.up({}, undefined, prepare));
        assert.equal(readyAtStop, 0, "stopped before the new ones are ready");
        assert.match(
            ((stack.resource?.outputs.warnings ?? []) as string[]).join("\n"),
            /Helm's operator stops before .*Deployment .*hyperpod-inference-controller-manager of the add-on elects no leader/,
        );
        assertHarmless(world);
    });

    it("cert-manager fails during the undo: it pauses, says so, and ends at the start", async () => {
        const world = slowWorld();
        const start = stateOf(world);
        const stack = new MemoryStack(world);
        assertDone(await stack.up());
        world.store.merge(deployment("cert-manager", "cert-manager"), { spec: { replicas: 0 } }, BY);
        world.settle();
        const warned = stack.warnings.length;
        assertDone(await stack.destroy());
        assert.match(
            stack.warnings.slice(warned).join("\n"),
            /requests to operator pause during the undo, because/,
        );
        world.store.merge(deployment("cert-manager", "cert-manager"), { spec: { replicas: 1 } }, BY);
        assertSame(
            stateOf(world),
            start,
            "the end",
            ({ key }) => isElected({ key }) || key.includes("cert-manager"),
        );
        assertHarmless(world);
    });

    describe("`until`", () => {
        for (const until of [MigrationStep.Redirect, MigrationStep.ScaleDown])
            it(`${until}: refused in a move that has begun so`, async () => {
                const world = slowWorld();
                const stack = new MemoryStack(world);
                assertDone(await stack.up({ until: MigrationStep.Prerequisites }));
                const before = stateOf(world);
                const result = await stack.up({ until });
                assert.equal(result.kind, "failed");
                assert.match(result.message, /would leave requests to pods that move \[HP101\]/);
                assertSame(stateOf(world), before, "nothing", isElected);
            });

        it("bridge and handOver: stops there, goes on, and keeps the order it began with", async () => {
            const world = slowWorld();
            const stack = new MemoryStack(world);
            const requests = world.watchRequests();
            for (const until of [MigrationStep.Bridge, MigrationStep.HandOver, undefined]) {
                const changes = until === undefined ? {} : { until };
                assertDone(await stack.up({ ...changes, handover: "Auto" }));
                world.settle(600_000);
            }
            assert.ok(stepsOf(stack).includes(MigrationStep.Redirect));
            assert.equal(requests.refused.get(MODELS), undefined, JSON.stringify(requests.seconds()));
            assertHarmless(world);
        });

        it("a step that only the other order has is refused", async () => {
            const stack = new MemoryStack(slowWorld(), { clusterName: "demo", handover: "Pause" });
            const result = await stack.up({ until: MigrationStep.Redirect });
            assert.equal(result.kind, "failed");
            assert.match(result.message, /has no step redirect \[HP101\]/);
        });
    });
});
