// Where AWS's script (helm_to_addon.sh) asks too late, does not wait, waits for ever, forgets or ends with 0 after half the work: each case handled. The W numbers are the list in docs/weaknesses.md.
import assert from "node:assert/strict";
import { awaitAddon, awaitGone } from "../../provider/operations/addon/wait";
import { orderOf } from "../../provider/plan/stepOrders";
import { type Addon, type AddonRequest, AddonStatus, type World } from "../../provider/ports/world";
import { connectWith, refusedDescribe } from "./memory/connectWith";
import { ADDON, OIDC } from "./memory/content";
import { account, addonWith, readyPods, storage, workload } from "./memory/dependencyContent";
import { assertDone, assertHarmless, assertSame, startOf, stateOf } from "./memory/expectations";
import { journalOf } from "./memory/journalOf";
import type { Mover } from "./memory/mover";
import { withForeignName } from "./memory/roles";
import { isIssued } from "./memory/sameButIssued";
import { MemoryStack } from "./memoryStack";
import type { MemoryWorld } from "./memoryWorld";

const { world, snapshot, state: start } = startOf();

function begin(inputs?: Record<string, unknown>, connect?: ReturnType<typeof refusedDescribe>): MemoryStack {
    world.restore(snapshot);
    return new MemoryStack(world, inputs, true, connect);
}

/** From the request to the last ready pod, in the world in memory. */
const ADDON_SECONDS = 12;
const CREATE = new RegExp(`^create add-on ${ADDON}`);

/** Does something right before the first write of this name. */
function atWrite(what: RegExp, act: () => void): (mover: Mover) => void {
    return (mover) => {
        let acted = false;
        mover.onWrite = (number) => {
            if (acted || !what.test(mover.writes[number - 1] ?? "")) return;
            acted = true;
            act();
        };
    };
}

async function golden(): Promise<ReturnType<typeof stateOf>> {
    assertDone(await begin().up());
    return stateOf(world, true);
}

interface Available {
    readonly availableReplicas?: number;
}

function pausesOf({ resource }: MemoryStack): Record<string, number> {
    assert.ok(resource);
    return resource.outputs.pausedSeconds as Record<string, number>;
}

describe("what AWS's script asks too late, or not at all", () => {
    it("W19: a preview, and a move that is refused, write nothing: no tag, no role, no policy", async () => {
        const { world: other } = startOf({ values: { tlsCertificateS3Bucket: "acme-tls" } });
        withForeignName(other);
        other.store.remove({ apiVersion: "storage.k8s.io/v1", kind: "CSIDriver", name: "fsx.csi.aws.com" });
        const before = stateOf(other);
        const stack = new MemoryStack(other);
        const { lifecycle, mover } = stack.process();
        const { inputs, failures } = await lifecycle.check({}, stack.inputs, stack.log);
        assert.deepEqual(failures, []);
        const plan = (inputs.plan as string[]).join("\n");
        for (const change of [/is copied as/, /CreatedBy=HyperPodInference on /, /FSx CSI driver to add-on/])
            assert.match(plan, change, "there is something to write");
        assert.deepEqual(mover.writes, []);
        other.oidc.delete(OIDC);
        // Without a preview before it.
        const hasty = stack.process();
        await assert.rejects(hasty.lifecycle.create(stack.inputs, stack.log), /\[HP131\]/);
        assert.deepEqual(hasty.mover.writes, []);
        assertSame(stateOf(other), before, "after a preview and a refused move");
    });

    it("W21: a preview is the dry run, with a line for every step; during a move cluster and state hold the record", async () => {
        const stack = begin();
        const { lifecycle, mover } = stack.process();
        const { inputs } = await lifecycle.check({}, stack.inputs, stack.log);
        const steps = (inputs.plan as string[]).flatMap((line) => /^[ \d]\d (\w+)/.exec(line)?.[1] ?? []);
        assert.deepEqual(steps, orderOf({}));
        assert.deepEqual(mover.writes, []);
        assertSame(stateOf(world), start, "after the preview");
        assertDone(await stack.up({ until: "scaleDown" }));
        assert.equal(journalOf(stack).steps.scaleDown?.state, "done");
        assert.deepEqual(
            world.store
                .list("v1", "Secret", { labelSelector: "app.kubernetes.io/component=migration-journal" })
                .map(({ metadata }) => metadata.name.replace(/-\d+$/, ""))
                .sort(),
            [
                "pulumi-hyperpod-migration-hyperpod-inference-operator",
                "pulumi-hyperpod-migration-hyperpod-inference-operator-backup",
                "pulumi-hyperpod-migration-hyperpod-inference-operator-key-kube-system",
            ],
        );
    });

    it("W28: no question is asked: a whole move and its undo never open stdin", async () => {
        const stdin = Object.getOwnPropertyDescriptor(process, "stdin");
        assert.ok(stdin);
        Object.defineProperty(process, "stdin", {
            configurable: true,
            get: () => assert.fail("stdin was opened"),
        });
        try {
            const stack = begin();
            assertDone(await stack.up());
            assertDone(await stack.destroy());
        } finally {
            Object.defineProperty(process, "stdin", stdin);
        }
        assertSame(stateOf(world), start, "after destroy");
    });
});

