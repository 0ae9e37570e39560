/** Canonical Kubernetes objects: what the server adds is gone, what was said stays, secrets are hashes. */
import assert from "node:assert/strict";
import { canonicalObject } from "../../sandbox/compare/canonicalObject";
import type { JsonObject } from "../../sandbox/compare/capturedState";
import { canonicalCluster } from "../../sandbox/compare/captureKubernetes";
import { inMotion } from "../../sandbox/compare/inMotion";

const deployment = (changes: JsonObject = {}): JsonObject => ({
    apiVersion: "apps/v1",
    kind: "Deployment",
    metadata: {
        name: "keda-operator",
        namespace: "kube-system",
        uid: "u-1",
        resourceVersion: "17",
        generation: 4,
        creationTimestamp: "2026-01-01T00:00:00Z",
        labels: { app: "keda" },
        annotations: { "deployment.kubernetes.io/revision": "3" },
        finalizers: ["b", "a"],
        managedFields: [
            {
                manager: "helm",
                operation: "Update",
                apiVersion: "apps/v1",
                time: "2026-01-01T00:00:00Z",
                fieldsV1: {
                    "f:metadata": { "f:labels": { ".": {}, "f:app": {} } },
                    "f:spec": {
                        "f:replicas": {},
                        "f:template": { 'k:{"name":"manager"}': { ".": {}, "f:image": {} } },
                    },
                },
            },
        ],
    },
    spec: {
        replicas: 1,
        template: {
            spec: {
                containers: [
                    {
                        name: "manager",
                        image: "m:1",
                        env: [
                            { name: "A", value: "1" },
                            { name: "B", value: "2" },
                        ],
                        args: ["--b", "--a"],
                    },
                    {
                        name: "proxy",
                        image: "p:1",
                        ports: [{ containerPort: 1 }, { containerPort: 1, protocol: "UDP" }],
                    },
                ],
            },
        },
    },
    status: {
        observedGeneration: 4,
        replicas: 1,
        conditions: [
            {
                type: "Progressing",
                status: "True",
                lastUpdateTime: "2026-01-01T00:00:00Z",
                lastTransitionTime: "2026-01-01T00:00:00Z",
                message: 'ReplicaSet "keda-operator-7d5c8f9b4" has successfully progressed.',
            },
        ],
    },
    ...changes,
});

const pod = (name: string, owner: JsonObject, changes: JsonObject = {}): JsonObject => ({
    apiVersion: "v1",
    kind: "Pod",
    metadata: {
        name,
        namespace: "a",
        uid: `uid-${name}`,
        labels: { app: "x", "pod-template-hash": name.slice(-3) },
        ownerReferences: [{ ...owner, apiVersion: "apps/v1", controller: true, uid: "o" }],
    },
    spec: {
        nodeName: `fake-${name.length}`,
        containers: [
            {
                name: "c",
                image: "i",
                volumeMounts: [{ name: `kube-api-access-${name.slice(-5)}`, mountPath: "/t" }],
            },
        ],
        ...changes,
    },
    status: {
        phase: "Running",
        podIP: `10.0.0.${name.length}`,
        conditions: [{ type: "Ready", status: "True", lastTransitionTime: name }],
    },
});

const replicaSet = (name: string, replicas: number, revision: number, image: string): JsonObject => ({
    apiVersion: "apps/v1",
    kind: "ReplicaSet",
    metadata: {
        name,
        namespace: "a",
        uid: `uid-${name}`,
        annotations: { "deployment.kubernetes.io/revision": String(revision) },
        ownerReferences: [{ kind: "Deployment", name: "web", controller: true, uid: "d" }],
    },
    spec: {
        replicas,
        template: {
            metadata: { labels: { "pod-template-hash": name } },
            spec: { containers: [{ name: "c", image }] },
        },
    },
});

