// From the first controller that stops to the last that is awaited: a failure ends with one generation serving, by itself; what heals is waited for; what a dry run can tell is told before.
import assert from "node:assert/strict";
import { KubernetesWorkloads } from "../../provider/adapters/kubernetes/workloads";
import type { Addon, AddonStatus, KubernetesObject, Objects, Workloads } from "../../provider/ports/world";
import { connectWith } from "./memory/connectWith";
import type { Policy } from "./memory/data";
import { assertSame, stateOf } from "./memory/expectations";
import { MemoryStack } from "./memoryStack";
import { connectMemory, MemoryWorld } from "./memoryWorld";

const ADDON = "amazon-sagemaker-hyperpod-inference";
const QUICK = { clusterName: "demo", skipDependenciesMigration: true };
const ADDON_NAMESPACE = "hyperpod-inference-system";

const stopped = (world: MemoryWorld) =>
    world.store
        .all("Deployment")
        .filter(({ spec }) => (spec as { replicas?: number }).replicas === 0)
        .map(({ metadata }) => `${metadata.namespace}/${metadata.name}`);

/** A stack whose ports a test changes. */
function stackOf(
    world: MemoryWorld,
    change: (ports: { workloads: Workloads }) => Partial<Workloads> | undefined,
    describe: (now: Addon, clock: number) => Addon = (now) => now,
): MemoryStack {
    return new MemoryStack(world, QUICK, true, (inWorld, mover) => {
        const inner = connectMemory(inWorld, mover);
        return async (...args) => {
            const connection = await inner(...args);
            const { workloads, addons, clock } = connection.world;
            const changed = change({ workloads });
            if (changed !== undefined) Object.assign(workloads, changed);
            const original = addons.describe.bind(addons);
            addons.describe = async (name) => {
                const addon = await original(name);
                return addon === undefined || name !== ADDON ? addon : describe(addon, clock.now());
            };
            return connection;
        };
    });
}

const noZero: Policy = ({ kind, metadata, spec }) =>
    kind === "Deployment" &&
    metadata.name.startsWith("keda-operator") &&
    (spec as { replicas?: number }).replicas === 0
        ? "platform policy: at least one replica"
        : undefined;
const noPods: Policy = ({ kind, metadata }) =>
    kind === "Pod" && metadata.namespace === ADDON_NAMESPACE
        ? 'violates PodSecurity "restricted:latest"'
        : undefined;

