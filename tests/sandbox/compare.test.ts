/** Capture over HTTP, comparison and report. */
import assert from "node:assert/strict";
import fc from "fast-check";
import { canonicalAnswer, policyDocument, withoutUuid } from "../../sandbox/compare/aws/resource";
import { captureKubernetes } from "../../sandbox/compare/captureKubernetes";
import {
    compareIdentities,
    compareStates,
    countObjects,
    describeDifferences,
    isFieldManagerDifference,
    type State,
} from "../../sandbox/compare/index";
import { startFakeApiServer } from "./compareFixtures";

const state = (changes: Partial<State>): State => ({
    kubernetes: {},
    aws: {},
    identities: {},
    customKinds: [],
    ...changes,
});
const named = (name: string, namespace?: string) => ({
    metadata: { name, uid: `uid-${name}`, ...(namespace ? { namespace } : {}) },
});

describe("compare: capture of a cluster", () => {
    it("lists every kind once in its preferred version, all pages, without measurements and logs", async () => {
        const crd = { ...named("models.x.io"), spec: { group: "x.io", names: { kind: "Model" } } };
        const api = await startFakeApiServer({
            v1: [
                {
                    resource: "configmaps",
                    kind: "ConfigMap",
                    objects: ["a", "b", "c", "d", "e"].map((name) => named(name, "n")),
                },
                { resource: "events", kind: "Event", objects: [named("e", "n")] },
                { resource: "endpoints", kind: "Endpoints", objects: [named("e", "n")] },
                { resource: "bindings", kind: "Binding", verbs: ["create"] },
            ],
            "x.io/v1": [{ resource: "models", kind: "Model", objects: [named("m", "n")], failures: [429] }],
            "x.io/v1alpha1": [
                { resource: "models", kind: "Model", objects: [named("m", "n")] },
                { resource: "olds", kind: "Old", objects: [named("o")] },
            ],
            "apiextensions.k8s.io/v1": [
                { resource: "customresourcedefinitions", kind: "CustomResourceDefinition", objects: [crd] },
            ],
            "metrics.k8s.io/v1beta1": [{ resource: "pods", kind: "PodMetrics", objects: [named("p", "n")] }],
        });
        const captured = await captureKubernetes(api.kubeconfig).finally(api.stop);
        assert.deepEqual(Object.keys(captured.kubernetes).sort(), [
            ...["a", "b", "c", "d", "e"].map((name) => `ConfigMap n/${name}`),
            "apiextensions.k8s.io/CustomResourceDefinition models.x.io",
            "x.io/Model n/m",
            "x.io/Old o",
        ]);
        assert.deepEqual(captured.customKinds, ["x.io/Model"]);
        assert.ok(
            !api.requests.some(
                (url) => url.includes("v1alpha1/models") || url.includes("metrics.k8s.io/v1beta1"),
            ),
        );
    });

    it("fails when a kind cannot be listed, and says which", async () => {
        const api = await startFakeApiServer({
            "x.io/v1": [{ resource: "models", kind: "Model", failures: [500] }],
        });
        await assert.rejects(
            captureKubernetes(api.kubeconfig).finally(api.stop),
            /GET \/apis\/x.io\/v1\/models.* answered 500/,
        );
    });
});

describe("compare: AWS answers", () => {
    it("drops times and plumbing, sorts keys, and lists tags and statements by name", () => {
        const answer = {
            $metadata: { httpStatusCode: 200 },
            Tags: [
                { Key: "b", Value: "2" },
                { Key: "a", Value: "1" },
            ],
            CreateDate: new Date(),
            Statement: [{ Sid: "Two" }, { Sid: "One" }],
        };
        assert.deepEqual(canonicalAnswer(answer), {
            Statement: { "[One]": { Sid: "One" }, "[Two]": { Sid: "Two" } },
            Tags: { "[a]": { Key: "a", Value: "1" }, "[b]": { Key: "b", Value: "2" } },
        });
    });

    it("takes statements without Sid as a set", () => {
        const document = (...statements: object[]) => canonicalAnswer({ Statement: statements });
        assert.deepEqual(
            document({ Action: "a" }, { Action: "b" }),
            document({ Action: "b" }, { Action: "a" }),
        );
        assert.notDeepEqual(document({ Action: "a" }), document({ Action: "b" }));
    });

    it("reads policy documents as they come, encoded or not", () => {
        const policy = { Statement: [{ Resource: "arn:aws:s3:::b/100%25" }] };
        const text = JSON.stringify(policy);
        assert.deepEqual(policyDocument(encodeURIComponent(text)), policy);
        assert.deepEqual(policyDocument(text), policy);
    });

    it("forgets the identifier at the end of an add-on's ARN", () => {
        const arn = "arn:aws:eks:us-west-2:123456789012:addon/demo/x/8cc5b4a2-1d2f-4c33-9a7b-0d6e1f2a3b4c";
        assert.equal(withoutUuid(arn), "arn:aws:eks:us-west-2:123456789012:addon/demo/x/*");
    });
});

