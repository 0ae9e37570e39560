// What AWS's script (helm_to_addon.sh) overlooks of models and of the release they are served from: each case handled. The W numbers are the list in docs/weaknesses.md; more of them stand in the tests of tags, settings and versions.
import assert from "node:assert/strict";
import { gzipSync } from "node:zlib";
import type { ApiDiscovery } from "../../provider/adapters/kubernetes/apiDiscovery";
import type { KubernetesObjects } from "../../provider/adapters/kubernetes/objects";
import { HelmReleases } from "../../provider/adapters/kubernetes/releases";
import { type KubernetesObject, TaggedKind } from "../../provider/ports/world";
import { BUCKET, EXECUTION_ROLE, TEAM } from "./memory/content";
import { assertDone, assertHarmless, assertSame, startOf, stateOf } from "./memory/expectations";
import { backupOf, journalOf } from "./memory/journalOf";
import { encode } from "./memory/serving";
import { keyOf } from "./memory/tags";
import { MemoryStack } from "./memoryStack";
import type { MemoryWorld } from "./memoryWorld";

const TAG = "HyperPodInference";
const s3 = (bucket: string, key: string) => keyOf({ kind: TaggedKind.S3Object, id: `s3://${bucket}/${key}` });

function modelOf(world: MemoryWorld, kind: string): KubernetesObject {
    const [model] = world.store.all(kind, TEAM);
    assert.ok(model);
    return model;
}

describe("models that AWS's script overlooks", () => {
    it("W1: a JumpStart model counts like every other: planned, tagged, backed up", async () => {
        const { world } = startOf();
        const { status } = modelOf(world, "JumpStartModel") as unknown as {
            status: { tlsCertificate: { certificateARN: string; tlsCertificateS3Keys: string[] } };
        };
        const certificate = keyOf({ kind: TaggedKind.Certificate, id: status.tlsCertificate.certificateARN });
        const key = s3(BUCKET, status.tlsCertificate.tlsCertificateS3Keys[0] ?? "");
        for (const resource of [certificate, key]) world.data.tags.set(resource, { team: "a" });
        const start = stateOf(world);
        const stack = new MemoryStack(world);
        assertDone(await stack.up());
        assert.match(journalOf(stack).plan.lines.join("\n"), /verify .*1 JumpStartModel \(v1alpha1, v1\)/);
        for (const resource of [certificate, key])
            assert.deepEqual(world.data.tags.get(resource), { team: "a", CreatedBy: TAG });
        assert.ok(backupOf(stack).customResources.some(({ kind }) => kind === "JumpStartModel"));
        assertDone(await stack.destroy());
        assertSame(stateOf(world), start, "after destroy");
    });

    it("W2: a model's own bucket, named in its status alone, is tagged and reaches the execution role's policy", async () => {
        const { world } = startOf();
        world.store.status(modelOf(world, "InferenceEndpointConfig"), "manager", {
            state: "DeploymentComplete",
            tlsCertificate: {
                tlsCertificateOutputS3Bucket: "acme-tls",
                tlsCertificateS3Keys: ["m/ca.crt", "m/tls.crt"],
            },
        });
        for (const key of ["m/ca.crt", "m/tls.crt"]) world.data.tags.set(s3("acme-tls", key), {});
        const start = stateOf(world);
        const stack = new MemoryStack(world);
        assertDone(await stack.up());
        for (const key of ["m/ca.crt", "m/tls.crt"])
            assert.deepEqual(world.data.tags.get(s3("acme-tls", key)), { CreatedBy: TAG });
        const role = world.data.roles.get(EXECUTION_ROLE.split("/").pop() ?? "");
        assert.ok(
            Object.values(role?.inlinePolicies ?? {}).some((document) =>
                document.includes("arn:aws:s3:::acme-tls/*"),
            ),
        );
        assertDone(await stack.destroy());
        assertSame(stateOf(world), start, "after destroy");
    });
});

describe("releases that AWS's script misreads", () => {
    it("W26: a release of another name in another namespace moves and goes back, without being named", async () => {
        const release = { name: "ml", namespace: "inference-ops" };
        const { world, state } = startOf({ release });
        const stack = new MemoryStack(world);
        assertDone(await stack.up());
        const movedFrom = stack.resource?.outputs.movedFrom as
            | { release: string; namespace: string }
            | undefined;
        assert.deepEqual([movedFrom?.release, movedFrom?.namespace], [release.name, release.namespace]);
        const left = world.store.all("Deployment", release.namespace).map(({ metadata }) => metadata.name);
        assert.deepEqual(left, [], "Helm's controllers are gone from the release's namespace");
        assert.deepEqual(world.store.list("v1", "Secret", { labelSelector: "owner=helm" }), []);
        assertDone(await stack.destroy());
        assertSame(stateOf(world), state, "after destroy");
        assertHarmless(world);
    });

    it("W27: `null` in place of user values, as Helm stores none, reads as no values at all", async () => {
        const record = {
            name: "ml",
            namespace: "inference-ops",
            version: 1,
            info: { status: "deployed" },
            chart: { metadata: { name: "hyperpod-inference-operator" }, values: null },
            config: null,
            manifest: "",
        };
        const secret = {
            apiVersion: "v1",
            kind: "Secret",
            metadata: {
                name: "sh.helm.release.v1.ml.v1",
                namespace: "inference-ops",
                labels: { name: "ml" },
            },
            data: { release: encode(gzipSync(JSON.stringify(record)).toString("base64")) },
        };
        const objects = { list: async () => [secret], read: async () => secret };
        const releases = new HelmReleases(objects as unknown as KubernetesObjects, {} as ApiDiscovery);
        const [found] = await releases.find("hyperpod-inference-operator", {});
        assert.deepEqual([found?.values, found?.chartDefaults], [{}, {}]);
    });

    it("W27: what the add-on needs and no value tells is asked for by its property, before anything is written", async () => {
        const { world } = startOf({
            values: { executionRoleArn: undefined, tlsCertificateS3Bucket: undefined },
        });
        const { kind, message, mover } = await new MemoryStack(world).up();
        assert.equal(kind, "failed");
        assert.match(message, /names no execution role.*\[HP123\]/);
        assert.match(message, /tlsCertificateS3Bucket is required by this version \[HP121\]/);
        assert.deepEqual(mover.writes, []);
    });
});
