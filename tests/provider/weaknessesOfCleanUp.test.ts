// What AWS's script (helm_to_addon.sh) deletes of others, leaves behind, or swaps badly: each case handled. The W numbers are the list in docs/weaknesses.md; more of them stand in dependencies.test.ts.
import assert from "node:assert/strict";
import type { KubernetesObject } from "../../provider/ports/world";
import { RELEASE } from "./memory/content";
import { account, addonWith, certManagers, metrics } from "./memory/dependencyContent";
import { assertDone, assertHarmless, assertSame, startOf, stateOf } from "./memory/expectations";
import { GROUP, OPERATOR_NAMESPACE } from "./memory/operatorContent";
import { isReady } from "./memory/pods";
import { MemoryStack } from "./memoryStack";
import type { MemoryWorld } from "./memoryWorld";

const by = { manager: "somebody", operation: "Update" } as const;
const accountRef = (namespace: string, name: string) => ({
    apiVersion: "v1",
    kind: "ServiceAccount",
    namespace,
    name,
});

/** Ready pods by the name of their Deployment. */
function running(world: MemoryWorld, names: RegExp): string[] {
    const apps = world.store
        .all("Pod")
        .filter(isReady)
        .map(({ metadata }) => metadata.labels?.app ?? "");
    return [...new Set(apps)].filter((app) => names.test(app)).sort();
}

describe("what AWS's script deletes of others", () => {
    it("W12: accounts of a stand-alone load balancer controller and a stand-alone KEDA stay; the release's own go", async () => {
        const { world } = startOf();
        world.store.create({ apiVersion: "v1", kind: "Namespace", metadata: { name: "keda" } }, by);
        const others = [
            accountRef("kube-system", "aws-load-balancer-controller"),
            accountRef("keda", "keda-operator"),
            accountRef("keda", "keda-operator-metrics-reader"),
        ];
        for (const ref of others)
            if (ref.namespace === "keda")
                world.store.create({ ...ref, metadata: { name: ref.name, namespace: ref.namespace } }, by);
        const uids = () => others.map((ref) => world.store.raw(ref)?.metadata.uid);
        const before = uids();
        assert.ok(before.every((uid) => uid !== undefined));
        const stack = new MemoryStack(world);
        assertDone(await stack.up());
        assert.deepEqual(uids(), before);
        assert.equal(world.store.raw(accountRef(RELEASE.namespace, "keda-operator")), undefined);
        assertDone(await stack.destroy());
        assert.deepEqual(uids(), before);
        assertHarmless(world);
    });

    it("W13: metrics-server of the release serves until its add-on does, and is not touched with skipDependenciesMigration", async () => {
        const helms = `${RELEASE.name}-metrics`;
        const served = () => running(world, /metrics$|^metrics-server$/);
        const { world, snapshot, state } = startOf({
            dependencies: metrics(helms),
            addonObjects: addonWith("metrics-server", metrics("metrics-server")),
        });
        const stack = new MemoryStack(world);
        let atDeletion: unknown;
        const up = await stack.up({}, undefined, (mover) => {
            mover.onWrite = (number) => {
                if (mover.writes[number - 1] === `remove Deployment kube-system/${helms}`)
                    atDeletion = [world.data.addons.get("metrics-server")?.status, served()];
            };
        });
        assertDone(up);
        assert.deepEqual(atDeletion, ["ACTIVE", [helms, "metrics-server"]]);
        world.settle();
        assert.deepEqual(served(), ["metrics-server"]);
        assertDone(await stack.destroy());
        assertSame(stateOf(world), state, "after destroy");

        world.restore(snapshot);
        const skipping = await new MemoryStack(world, {
            clusterName: "demo",
            skipDependenciesMigration: true,
        }).up();
        assertDone(skipping);
        assert.deepEqual(served(), [helms]);
        assert.equal(world.data.addons.has("metrics-server"), false);
        assertHarmless(world);
    });
});

