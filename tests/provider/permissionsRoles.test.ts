// The Kubernetes roles of just one move: what discoverHelmInstallation gives is enough for the move, its continuation, an upgrade and its undo, each Role is needed, and nothing elsewhere is written.
import assert from "node:assert/strict";
import { discoverWith, SILENT } from "../../provider/installation/discoverWith";
import { MEASURING } from "../../provider/permissions/clusterRights";
import { storage } from "./memory/dependencyContent";
import { assertSame, type Start, startOf, stateOf } from "./memory/expectations";
import { journey } from "./memory/journey";
import { Mover } from "./memory/mover";
import { plannedIn } from "./memory/planned";
import { type Asked, grants, type RoleManifest, underRoles } from "./memory/underRoles";
import { MemoryStack } from "./memoryStack";
import { connectMemory, type MemoryWorld } from "./memoryWorld";

const WRITES = new Set(["create", "update", "patch", "delete"]);

describe("the roles of just this move", function () {
    this.timeout(60_000);
    const cases: Record<string, () => Start> = {
        "with dependencies that move": storage,
        "with a handover": () => startOf(),
    };
    for (const [name, begin] of Object.entries(cases))
        it(`are enough for move, continuation, refresh, upgrade and undo: ${name}`, async () => {
            const { world, state } = begin();
            const manifest = await rolesFor(world);
            const asked: Asked[] = [];
            const stack = new MemoryStack(world, { clusterName: "demo" }, true, underRoles(manifest, asked));
            await journey(world, stack);
            assertSame(stateOf(world), state, "after the undo");
            assert.deepEqual(
                asked.filter(({ isAllowed }) => !isAllowed),
                [],
            );
            const roles = manifest.items.filter(({ kind }) => kind === "Role");
            assert.ok(roles.length >= 2, `${roles.length} Roles`);
            for (const role of roles) {
                const without = { items: manifest.items.filter((one) => one !== role) };
                assert.ok(
                    asked.some((right) => !grants(without, right)),
                    `Role of ${role.metadata.namespace} is never needed`,
                );
            }
        });

    it("write nothing in other namespaces, and nothing of kinds that no release has", async () => {
        const manifest = await rolesFor(startOf().world);
        for (const verb of WRITES) {
            for (const resource of ["secrets", "deployments", "configmaps", "pods"])
                for (const namespace of ["team-a", "shop"])
                    assert.ok(
                        !grants(manifest, { verb, group: "", resource, namespace }),
                        `${verb} ${resource}`,
                    );
            assert.ok(!grants(manifest, { verb, group: "", resource: "nodes" }));
            assert.ok(!grants(manifest, { verb, group: "", resource: "namespaces", name: "team-a" }));
        }
        const patch = { verb: "patch", group: "", resource: "namespaces" };
        assert.ok(grants(manifest, { ...patch, name: "hyperpod-inference-system" }));
        const bindings = manifest.items.filter(({ kind }) => kind.endsWith("Binding"));
        assert.equal(bindings.length * 2, manifest.items.length);
        for (const { subjects, roleRef, metadata } of bindings)
            assert.deepEqual(
                [subjects, (roleRef as { name: string }).name],
                [
                    [
                        {
                            apiGroup: "rbac.authorization.k8s.io",
                            kind: "Group",
                            name: "hyperpod-inference-move-hyperpod-inference-operator",
                        },
                    ],
                    metadata.name,
                ],
            );
    });

    it("are what a preview asks for, namespace by namespace: one that lacks is named there", async () => {
        const manifest = await rolesFor(startOf().world);
        const { world } = startOf();
        const asks = (lacks: (right: { resource: string; namespace?: string }) => boolean) => {
            const stack = new MemoryStack(world, { clusterName: "demo" }, true, (inWorld, mover) => {
                const connect = connectMemory(inWorld, mover);
                return async (...request) => {
                    const connection = await connect(...request);
                    const permissions = {
                        allows: async (right: Parameters<typeof grants>[1]) =>
                            grants(manifest, right) && !lacks(right),
                        deniedInAws: async () => [],
                    };
                    return { ...connection, world: { ...connection.world, permissions } };
                };
            });
            const { lifecycle } = stack.process();
            return lifecycle.check({}, { clusterName: "demo" }, stack.log);
        };
        assert.deepEqual((await asks(() => false)).failures, []);
        const { failures } = await asks(
            ({ resource, namespace }) => resource === "services" && namespace === "hyperpod-inference-system",
        );
        assert.match(
            failures.map(({ reason }) => reason).join(),
            /may not do in the cluster: in namespace hyperpod-inference-system: create, update, patch, delete services \[HP132\].*permissionsRoles/,
        );
    });

    it("leave out the right to measure writes of models, and the plan says so, but not to whom has it", async () => {
        const manifest = await rolesFor(startOf().world);
        const { verbs, on } = MEASURING;
        const measuring = on.map(([group, resources]) => ({ apiGroups: [group], resources, verbs }));
        const metadata = { name: "measure-writes-of-models" };
        const more = { apiVersion: "rbac.authorization.k8s.io/v1", kind: "ClusterRole", metadata };
        const planUnder = async (items: RoleManifest["items"]) => {
            const stack = new MemoryStack(startOf().world, undefined, true, underRoles({ items }, []));
            const { inputs, failures } = await stack.process().lifecycle.check({}, stack.inputs, stack.log);
            assert.deepEqual(failures, []);
            return (inputs.plan as string[]).join(" ").replaceAll(/\s+/g, " ");
        };
        const SAID =
            /how long models cannot be written is measured only where this principal may patch them; it may not patch inferenceendpointconfigs\.inference\.sagemaker\.aws\.amazon\.com/;
        assert.match(await planUnder(manifest.items), SAID);
        assert.doesNotMatch(await planUnder([...manifest.items, { ...more, rules: measuring }]), SAID);
    });

    it("are absent where there is no plan", async () => {
        const { world } = startOf();
        const { plan } = await plannedIn(world);
        assert.ok(plan !== undefined);
        for (const { metadata } of world.store.all("Secret", "kube-system"))
            if (metadata.labels?.owner === "helm")
                world.store.remove({
                    apiVersion: "v1",
                    kind: "Secret",
                    namespace: "kube-system",
                    name: metadata.name,
                });
        const found = await discovered(world);
        assert.equal(found.permissionsRoles, undefined);
        assert.equal(found.permissionsGroup, undefined);
    });
});

async function rolesFor(world: MemoryWorld): Promise<RoleManifest> {
    const { permissionsRoles } = await discovered(world);
    assert.ok(permissionsRoles !== undefined);
    return JSON.parse(permissionsRoles) as RoleManifest;
}

function discovered(world: MemoryWorld) {
    const connect = connectMemory(world, new Mover("discovery"));
    const clock = world.clock.forMover(() => false);
    return discoverWith({ connect, clock, log: SILENT }, { clusterName: "demo" });
}