describe("compare: one Kubernetes object", () => {
    it("keeps what was said and drops what the server counts and dates", () => {
        const { metadata, status } = canonicalObject(deployment());
        assert.deepEqual(metadata, {
            name: "keda-operator",
            namespace: "kube-system",
            labels: { app: "keda" },
            finalizers: ["a", "b"],
            managedFields: {
                "helm Update apps/v1": [
                    ".metadata.labels",
                    ".metadata.labels.app",
                    ".spec.replicas",
                    '.spec.template[{"name":"manager"}]',
                    '.spec.template[{"name":"manager"}].image',
                ],
            },
        });
        const message = 'ReplicaSet "keda-operator-*" has successfully progressed.';
        assert.deepEqual(status, {
            replicas: 1,
            conditions: { "[Progressing]": { type: "Progressing", status: "True", message } },
        });
    });

    it("lists named things by name, and keeps the order where it counts", () => {
        const { spec } = canonicalObject(deployment()) as {
            spec: { template: { spec: { containers: JsonObject } } };
        };
        const containers = spec.template.spec.containers as Record<string, JsonObject>;
        assert.deepEqual(Object.keys(containers), ["[manager]", "[proxy]"]);
        assert.deepEqual(containers["[manager]"]?.args, ["--b", "--a"]);
        assert.deepEqual(Object.keys(containers["[proxy]"]?.ports as object), ["[1/TCP]", "[1/UDP]"]);
    });

    it("says that an object is being deleted, not since when", () => {
        const deleting = (deletionTimestamp: string) =>
            canonicalObject({
                apiVersion: "v1",
                kind: "Namespace",
                metadata: { name: "n", deletionTimestamp },
            });
        assert.deepEqual(deleting("2026-01-01T00:00:00Z"), deleting("2026-02-02T00:00:00Z"));
        assert.equal((deleting("2026-01-01T00:00:00Z").metadata as JsonObject).deletionTimestamp, "set");
    });

    it("keeps no content of a Secret, and notices every changed byte", () => {
        const secret = (value: string) => ({
            apiVersion: "v1",
            kind: "Secret",
            metadata: {
                name: "s",
                namespace: "a",
                annotations: {
                    "kubectl.kubernetes.io/last-applied-configuration": `{"data":{"tls.key":"${value}"}}`,
                },
            },
            data: { "tls.key": Buffer.from(value).toString("base64") },
        });
        const text = JSON.stringify(canonicalObject(secret("hunter2-private")));
        assert.ok(
            !text.includes("hunter2") && !text.includes(Buffer.from("hunter2-private").toString("base64")),
        );
        assert.notEqual(text, JSON.stringify(canonicalObject(secret("hunter2-privatf"))));
    });

    it("keeps a Lease and forgets who holds it", () => {
        const lease = {
            apiVersion: "coordination.k8s.io/v1",
            kind: "Lease",
            metadata: { name: "l", namespace: "a" },
        };
        const held = { ...lease, spec: { holderIdentity: "me", renewTime: "x", leaseDurationSeconds: 15 } };
        assert.deepEqual(canonicalObject(held).spec, { leaseDurationSeconds: 15 });
    });

    it("does not change what it was given", () => {
        const given = deployment();
        canonicalObject(given);
        assert.deepEqual(given, deployment());
    });
});