describe("what AWS's script swaps badly", () => {
    it("W14: cert-manager goes from Helm to its add-on and back; one controller remains, and no certificate is issued anew", async () => {
        const { world, state } = certManagerOfRelease();
        const stack = new MemoryStack(world);
        assertDone(await stack.up());
        world.settle();
        assert.deepEqual(running(world, /cert-manager$/), ["cert-manager"]);
        assert.equal(world.data.addons.get("cert-manager")?.status, "ACTIVE");
        assert.doesNotMatch((stack.resource?.outputs.warnings as string[] | undefined)?.join() ?? "", /anew/);
        assertDone(await stack.destroy());
        assertSame(stateOf(world), state, "after destroy");
        assertHarmless(world);
    });

    it("W16: cert-manager under Helm's name is recognised: skipping the dependencies installs no second one", async () => {
        const { world } = certManagerOfRelease();
        const stack = new MemoryStack(world, { clusterName: "demo", skipDependenciesMigration: true });
        assertDone(await stack.up());
        world.settle();
        assert.equal(world.data.addons.has("cert-manager"), false);
        assert.deepEqual(running(world, /cert-manager$/), ["hyperpod-inference-operator-cert-manager"]);
    });
});

describe("what AWS's script leaves behind", () => {
    it("W17: nothing of Helm is left: no release for helm to find, no rights, accounts or services of its controllers, no ownership marks", async () => {
        const volumes: KubernetesObject[] = [
            { apiVersion: "v1", kind: "PersistentVolume", metadata: { name: "s3-pv" }, spec: {} },
            {
                apiVersion: "v1",
                kind: "PersistentVolumeClaim",
                metadata: { name: "s3-claim", namespace: OPERATOR_NAMESPACE },
                spec: {},
            },
        ];
        const { world } = startOf({ dependencies: [...volumes, account("hyperpod-inference-operator-x")] });
        const volumeUids = () =>
            ["PersistentVolume", "PersistentVolumeClaim"].map(
                (kind) => world.store.all(kind)[0]?.metadata.uid,
            );
        const before = volumeUids();
        assertDone(await new MemoryStack(world).up());
        world.settle();
        assert.deepEqual(world.store.list("v1", "Secret", { labelSelector: "owner=helm" }), []);
        const all = [...world.data.objects.values()];
        const nameOf = ({ kind, metadata }: KubernetesObject) =>
            `${kind} ${metadata.namespace ?? ""}/${metadata.name}`;
        assert.deepEqual(
            all
                .filter(
                    ({ metadata }) => metadata.annotations?.["meta.helm.sh/release-name"] === RELEASE.name,
                )
                .map(nameOf),
            [],
        );
        assert.deepEqual(
            all
                .filter(({ kind, metadata }) => kind !== "Secret" && metadata.name.startsWith(RELEASE.name))
                .map(nameOf),
            [],
        );
        assert.deepEqual(
            all
                .filter(
                    ({ kind, metadata }) =>
                        ["Service", "Role", "RoleBinding", "Deployment"].includes(kind) &&
                        metadata.namespace === RELEASE.namespace,
                )
                .map(nameOf)
                .sort(),
            [
                // The add-on's own, and that of an add-on installed because it was missing.
                "Deployment kube-system/metrics-server-addon",
                "RoleBinding kube-system/keda-operator-auth-reader",
            ],
        );
        const subjects = all.flatMap(
            ({ subjects }) => (subjects as { namespace?: string }[] | undefined) ?? [],
        );
        assert.deepEqual([...new Set(subjects.map(({ namespace }) => namespace))], [OPERATOR_NAMESPACE]);
        assert.deepEqual(volumeUids(), before, "volumes stay");
        assert.equal(
            world.store
                .all("CustomResourceDefinition")
                .filter(({ spec }) => (spec as { group: string }).group === GROUP).length,
            2,
        );
    });
});

/** The chart brings cert-manager, and nobody else does. */
function certManagerOfRelease(): ReturnType<typeof startOf> {
    const { world } = startOf({
        dependencies: certManagers("hyperpod-inference-operator-", "v1.18.2"),
        addonObjects: addonWith("cert-manager", certManagers("", "v1.19.1")),
    });
    for (const name of ["cert-manager", "cert-manager-cainjector"])
        world.store.remove({ apiVersion: "apps/v1", kind: "Deployment", namespace: "cert-manager", name });
    const state = stateOf(world);
    return { world, snapshot: world.snapshot(), state };
}
