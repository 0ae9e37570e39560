// What the add-on writes over although the release does not own it: told in the plan, kept in the backup, and back after an undo, wherever the move was cut off.
import assert from "node:assert/strict";
import type { KubernetesObject } from "../../provider/ports/world";
import { assertDone, assertSame, startOf, stateOf } from "./memory/expectations";
import { OPERATOR_NAMESPACE } from "./memory/operatorContent";
import { plannedIn } from "./memory/planned";
import { MemoryStack } from "./memoryStack";
import type { MemoryWorld } from "./memoryWorld";

const RBAC = "rbac.authorization.k8s.io/v1";
const ACCOUNT: KubernetesObject = {
    apiVersion: "v1",
    kind: "ServiceAccount",
    metadata: {
        name: "aws-load-balancer-controller",
        namespace: OPERATOR_NAMESPACE,
        annotations: { "eks.amazonaws.com/role-arn": "arn:aws:iam::123456789012:role/of-the-network-team" },
    },
};
const ROLE: KubernetesObject = {
    apiVersion: RBAC,
    kind: "ClusterRole",
    metadata: { name: "hyperpod-inference-manager-role" },
    rules: [{ apiGroups: ["shop.example.com"], resources: ["orders"], verbs: ["get"] }],
};
const binding = (namespace: string): KubernetesObject => ({
    apiVersion: RBAC,
    kind: "ClusterRoleBinding",
    metadata: { name: "hyperpod-inference-manager-rolebinding" },
    roleRef: {
        apiGroup: "rbac.authorization.k8s.io",
        kind: "ClusterRole",
        name: "hyperpod-inference-manager-role",
    },
    subjects: [{ kind: "ServiceAccount", name: "audit", namespace }],
});

function withObjects(...objects: KubernetesObject[]) {
    return startOf({}, (world: MemoryWorld) => {
        for (const object of objects)
            world.store.create(object, { manager: "kubectl-create", operation: "Update" });
        world.settle();
    });
}

describe("objects of others under the add-on's names", () => {
    it("are told in the plan, by name; what is the release's is not among them", async () => {
        const { plan, blockers } = await plannedIn(withObjects(ACCOUNT, ROLE).world);
        assert.deepEqual(blockers, []);
        const notes = (plan?.warnings ?? []).filter((note) => note.includes("writes over"));
        assert.equal(notes.length, 1);
        assert.match(
            notes[0] ?? "",
            /writes over 2 objects .*manager-role, .*\/aws-load-balancer-controller$/,
        );
        const { plan: usual } = await plannedIn(withObjects().world);
        assert.deepEqual(
            (usual?.warnings ?? []).filter((note) => note.includes("writes over")),
            [],
        );
    });

    it("come back with an undo of the whole move, and of one that was cut off after the add-on had written", async () => {
        const { world, snapshot, state } = withObjects(ACCOUNT, ROLE, binding(OPERATOR_NAMESPACE));
        const whole = new MemoryStack(world);
        const { mover } = await whole.up();
        const ref = { apiVersion: RBAC, kind: "ClusterRole", name: ROLE.metadata.name };
        assert.notDeepEqual(world.store.read(ref)?.rules, ROLE.rules, "the add-on wrote over it");
        assertDone(await whole.destroy());
        assertSame(stateOf(world), state, "after the whole move");

        world.restore(snapshot);
        const cut = new MemoryStack(world);
        const creation = mover.writes.indexOf("create add-on amazon-sagemaker-hyperpod-inference") + 1;
        assert.ok(creation > 0);
        await cut.up({}, { write: creation, moment: "after", kind: "crash" });
        world.settle();
        assertDone(await cut.destroy());
        assertSame(stateOf(world), state, "after one that was cut off");
    });

    it("that give rights to accounts elsewhere stop the move: an undo would not give them back", async () => {
        const { blockers } = await plannedIn(withObjects(ROLE, binding("audit")).world);
        assert.deepEqual(
            blockers.map(({ code }) => code),
            ["HP125"],
        );
        assert.match(
            blockers[0]?.what ?? "",
            /manager-rolebinding is not the release's and gives rights to others/,
        );
    });
});