describe("never half-stopped", () => {
    let world: MemoryWorld;
    beforeEach(() => {
        world = new MemoryWorld();
    });

    it("asks by dry runs whether controllers may be stopped, and refuses before anything changes", async () => {
        world.data.policies = [noZero];
        const { kind, message, mover } = await new MemoryStack(world, QUICK).up();
        assert.equal(kind, "failed");
        assert.match(message, /\[HP139\]/);
        assert.match(message, /Deployment kube-system\/keda-operator be scaled to 0.*at least one replica/);
        assert.deepEqual(mover.writes, []);
    });

    it("knows a policy that mutates: it refuses nothing, and one replica stays", async () => {
        const answers = (replicas: number) =>
            new KubernetesWorkloads(
                {
                    probe: async () => ({ status: 200, message: "", body: { spec: { replicas } } }),
                } as unknown as Objects,
                world.clock,
            );
        const ref = { apiVersion: "apps/v1", kind: "Deployment", namespace: "n", name: "d" };
        assert.equal(await answers(1).refusedScale(ref, 0), "a policy of the cluster makes 1 of 0 replicas");
        assert.equal(await answers(0).refusedScale(ref, 0), undefined);
    });

    it("asks by a dry run whether the add-on's pods may start, and refuses before anything changes", async () => {
        world.data.policies = [noPods];
        const { kind, message, mover } = await new MemoryStack(world, QUICK).up();
        assert.equal(kind, "failed");
        assert.match(message, /\[HP139\]/);
        assert.match(message, /violates PodSecurity/);
        assert.deepEqual(mover.writes, []);
    });

    it("brings the stopped controllers back at once when one of them may not be stopped after all", async () => {
        const before = world.capture(true);
        const stack = stackOf(world, ({ workloads }) => {
            const scale = workloads.scale.bind(workloads);
            return {
                scale: async (ref, replicas) => {
                    if (replicas === 0 && ref.name.startsWith("keda"))
                        throw new Error("HTTP 403: at least one replica");
                    await scale(ref, replicas);
                },
            };
        });
        const { kind, message } = await stack.up();
        assert.equal(kind, "failed");
        assert.match(message, /at least one replica/);
        assert.deepEqual(stopped(world), []);
        assert.match(stack.warnings.join(), /scaleDown failed.*Helm's controllers run again/);
        assert.equal((await stack.destroy()).kind, "done");
        world.settle();
        assert.deepEqual(world.capture(true).kubernetes ?? world.capture(true), before.kubernetes ?? before);
    });

    it("serves with Helm's generation again after CREATE_FAILED, and goes on once the cause is gone", async () => {
        const start = stateOf(world);
        world.data.outcomes.set(ADDON, "CREATE_FAILED");
        const stack = new MemoryStack(world, QUICK);
        const { kind, message } = await stack.up();
        assert.equal(kind, "failed");
        assert.match(message, /HP220/);
        assert.deepEqual(stopped(world), []);
        assert.equal(world.data.addons.has(ADDON), false);
        assert.deepEqual(world.data.violations, []);
        world.data.outcomes.delete(ADDON);
        assert.equal((await stack.up()).kind, "done");
        assert.equal((await stack.destroy()).kind, "done");
        assertSame(stateOf(world), start, "after the undo");
    });

    it("serves with Helm's generation alone when EKS does not let go of the add-on, and says so within minutes", async () => {
        const start = stateOf(world);
        world.data.outcomes.set(ADDON, "NEVER");
        const stack = new MemoryStack(world, { ...QUICK, installTimeoutMinutes: 1 });
        const begin = world.data.now;
        assert.match((await stack.up()).message, /HP221/);
        const took = world.data.now - begin;
        assert.ok(took < (1 + 1 + 2 + 1) * 60_000, `took ${took} ms: install, busy, removal`);
        assert.match(
            stack.progress.join("\n"),
            /undo install: EKS is still at work on the add-on \S+, for \d+ s of at most 60 s: .* is CREATING/,
        );
        assert.match(stack.warnings.join(), /install failed.*Helm's controllers run again, but/);
        assert.deepEqual(
            stopped(world).map((name) => name.split("/")[0]),
            Array(5).fill(ADDON_NAMESPACE),
            "the add-on's alone are stopped",
        );
        assert.deepEqual(world.data.violations, []);
        world.settle();
        assert.deepEqual(world.data.violations, []);
        // EKS comes round: either command goes on, and the add-on's controllers run when it is ACTIVE.
        const left = { data: world.snapshot(), saved: stack.save() };
        world.data.outcomes.delete(ADDON);
        assert.equal((await stack.destroy()).kind, "done");
        assertSame(stateOf(world), start, "after destroy");
        world.restore(left.data);
        stack.load(left.saved);
        world.data.outcomes.delete(ADDON);
        const { kind, message } = await stack.up();
        assert.equal(kind, "done", message);
        assert.deepEqual(stopped(world), []);
        assert.deepEqual(world.data.violations, []);
        assert.equal((await stack.destroy()).kind, "done");
        assertSame(stateOf(world), start, "after the second destroy");
    });

    for (const [when, isAsked, serving] of [
        ["before EKS took the request: Helm's", false, 0],
        ["after it: the add-on's, which EKS brings by itself", true, 5],
    ] as const)
        it(`serves with one generation when credentials run out ${when}`, async () => {
            const start = stateOf(world);
            let isExpired = false;
            const expired = connectWith((connection) => {
                const { addons } = connection.world;
                for (const call of ["create", "describe", "update", "remove"] as const) {
                    const ask = (addons[call] as (...args: unknown[]) => Promise<unknown>).bind(addons);
                    const asked = async (...args: unknown[]) => {
                        const isCreate = call === "create" && (args[0] as Addon).name === ADDON;
                        if (isCreate && isAsked) await ask(...args);
                        isExpired ||= isCreate;
                        if (isExpired)
                            throw Object.assign(new Error("the token is expired"), {
                                name: "ExpiredTokenException",
                            });
                        return ask(...args);
                    };
                    Object.assign(addons, { [call]: asked });
                }
                return connection;
            });
            const stack = new MemoryStack(world, QUICK, true, expired);
            const { kind, message } = await stack.up();
            assert.equal(kind, "failed");
            assert.match(message, /install: the token is expired .*\nnext: run `pulumi up`/s);
            world.settle();
            const helms = stopped(world).filter((name) => !name.includes("/public-"));
            assert.equal(helms.length, serving, helms.join(", "));
            if (!isAsked) assert.match(stack.warnings.join("\n"), /nothing of it came into the cluster/);
            assert.deepEqual(world.data.violations, []);
            isExpired = false;
            const again = new MemoryStack(world, QUICK);
            again.load(stack.save());
            const left = world.snapshot();
            assert.equal((await again.destroy()).kind, "done");
            assertSame(stateOf(world), start, "after destroy");
            world.restore(left);
            again.load(stack.save());
            assert.equal((await again.up()).kind, "done");
            assert.deepEqual(world.data.violations, []);
            assert.equal((await again.destroy()).kind, "done");
            assertSame(stateOf(world), start, "after the second destroy");
        });

    for (const [what, isWhole] of [
        ["whose pods run: it serves", true],
        ["whose pods do not: Helm's serve", false],
    ] as const)
        it(`serves with one generation when IAM denies the removal of an add-on that failed, ${what}`, async () => {
            const start = stateOf(world);
            let isDenied = true;
            const stack = new MemoryStack(
                world,
                { ...QUICK, installTimeoutMinutes: 1 },
                true,
                connectWith((connection) => {
                    const { addons } = connection.world;
                    const remove = addons.remove.bind(addons);
                    addons.remove = async (...args) => {
                        if (isDenied)
                            throw Object.assign(new Error("not authorized to perform eks:DeleteAddon"), {
                                name: "AccessDeniedException",
                            });
                        await remove(...args);
                    };
                    return connection;
                }),
            );
            world.data.outcomes.set(ADDON, "NEVER");
            if (!isWhole) world.data.withoutNodes = new Set([ADDON_NAMESPACE]);
            assert.equal((await stack.up()).kind, "failed");
            assert.match(
                stack.warnings.join("\n"),
                isWhole ? /all of its controllers run, and serve/ : /Helm's controllers run again/,
            );
            const helms = stopped(world).filter((name) => /inference-operator-|^kube-system/.test(name));
            const addons = stopped(world).filter((name) => !helms.includes(name));
            assert.deepEqual([helms.length, addons.length], isWhole ? [5, 0] : [0, 5]);
            assert.deepEqual(world.data.violations, []);
            isDenied = false;
            world.data.outcomes.clear();
            world.data.withoutNodes = new Set();
            assert.equal((await stack.destroy()).kind, "done");
            assertSame(stateOf(world), start, "after destroy");
        });

    /** A policy for one Deployment that somebody adds while a move is there. */
    const refusing =
        (name: string, isRefused: (replicas: number) => boolean): Policy =>
        ({ kind, metadata, spec }) =>
            kind === "Deployment" &&
            `${metadata.namespace}/${metadata.name}` === name &&
            isRefused((spec as { replicas?: number }).replicas ?? 1)
                ? "platform policy: not this one"
                : undefined;
    for (const [what, policy, serving] of [
        [
            "stop, and the add-on's all go on",
            refusing(`${ADDON_NAMESPACE}/keda-operator`, (replicas) => replicas === 0),
            [0, 5],
        ],
        [
            "start again, and the others of Helm's do",
            refusing("kube-system/keda-operator", (replicas) => replicas > 0),
            [4, 0],
        ],
    ] as const)
        it(`an undo that a policy does not let one controller ${what}`, async () => {
            const start = stateOf(world);
            const stack = new MemoryStack(world, QUICK);
            assert.equal((await stack.up()).kind, "done");
            world.data.policies = [policy];
            assert.match((await stack.destroy()).message, /platform policy: not this one.*\nnext: /s);
            world.settle();
            const names = world.store
                .all("Deployment")
                .filter(({ spec }) => (spec as { replicas?: number }).replicas !== 0)
                .map(({ metadata }) => `${metadata.namespace}/${metadata.name}`)
                .filter((name) => /\/(hyperpod-inference.*(manager|alb)|keda)/.test(name));
            const helms = names.filter((name) => /inference-operator-|^kube-system/.test(name));
            assert.deepEqual([helms.length, names.length - helms.length], serving, names.join());
            assert.deepEqual(world.data.violations, []);
            world.data.policies = [];
            assert.equal((await stack.destroy()).kind, "done");
            assertSame(stateOf(world), start, "after destroy");
        });

    it("a policy that refuses the journal's Secret while controllers are stopped keeps none of them stopped", async () => {
        const start = stateOf(world);
        const stack = new MemoryStack(world, QUICK);
        const { kind, message } = await stack.up({}, undefined, (mover) => {
            mover.onWrite = () => {
                if (!/^merge Deployment kube-system/.test(mover.writes.at(-1) ?? "")) return;
                world.data.policies = [
                    (object) =>
                        object.kind === "Secret" &&
                        object.metadata.name.startsWith("pulumi-hyperpod-migration")
                            ? "platform policy: no such Secret"
                            : undefined,
                ];
            };
        });
        assert.equal(kind, "failed", message);
        assert.match(stack.warnings.join("\n"), /Helm's .* run again before the rest is undone/);
        assert.deepEqual(stopped(world), []);
        world.data.policies = [];
        assert.equal((await stack.destroy()).kind, "done");
        assertSame(stateOf(world), start, "after destroy");
    });

    it("waits for an add-on that is DEGRADED for a while, and tells its issues meanwhile", async () => {
        let since: number | undefined;
        const stack = stackOf(
            world,
            () => undefined,
            (addon, now) => {
                if (addon.status !== "CREATING" && addon.status !== "ACTIVE") return addon;
                since ??= now;
                return now - since < 10_000 ? degraded(addon, "InsufficientNumberOfReplicas") : addon;
            },
        );
        const { kind, message } = await stack.up();
        assert.equal(kind, "done", message);
        assert.match(stack.progress.join("\n"), /add-on DEGRADED for \d+ s; InsufficientNumberOfReplicas/);
    });

    it("ends early with a DEGRADED add-on that no waiting mends", async () => {
        const stack = stackOf(
            world,
            () => undefined,
            (addon) => degraded(addon, "AccessDenied"),
        );
        const begin = world.data.now;
        const { kind, message } = await stack.up();
        assert.equal(kind, "failed");
        assert.match(message, /DEGRADED \[HP220\].*AccessDenied/s);
        assert.ok(world.data.now - begin < 120_000, `took ${world.data.now - begin} ms`);
        assert.deepEqual(stopped(world), []);
    });

    it("ends early when the pods are refused, quoting who refuses them", async () => {
        const policies = [noPods];
        const stack = stackOf(world, ({ workloads }) => {
            const waitGone = workloads.waitGone.bind(workloads);
            return {
                waitGone: async (refs, ms) => {
                    await waitGone(refs, ms);
                    world.data.policies = policies;
                },
            };
        });
        const begin = world.data.now;
        // EKS lets nobody delete an add-on that it still creates; how long that is waited for is another matter.
        const { kind, message } = await stack.up({ removeTimeoutMinutes: 1 });
        assert.equal(kind, "failed");
        assert.match(message, /HP220.*violates PodSecurity/s);
        assert.ok(world.data.now - begin < 5 * 60_000, `took ${world.data.now - begin} ms`);
    });

    it("waits for pods as long as they may take to end; with one that takes longer Helm's generation serves again", async () => {
        const { apiVersion, kind, metadata } = world.store
            .all("Deployment")
            .find(({ metadata }) => metadata.name === "keda-operator") as KubernetesObject;
        const ref = { apiVersion, kind, namespace: metadata.namespace ?? "", name: metadata.name };
        world.store.merge(ref, { spec: { template: { spec: { terminationGracePeriodSeconds: 200 } } } }, BY);
        world.settle();
        const before = world.snapshot();
        const endsAfter = async (milliseconds: number) => {
            world.restore(before);
            world.data.behaviour = {
                ...world.data.behaviour,
                endMs: { "kube-system/keda-operator": milliseconds },
            };
            return new MemoryStack(world, QUICK).up();
        };
        assert.equal((await endsAfter(180_000)).kind, "done");
        const { kind: ended, message } = await endsAfter(400_000);
        assert.equal(ended, "failed");
        assert.match(
            message,
            /^scaleDown: waited 215 s \[HP222\]\nwhy: pods are still terminating: keda-operator/,
        );
        assert.deepEqual(stopped(world), []);
    });

    it("counts no slots behind taints that Helm's pods do not tolerate", async () => {
        world.store.merge(
            NODE,
            { spec: { taints: [{ key: "dedicated", value: "training", effect: "NoSchedule" }] } },
            BY,
        );
        const { kind, message } = await new MemoryStack(world, QUICK).up();
        assert.equal(kind, "failed");
        assert.match(message, /0 free pod slots on 0 ready .* \[HP130\]|HP130/);
    });

    it("leaves full nodes to an autoscaler, and says so", async () => {
        fillNode(world);
        assert.match((await new MemoryStack(world, QUICK).up()).message, /HP130/);
        const autoscaler = world.store.all("Deployment")[0] as KubernetesObject;
        world.store.create(
            {
                ...autoscaler,
                metadata: {
                    name: "cluster-autoscaler",
                    namespace: "kube-system",
                    labels: { app: "cluster-autoscaler" },
                },
            },
            BY,
        );
        const stack = new MemoryStack(world, QUICK);
        assert.equal((await stack.up()).kind, "done");
        const plan = ((stack.resource?.inputs.plan ?? []) as string[]).join("\n");
        assert.match(
            plan.replace(/\s+/g, " "),
            /the cluster autoscaler \(kube-system\/cluster-autoscaler\) is to make the nodes/,
        );
    });
});

describe("a wait for pods that are never created", () => {
    it("quotes the Deployment's ReplicaFailure and ends early", async () => {
        const why = 'pods "operator-abc" is forbidden: violates PodSecurity "restricted:latest"';
        const deployment = {
            apiVersion: "apps/v1",
            kind: "Deployment",
            metadata: { name: "operator", namespace: "n", generation: 1 },
            spec: { replicas: 1 },
            status: {
                observedGeneration: 1,
                conditions: [
                    { type: "ReplicaFailure", status: "True", reason: "FailedCreate", message: why },
                ],
            },
        };
        let now = 0;
        const workloads = new KubernetesWorkloads(
            {
                read: async () => deployment,
                list: async (_: string, kind: string) => (kind === "Pod" ? [] : [deployment]),
            } as never,
            {
                now: () => now,
                monotonic: () => now,
                sleep: async (ms: number) => {
                    now += ms;
                },
                every: () => () => undefined,
            },
        );
        const ref = { apiVersion: "apps/v1", kind: "Deployment", namespace: "n", name: "operator" };
        await assert.rejects(
            workloads.waitAvailable([ref], 20 * 60_000),
            /waited 30 s \[HP222\]\nwhy: .*violates PodSecurity/,
        );
    });
});

const NODE = { apiVersion: "v1", kind: "Node", name: "fake-1" };
const BY = { manager: "test", operation: "Update" } as const;

function fillNode(world: MemoryWorld): void {
    const [node] = world.store.all("Node");
    world.store.status(node as KubernetesObject, "kubelet", {
        allocatable: { pods: "14" },
        conditions: [{ type: "Ready", status: "True" }],
    });
}

function degraded(addon: Addon, code: string): Addon {
    return {
        ...addon,
        status: "DEGRADED" as AddonStatus.Degraded,
        issues: [{ code, message: "not all pods are ready yet", resourceIds: [] }],
    };
}
