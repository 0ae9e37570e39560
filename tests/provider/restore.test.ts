// Giving fields back to their former managers while controllers go on writing.
import assert from "node:assert/strict";
import { restoreFieldManagers } from "../../provider/kubernetes/restoreFieldManagers";
import type { KubernetesObject, World } from "../../provider/ports/world";

function deployment(resourceVersion: string, manager: string): KubernetesObject {
    const managedFields = [
        { manager, operation: "Update", apiVersion: "apps/v1", fieldsV1: { "f:spec": {} } },
    ];
    return {
        apiVersion: "apps/v1",
        kind: "Deployment",
        metadata: { name: "operator", namespace: "system", resourceVersion, managedFields },
        spec: { replicas: 1 },
    };
}

/** A cluster that has moved on by the time the first patch arrives, or has not. */
function worldWhereItIs(now: KubernetesObject) {
    const patches: { metadata: { resourceVersion: string } }[] = [];
    const objects = {
        merge: async (_ref: unknown, patch: (typeof patches)[number]) => {
            patches.push(patch);
            if (patches.length === 1) throw Object.assign(new Error("conflict"), { status: 409 });
        },
        read: async () => now,
    };
    return { patches, world: { objects } as unknown as World };
}

describe("field managers", () => {
    const before = deployment("1", "helm");

    it("go back to an object that its controller changed meanwhile", async () => {
        const { patches, world } = worldWhereItIs(deployment("8", "eks"));
        assert.equal(await restoreFieldManagers(world, before, deployment("7", "eks")), true);
        assert.deepEqual(
            patches.map(({ metadata }) => metadata.resourceVersion),
            ["7", "8"],
        );
    });

    it("tell a conflict that nobody's change explains", async () => {
        const { patches, world } = worldWhereItIs(deployment("7", "eks"));
        await assert.rejects(restoreFieldManagers(world, before, deployment("7", "eks")), /conflict/);
        assert.equal(patches.length, 1);
    });
});