describe("where AWS's script ends too early, or calls a half done whole", () => {
    it("W15: a dependency that fails after the add-on is ACTIVE fails the move; up goes on from there", async () => {
        const { world: other, state } = storage();
        const stack = new MemoryStack(other);
        other.data.outcomes.set("aws-fsx-csi-driver", "CREATE_FAILED");
        const { kind, message } = await stack.up();
        assert.equal(kind, "failed");
        assert.match(message, /^dependencies \(FSx CSI driver\): .*CREATE_FAILED \[HP220\]/);
        assert.equal(other.data.addons.get(ADDON)?.status, "ACTIVE");
        const { phase, nextStep } = stack.resource?.outputs ?? {};
        assert.deepEqual([phase, nextStep], ["Moving", "dependencies"]);
        other.data.outcomes.clear();
        assertDone(await stack.up());
        assert.equal(stack.resource?.outputs.phase, "Moved");
        other.settle();
        assert.deepEqual(readyPods(other, "fsx-csi-node"), ["add-on"]);
        assertDone(await stack.destroy());
        other.settle();
        assertSame(stateOf(other), state, "after destroy");
    });

    it("W22: a move that died right after CreateAddon is no finished one: up goes on, also when the add-on then failed", async () => {
        const whole = await golden();
        for (const outcome of ["ACTIVE", "CREATE_FAILED"] as const) {
            const stack = begin();
            const first = await stack.up({}, undefined, (mover) =>
                atWrite(CREATE, () => mover.kill())(mover),
            );
            assert.equal(first.kind, "crashed");
            world.data.outcomes.set(ADDON, outcome);
            world.settle();
            world.data.outcomes.clear();
            assertDone(await stack.up());
            assertSame(stateOf(world, true), whole, outcome, isIssued);
        }
    });

    it("W22: an add-on that may not be looked at does not count as not installed", async () => {
        const denied = Object.assign(new Error("not authorized to perform eks:DescribeAddon"), {
            name: "AccessDeniedException",
        });
        const stack = begin(
            undefined,
            refusedDescribe(ADDON, denied, () => true),
        );
        const { kind, message, mover } = await stack.up();
        assert.equal(kind, "failed");
        assert.match(message, /eks:DescribeAddon \[HP132\]/);
        assert.deepEqual(mover.writes, []);
    });
});