describe("compare: two states", () => {
    const before = state({
        kubernetes: {
            "apps/Deployment a/web": {
                metadata: {
                    labels: { "app.kubernetes.io/name": "x" },
                    managedFields: { "helm Update apps/v1": [".a"] },
                },
                spec: { containers: { "[c]": { image: "1" } }, args: ["a"], tolerations: [{ key: "a" }] },
            },
            "Secret a/gone": { data: {} },
        },
        aws: { "iam:Role r": { Tags: { "[k]": { Value: "1" } } } },
        identities: { "x.io/Model a/m": "1", "Pod a/p": "2", "Namespace a": "3", "iam:Role r": "AROA1" },
        customKinds: ["x.io/Model"],
    });

    it("names every difference by object and path", () => {
        const after = structuredClone(before);
        after.kubernetes = {
            "apps/Deployment a/web": {
                metadata: {
                    labels: { "app.kubernetes.io/name": "y" },
                    managedFields: { "eks Apply apps/v1": [".a"] },
                },
                spec: {
                    containers: { "[c]": { image: "2" }, "[d]": {} },
                    args: ["a", "b"],
                    tolerations: [{ key: "b" }],
                },
            },
            "Secret a/new": { data: {} },
        };
        after.aws = { "iam:Role r": { Tags: {} } };
        const differences = compareStates(before, after);
        assert.deepEqual(
            differences.map(({ key, path }) => `${key} ${path}`),
            [
                "Secret a/gone ",
                "Secret a/new ",
                'apps/Deployment a/web metadata.labels["app.kubernetes.io/name"]',
                'apps/Deployment a/web metadata.managedFields["eks Apply apps/v1"]',
                'apps/Deployment a/web metadata.managedFields["helm Update apps/v1"]',
                "apps/Deployment a/web spec.args",
                "apps/Deployment a/web spec.containers[c].image",
                "apps/Deployment a/web spec.containers[d]",
                "apps/Deployment a/web spec.tolerations[0].key",
                "iam:Role r Tags[k]",
            ],
        );
        const withoutManagers = compareStates(before, after, { ignore: isFieldManagerDifference });
        assert.equal(withoutManagers.length, differences.length - 2);
    });

    it("describes differences for people", () => {
        const after = structuredClone(before);
        delete after.kubernetes["Secret a/gone"];
        const web = after.kubernetes["apps/Deployment a/web"] as {
            spec: { args: string[]; containers: object };
        };
        web.spec.args = ["b"];
        web.spec.containers = { "[c]": { image: "x".repeat(200) } };
        assert.equal(
            describeDifferences(compareStates(before, after)),
            [
                "3 differences:",
                "kubernetes Secret a/gone: removed",
                "kubernetes apps/Deployment a/web",
                "    spec.args: -a +b",
                `    spec.containers[c].image: "1" -> "${"x".repeat(89)}... (202 characters)`,
            ].join("\n"),
        );
        assert.equal(describeDifferences([]), "no differences");
        assert.deepEqual(countObjects(before), { kubernetes: 2, aws: 1 });
    });

    it("finds custom resources and Namespaces that are not the very same, and Pods when asked to", () => {
        const after = structuredClone(before);
        after.identities = { "x.io/Model a/m": "9", "Namespace b": "4", "iam:Role r": "AROA2" };
        const keys = (select?: (key: string) => boolean) =>
            compareIdentities(before, after, select).map((d) => d.key);
        assert.deepEqual(keys(), ["x.io/Model a/m", "Namespace a"]);
        assert.deepEqual(
            keys((key) => key.startsWith("Pod a/")),
            ["Pod a/p"],
        );
        const [role] = compareIdentities(before, after, (key) => key.startsWith("iam:"));
        assert.deepEqual(role, {
            where: "aws",
            key: "iam:Role r",
            path: "metadata.uid",
            before: "AROA1",
            after: "AROA2",
        });
    });

    it("finds nothing between a state and its copy from a file, and something after any change", () => {
        const objects = fc.dictionary(fc.string({ minLength: 1 }), fc.jsonValue({ maxDepth: 3 }), {
            minKeys: 1,
            maxKeys: 5,
        });
        fc.assert(
            fc.property(objects, fc.jsonValue({ maxDepth: 2 }), fc.nat(), (kubernetes, value, at) => {
                const one = state({ kubernetes: JSON.parse(JSON.stringify(kubernetes)) });
                assert.deepEqual(compareStates(one, JSON.parse(JSON.stringify(one))), []);
                const keys = Object.keys(one.kubernetes);
                const key = keys[at % keys.length] ?? "";
                const other = JSON.parse(JSON.stringify(one)) as State;
                other.kubernetes[key] = { changed: value, from: one.kubernetes[key] };
                assert.notDeepEqual(compareStates(one, other), []);
            }),
        );
    });
});
