// Giving fields back to their former managers while controllers go on writing; and what is made again without what only the former one had.
import assert from "node:assert/strict";
import { restoreOver } from "../../provider/kubernetes/restore";
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

describe("a volume and its claim that somebody deleted", () => {
    const made: KubernetesObject[] = [];
    const objects = { replace: async (object: KubernetesObject) => void made.push(object) };
    const again = async (object: unknown) => {
        made.length = 0;
        await restoreOver({ objects } as unknown as World, object as KubernetesObject, undefined);
        return made[0] as unknown as { metadata: object; spec: object };
    };
    const claimRef = { kind: "PersistentVolumeClaim", namespace: "kube-system", name: "s3-claim" };
    const done = { "pv.kubernetes.io/bind-completed": "yes" };

    it("are made again for each other by name, whatever UIDs they get", async () => {
        const volume = { apiVersion: "v1", kind: "PersistentVolume", metadata: { name: "s3-pv", uid: "1" } };
        const bound = { ...volume, spec: { claimRef: { ...claimRef, uid: "2", resourceVersion: "7" } } };
        assert.deepEqual((await again(bound)).spec, { claimRef });
        const claim = { apiVersion: "v1", kind: "PersistentVolumeClaim", spec: { volumeName: "s3-pv" } };
        const annotations = { ...done, team: "ml" };
        const { metadata } = await again({ ...claim, metadata: { name: "s3-claim", annotations } });
        assert.deepEqual(metadata, { name: "s3-claim", annotations: { team: "ml" } });
    });
});
