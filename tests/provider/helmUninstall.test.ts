// `helm uninstall` by a colleague in the middle of a move: a move is never said to be done with no controller left, and its undo brings everything back, or names what it cannot.
import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { PAYLOADS_KEPT } from "../../provider/operations/backup/largeReleaseRecords";
import { MigrationStep } from "../../provider/plan/plan";
import { orderOf } from "../../provider/plan/stepOrders";
import type { KubernetesObject } from "../../provider/ports/world";
import { byHand, eraseJournal, helmUninstall, recordsSeenByHelm } from "./memory/colleague";
import { ADDON, RELEASE, TEAM } from "./memory/content";
import { assertDone, startOf } from "./memory/expectations";
import { backupOf } from "./memory/journalOf";
import { GROUP, OPERATOR_NAMESPACE } from "./memory/operatorContent";
import { MemoryStack, type Result } from "./memoryStack";

const { world, snapshot } = startOf();

/** What stands for itself: no pods, and nothing that a controller makes for another object. */
function namesOf(): string[] {
    return [...world.data.objects.values()]
        .filter(
            ({ kind, metadata }) =>
                (metadata.ownerReferences ?? []).length === 0 &&
                !["Pod", "ReplicaSet", "Lease"].includes(kind),
        )
        .map(({ kind, metadata }) => `${kind} ${metadata.namespace ?? ""}/${metadata.name}`)
        .sort();
}

world.restore(snapshot);
const namesAtStart = namesOf();

function begin(): MemoryStack {
    world.restore(snapshot);
    return new MemoryStack(world);
}

function journalIsThere(): boolean {
    return world.store
        .all("Secret")
        .some(({ metadata }) => metadata.name === `pulumi-hyperpod-migration-${RELEASE.name}`);
}

/** Controllers with pods that are ready, by name. */
function serving(): string[] {
    world.settle();
    return world.store
        .all("Deployment")
        .filter(({ metadata }) => /hyperpod|keda/.test(metadata.name))
        .filter(
            ({ status }) =>
                ((status ?? {}) as { availableReplicas?: number }).availableReplicas !== undefined,
        )
        .map(({ metadata }) => metadata.name)
        .sort();
}

function assertEverythingIsBack(what: string): void {
    world.settle();
    assert.deepEqual(
        namesAtStart.filter((name) => !namesOf().includes(name)),
        [],
        what,
    );
    assert.deepEqual(
        recordsSeenByHelm(world).map(({ metadata, data }) => [metadata.labels?.version, data !== undefined]),
        [
            ["1", true],
            ["2", true],
        ],
        what,
    );
    assert.ok(serving().includes(`${RELEASE.name}-controller-manager`), `${what}: ${serving().join()}`);
    assert.equal(world.data.addons.has(ADDON), false, what);
    assert.equal(journalIsThere(), false, what);
}

/** As a chart with many templates and CRDs makes them. */
function makeLarge(name: string): void {
    world.store.merge(
        { apiVersion: "v1", kind: "Secret", namespace: RELEASE.namespace, name },
        { data: { extra: randomBytes(PAYLOADS_KEPT).toString("base64") } },
        { manager: "helm", operation: "Update" },
    );
}

const failed = ({ kind, message }: Result) => {
    assert.equal(kind, "failed", message);
    return message;
};

function stoppedControllers(): string[] {
    world.settle();
    return world.store
        .all("Deployment")
        .filter(({ spec }) => (spec as { replicas?: number }).replicas === 0)
        .map(({ metadata }) => metadata.name);
}