describe("compare: objects with generated names", () => {
    const owner = (name: string) => ({ kind: "ReplicaSet", name });

    it("compares Pods of a Deployment by owner, whatever their names, nodes and addresses", () => {
        const sets = (name: string) => [replicaSet(name, 2, 1, "i")];
        const before = [
            ...sets("web-aaa"),
            pod("web-aaa-11111", owner("web-aaa")),
            pod("web-aaa-22222", owner("web-aaa")),
        ];
        const after = [
            ...sets("web-bbb"),
            pod("web-bbb-3333333", owner("web-bbb")),
            pod("web-bbb-44444", owner("web-bbb")),
        ];
        const canonical = canonicalCluster(before).kubernetes;
        assert.deepEqual(Object.keys(canonical).sort(), ["Pod a/web-*", "apps/ReplicaSet a/web-*"]);
        assert.deepEqual(canonicalCluster(after).kubernetes, canonical);
        assert.equal((canonical["Pod a/web-*"] as { count: number }).count, 2);
    });

    it("notices a missing Pod, another image, and a Pod that is not Ready", () => {
        const base = [pod("web-aaa-11111", owner("web-aaa")), pod("web-aaa-22222", owner("web-aaa"))];
        const canonical = canonicalCluster(base).kubernetes;
        const other = pod("web-aaa-22222", owner("web-aaa"), { containers: [{ name: "c", image: "other" }] });
        const pending = { ...pod("web-aaa-22222", owner("web-aaa")), status: { phase: "Pending" } };
        for (const pods of [[base[0]], [base[0], other], [base[0], pending]]) {
            assert.notDeepEqual(canonicalCluster(pods as JsonObject[]).kubernetes, canonical);
        }
    });

    it("takes old ReplicaSets at 0 as history, and the newest one when all are at 0", () => {
        const current = canonicalCluster([replicaSet("web-b", 2, 2, "new")]).kubernetes;
        const withHistory = [replicaSet("web-a", 0, 1, "old"), replicaSet("web-b", 2, 2, "new")];
        assert.deepEqual(canonicalCluster(withHistory).kubernetes, current);
        const stopped = [replicaSet("web-b", 0, 10, "new"), replicaSet("web-a", 0, 9, "old")];
        assert.match(JSON.stringify(canonicalCluster(stopped).kubernetes), /"new"/);
    });

    it("keeps Pods of a DaemonSet apart by node, and Pods without an owner by name", () => {
        const daemon = (name: string) => pod(name, { kind: "DaemonSet", name: "csi" });
        const bare = {
            apiVersion: "v1",
            kind: "Pod",
            metadata: { name: "bare", namespace: "a", uid: "b" },
            spec: {},
        };
        const { kubernetes } = canonicalCluster([daemon("csi-11111"), daemon("csi-222222"), bare]);
        const keys = ["Pod a/bare", "Pod a/csi-* on fake-10", "Pod a/csi-* on fake-9"];
        assert.deepEqual(Object.keys(kubernetes).sort(), keys);
    });

    it("gives the UID of every object under its real name", () => {
        const { identities } = canonicalCluster([pod("web-aaa-11111", owner("web-aaa")), deployment()]);
        assert.deepEqual(identities, {
            "Pod a/web-aaa-11111": "uid-web-aaa-11111",
            "apps/Deployment kube-system/keda-operator": "u-1",
        });
    });
});

describe("what Kubernetes is not done with", () => {
    const named = (
        kind: string,
        name: string,
        metadata: JsonObject = {},
        rest: JsonObject = {},
    ): JsonObject => ({
        kind,
        metadata: { name, uid: name, ...metadata },
        ...rest,
    });
    const owned = (name: string, ...owners: string[]) =>
        named("ReplicaSet", name, {
            ownerReferences: owners.map((uid) => ({ uid, kind: "Deployment" })),
        });
    const leaving = (name: string, ...finalizers: string[]) =>
        named("CustomResourceDefinition", name, {
            deletionTimestamp: "2026-01-01T00:00:00Z",
            ...(finalizers.length > 0 ? { finalizers } : {}),
        });
    const definition = (name: string, group: string, versions: Record<string, boolean>) =>
        named(
            "CustomResourceDefinition",
            name,
            {},
            {
                spec: {
                    group,
                    versions: Object.entries(versions).map(([version, served]) => ({
                        name: version,
                        served,
                    })),
                },
            },
        );
    const service = (name: string, automanaged?: string) =>
        named(
            "APIService",
            name,
            automanaged === undefined
                ? {}
                : { labels: { "kube-aggregator.kubernetes.io/automanaged": automanaged } },
        );
    const namesOf = (objects: JsonObject[]) =>
        inMotion(objects).map(({ metadata }) => (metadata as JsonObject).name);

    it("has owners, none of which is left", () => {
        const objects = [
            owned("root"),
            owned("child", "root"),
            owned("orphan", "gone"),
            owned("half", "gone", "root"),
        ];
        assert.deepEqual(namesOf(objects), ["orphan"]);
    });

    it("is being deleted, and nobody else's finalizer holds it", () => {
        const objects = [
            leaving("free"),
            leaving("cleaning", "customresourcecleanup.apiextensions.k8s.io"),
            leaving("held", "customresourcecleanup.apiextensions.k8s.io", "example.com/hold"),
            named("CustomResourceDefinition", "staying", { finalizers: ["foregroundDeletion"] }),
        ];
        assert.deepEqual(namesOf(objects), ["free", "cleaning"]);
    });

    it("is an APIService whose CRD is gone, or a CRD that has none yet", () => {
        const objects = [
            definition("late", "new.io", { v1: true, v2: false }),
            definition("settled", "old.io", { v1: true }),
            service("v1.old.io", "true"),
            service("v2.old.io", "true"),
            service("v1.apps", "onstart"),
            service("v1beta1.external.metrics.k8s.io"),
        ];
        assert.deepEqual(namesOf(objects), ["late", "v2.old.io"]);
    });
});