describe("where AWS's script waits for ever, or not at all", () => {
    const addon = (status: AddonStatus): Addon => ({
        name: "a",
        arn: "",
        version: "v1",
        status,
        issues: [{ code: "AccessDenied", message: "the role is gone", resourceIds: [] }],
        configurationValues: "",
        tags: {},
    });
    const showing = (status: AddonStatus) =>
        ({
            addons: { describe: async () => addon(status) },
            workloads: {
                failingPods: async () => [{ told: "pod x crashes", isUnscheduled: false }],
                refusedPods: async () => [],
                startingOfEks: async () => [],
            },
            clock: world.clock,
            log: { progress: () => undefined, warn: () => undefined },
        }) as unknown as World;

    /** How a wait of a minute ends. */
    const ENDS: Record<AddonStatus, "done" | "HP220" | "HP221"> = {
        [AddonStatus.Active]: "done",
        [AddonStatus.Creating]: "HP221",
        [AddonStatus.Updating]: "HP221",
        [AddonStatus.Deleting]: "HP221",
        [AddonStatus.CreateFailed]: "HP220",
        [AddonStatus.Degraded]: "HP220",
        [AddonStatus.DeleteFailed]: "HP220",
        [AddonStatus.UpdateFailed]: "HP220",
    };
    for (const [status, end] of Object.entries(ENDS) as [AddonStatus, string][])
        it(`W23: a wait for an add-on that stays ${status} ends, and the issues of EKS are told`, async () => {
            world.restore(snapshot);
            const wait = awaitAddon(showing(status), { addonName: "a", addonNamespace: "ns" }, 60_000);
            if (end === "done") assert.equal((await wait).status, status);
            else
                await assert.rejects(
                    wait,
                    new RegExp(`\\[${end}\\]\nwhy: AccessDenied the role is gone; pod x crashes`),
                );
            const waited = world.data.now - snapshot.now;
            assert.equal(waited >= 60_000, end === "HP221", `waited ${waited} ms`);
            assert.equal(await awaitGone(showing(status), "a", 60_000), false);
            assert.ok(world.data.now - snapshot.now <= 130_000);
        });

    it("W23: one call that fails while the add-on is awaited takes nothing back; up goes on", async () => {
        const whole = await golden();
        let throttled = false;
        const error = Object.assign(new Error("Rate exceeded"), { name: "ThrottlingException" });
        const stack = begin(
            undefined,
            refusedDescribe(ADDON, error, () => throttled),
        );
        const prepare = atWrite(CREATE, () => {
            throttled = true;
        });
        const { message, mover } = await stack.up({}, undefined, prepare);
        assert.match(message, /^install: Rate exceeded \[HP240\]\nnext: .*pulumi up/);
        assert.deepEqual(
            mover.writes.filter((what) => what.startsWith("remove add-on")),
            [],
        );
        throttled = false;
        assertDone(await stack.up());
        assertSame(stateOf(world, true), whole, "after up", isIssued);
    });

    const s3 = "aws-mountpoint-s3-csi-driver";
    const withoutS3 = (): MemoryWorld => {
        const { world: other } = startOf({
            addonObjects: addonWith(s3, [
                workload("DaemonSet", "s3-csi-node", "add-on"),
                account("s3-csi-driver-sa"),
            ]),
        });
        other.store.remove({ apiVersion: "storage.k8s.io/v1", kind: "CSIDriver", name: "s3.csi.aws.com" });
        other.settle();
        return other;
    };

    it("W24: a missing dependency works before the first controller is stopped, and at the end all workloads do", async () => {
        const other = withoutS3();
        let found: unknown;
        const prepare = atWrite(/^merge Deployment/, () => {
            found = [other.data.addons.get(s3)?.status, readyPods(other, "s3-csi-node")];
        });
        assertDone(await new MemoryStack(other).up({}, undefined, prepare));
        assert.deepEqual(found, ["ACTIVE", ["add-on"]]);
        for (const deployment of other.store.all("Deployment")) {
            const { replicas } = deployment.spec as { replicas: number };
            const { availableReplicas } = deployment.status as Available;
            assert.equal(availableReplicas, replicas, deployment.metadata.name);
        }
        assertHarmless(other);
    });

    it("W30: the controllers are stopped last, for no longer than the add-on needs to start, and the pause is told", async () => {
        const stack = begin();
        const { mover } = await stack.up();
        const places = (what: RegExp) =>
            mover.writes.flatMap((write, index) => (what.test(write) ? [index] : []));
        const stopped = places(/^merge Deployment/);
        assert.equal(stopped.length, 5);
        const before = places(/^(tag|trust of|create role|create add-on metrics-server)/);
        assert.ok(before.length >= 4 && Math.max(...before) < Math.min(...stopped));
        const between = mover.writes.slice(Math.max(...stopped) + 1, places(CREATE)[0]);
        assert.deepEqual(
            between.filter((what) => !/^(merge|replace) (Secret|Lease) .*pulumi-hyperpod/.test(what)),
            [],
            "only the journal is written between the stop and the request to EKS",
        );
        for (const component of ["operator", "load balancer controller", "KEDA"]) {
            const pause = pausesOf(stack)[component] ?? 0;
            assert.ok(pause > 0 && pause <= ADDON_SECONDS + 1, `${component} was away ${pause} s`);
        }
    });

    it("W30: an add-on that EKS refuses outright leaves no controller stopped; up goes on", async () => {
        const whole = await golden();
        world.restore(snapshot);
        const available = () =>
            world.store
                .all("Deployment")
                .filter(({ metadata }) => metadata.name !== "metrics-server-addon")
                .map(({ metadata, status }) => `${metadata.name} ${(status as Available).availableReplicas}`)
                .sort();
        const running = available();
        let refused = true;
        const connect = connectWith((connection) => {
            const { addons } = connection.world;
            const create = addons.create.bind(addons);
            Object.assign(addons, {
                create: async (request: AddonRequest) => {
                    if (refused && request.name === ADDON)
                        throw Object.assign(new Error("unsupported value"), {
                            name: "InvalidParameterException",
                        });
                    return create(request);
                },
            });
            return connection;
        });
        const stack = begin(undefined, connect);
        const { kind, message, mover } = await stack.up();
        assert.equal(kind, "failed");
        assert.match(message, /^install: unsupported value \[HP240\]/);
        assert.equal(mover.writes.filter((what) => what.startsWith("merge Deployment")).length, 10);
        assert.match(stack.warnings.join(), /Helm's controllers run again/);
        assert.deepEqual(available(), running);
        assert.equal(stack.resource?.outputs.nextStep, "scaleDown");
        refused = false;
        assertDone(await stack.up());
        assertSame(stateOf(world, true), whole, "after up", isIssued);
        assertHarmless(world);
        assert.ok((pausesOf(stack).operator ?? 0) <= ADDON_SECONDS + 1, "the first pause does not count");
    });

    it("W24: a dependency whose pods never get ready ends the move with every controller still running", async () => {
        const other = withoutS3();
        other.data.broken.add("csi:add-on");
        const stack = new MemoryStack(other, { clusterName: "demo", installTimeoutMinutes: 1 });
        const { message, mover } = await stack.up();
        assert.match(
            message,
            /^prerequisites: waited 60 s \[HP222\]\nwhy: not available: kube-system\/s3-csi-node/,
        );
        assert.deepEqual(
            mover.writes.filter((what) => what.startsWith("merge Deployment")),
            [],
        );
    });
});