describe("helm uninstall in the middle of a move", function () {
    this.timeout(600_000);

    for (const until of orderOf({}).slice(1, 8))
        it(`after ${until}: up is never "Moved" without a controller, destroy brings everything back`, async () => {
            const stack = begin();
            assertDone(await stack.up({ until }));
            assert.ok(helmUninstall(world));
            const up = await stack.up();
            const { phase } = stack.resource?.outputs ?? {};
            if (up.kind === "done") assert.ok(serving().length > 0, `${phase} with ${serving().join()}`);
            else assert.match(up.message, /\[HP\d+\]\n(why: .*\n)?next: .*`pulumi (up|destroy)`/);
            assert.notEqual(phase, "Moved");
            assertDone(await stack.destroy());
            assertEverythingIsBack(until);
        });

    it("says that models went with their CRD, and that destroy makes them again", async () => {
        const stack = begin();
        assertDone(await stack.up({ until: MigrationStep.Verify }));
        assert.ok(helmUninstall(world));
        const message = failed(await stack.up());
        assert.match(
            message,
            /^verify: .*InferenceEndpointConfig team-a\/llama8b is gone with its CRD.*\[HP230\]/,
        );
        assertDone(await stack.destroy());
        assertEverythingIsBack("after destroy");
        const model = world.store.raw({
            apiVersion: `${GROUP}/v1`,
            kind: "InferenceEndpointConfig",
            namespace: TEAM,
            name: "llama8b",
        });
        assert.deepEqual((model as KubernetesObject & { spec: { dnsConfig: object } }).spec.dnsConfig, {
            hostedZone: "Z123",
        });
        const scaled = world.store.all("ScaledObject");
        assert.equal(scaled.length, 1, "resources of the release's other CRDs come back too");
        assert.ok(stack.warnings.some((line) => /it was made again: .*InferenceEndpointConfig/.test(line)));
    });

    it("and a CRD deleted by hand: verified again on every resume, before anything is retired", async () => {
        const stack = begin();
        assertDone(await stack.up({ until: MigrationStep.Verify }));
        byHand(world, () =>
            world.store.remove({
                apiVersion: "apiextensions.k8s.io/v1",
                kind: "CustomResourceDefinition",
                name: `jumpstartmodels.${GROUP}`,
            }),
        );
        assert.match(
            failed(await stack.up()),
            /^verify: JumpStartModel team-a\/deepseek15b is gone with its CRD/,
        );
        assertDone(await stack.destroy());
        assertEverythingIsBack("after destroy");
    });

    it("while up runs, between verify and the first record that is hidden: nothing is retired", async () => {
        const straight = begin();
        const { writes } = (await straight.up()).mover;
        const opened = writes.findIndex((write) =>
            /^merge Secret kube-system\/sh\.helm\.release/.test(write),
        );
        assert.ok(opened > 0);
        // The journal says three times what is done: install, verify, what retireHelm remembers.
        for (const back of [1, 2, 3]) {
            const stack = begin();
            let isDone = false;
            const up = await stack.up({}, undefined, (mover) => {
                mover.onWrite = (number) => {
                    if (number === opened + 1 - back && !isDone) isDone = helmUninstall(world);
                };
            });
            assert.ok(isDone);
            assert.match(failed(up), /^(verify|retireHelm): /);
            assert.notEqual(stack.resource?.outputs.phase, "Moved");
            assertDone(await stack.destroy());
            assertEverythingIsBack(`${back} writes before`);
        }
    });

    it("and the add-on's workloads deleted by hand: up has EKS make them again", async () => {
        for (const until of [MigrationStep.Install, MigrationStep.Verify, undefined]) {
            const stack = begin();
            assertDone(await stack.up(until === undefined ? {} : { until }));
            byHand(world, () => {
                for (const { metadata } of world.store.all("Deployment", OPERATOR_NAMESPACE))
                    if (!metadata.name.startsWith(RELEASE.name))
                        world.store.remove({
                            apiVersion: "apps/v1",
                            kind: "Deployment",
                            namespace: OPERATOR_NAMESPACE,
                            name: metadata.name,
                        });
            });
            assertDone(await stack.refresh());
            assertDone(await stack.up());
            assert.equal(stack.resource?.outputs.phase, "Moved");
            assert.ok(serving().includes("hyperpod-inference-controller-manager"), serving().join());
        }
    });

    it("and cert-manager with it: up does not wait for pods whose certificate nobody issues", async () => {
        const stack = begin();
        assertDone(await stack.up({ until: MigrationStep.Verify }));
        byHand(world, () => {
            for (const object of [
                ...world.store.all("Deployment", "cert-manager"),
                ...world.store.all("Deployment", OPERATOR_NAMESPACE),
                ...world.store.all("Certificate", OPERATOR_NAMESPACE),
                ...world.store.all("Secret", OPERATOR_NAMESPACE),
            ])
                world.store.remove({ ...object, ...object.metadata });
        });
        const begun = world.data.now;
        assert.match(
            failed(await stack.up()),
            /^install: .*\[HP220\]\nwhy: nobody issues Certificate hyperpod-inference-system\/serving-cert, and pods wait for its Secret webhook-server-cert: is cert-manager gone\?/,
        );
        const minutes = (world.data.now - begun) / 60_000;
        assert.ok(minutes < 5, `${minutes} minutes`);
        assert.deepEqual(stack.warnings.join().match(/Helm's controllers run again/g)?.length, 1);
        assert.ok(serving().includes(`${RELEASE.name}-controller-manager`), serving().join());
    });

    it("brings back records that the state has no room for, byte for byte, from their copies in the cluster", async () => {
        const stack = begin();
        for (const { metadata } of recordsSeenByHelm(world)) makeLarge(metadata.name);
        const before = recordsSeenByHelm(world).map(({ type, data }) => ({ type, data }));
        assertDone(await stack.up({ until: MigrationStep.Verify }));
        assert.ok(JSON.stringify(stack.resource?.outputs).length < 256 * 1024, "the state stays small");
        assert.deepEqual(
            backupOf(stack).records.map(({ data }) => data !== undefined),
            [false, false],
        );
        assert.ok(helmUninstall(world));
        assertDone(await stack.destroy());
        assertEverythingIsBack("after destroy");
        assert.deepEqual(
            recordsSeenByHelm(world).map(({ type, data }) => ({ type, data })),
            before,
        );
    });

    it("keeps small records whole beside a newer one that is large", async () => {
        const stack = begin();
        makeLarge(recordsSeenByHelm(world).at(-1)?.metadata.name ?? "");
        assertDone(await stack.up({ until: MigrationStep.Verify }));
        assert.deepEqual(
            backupOf(stack).records.map(({ data }) => data !== undefined),
            [true, false],
        );
    });

    it("and the release installed anew under the same names: large records tell that too, and what is there stays", async () => {
        const stack = begin();
        for (const { metadata } of recordsSeenByHelm(world)) makeLarge(metadata.name);
        assertDone(await stack.up({ until: MigrationStep.Verify }));
        const [first] = recordsSeenByHelm(world);
        assert.ok(helmUninstall(world));
        const { name, namespace, labels = {} } = first?.metadata ?? { name: "" };
        const anew = { name, labels, ...(namespace === undefined ? {} : { namespace }) };
        const content = {
            ...first,
            data: { release: Buffer.from("another chart").toString("base64") },
        } as KubernetesObject;
        world.store.create({ ...content, metadata: anew }, { manager: "helm", operation: "Update" });
        assertDone(await stack.destroy());
        assert.deepEqual(
            recordsSeenByHelm(world).map(({ data }) => data),
            [content.data],
        );
    });

    it("keeps the journal, and names what cannot come back", async () => {
        const stack = begin();
        const record = recordsSeenByHelm(world)[0] as KubernetesObject;
        makeLarge(record.metadata.name);
        assertDone(await stack.up({ until: MigrationStep.Verify }));
        assert.deepEqual(
            backupOf(stack).records.map(({ data }) => data !== undefined),
            [false, true],
        );
        assert.ok(helmUninstall(world));
        // Its copy too, finalizer and all.
        assert.ok(eraseJournal(world, /-apart-/));
        const message = failed(await stack.destroy());
        assert.match(
            message,
            /^undo scaleDown: .*sh\.helm\.release\.v1\.hyperpod-inference-operator\.v1 \(its content was too large.*\[HP233\]\nnext: .*pulumi destroy/,
        );
        assert.ok(journalIsThere() && stack.resource !== undefined);
        assert.deepEqual(stoppedControllers(), [], "the controllers do not wait for it");
        // Somebody has a copy of it.
        const { metadata } = record;
        world.store.create(
            {
                ...record,
                metadata: {
                    name: metadata.name,
                    namespace: RELEASE.namespace,
                    labels: metadata.labels ?? {},
                },
            },
            { manager: "kubectl-create", operation: "Update" },
        );
        assertDone(await stack.destroy());
        assertEverythingIsBack("after the second destroy");
    });

    it("of a release that a colleague installed anew: theirs stays as it is", async () => {
        const stack = begin();
        assertDone(await stack.up({ until: MigrationStep.BackUp }));
        const theirs = world.snapshot();
        assert.ok(helmUninstall(world));
        const record = theirs.objects.get(
            [...theirs.objects.keys()].find((key) => /sh\.helm.*v1$/.test(key)) ?? "",
        );
        assert.ok(record);
        world.store.create(
            {
                apiVersion: "v1",
                kind: "Secret",
                metadata: {
                    name: record.metadata.name,
                    namespace: RELEASE.namespace,
                    labels: { ...record.metadata.labels, status: "deployed" },
                },
                type: "helm.sh/release.v1",
                data: { release: Buffer.from("another chart").toString("base64") },
            },
            { manager: "helm", operation: "Update" },
        );
        assertDone(await stack.destroy());
        assert.equal(recordsSeenByHelm(world).length, 1);
        assert.equal(world.store.all("JumpStartModel").length, 1, "models come back all the same");
    });
});
