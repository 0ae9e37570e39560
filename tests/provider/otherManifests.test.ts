// What real charts and add-ons have beside what ours show: an add-on whose objects carry other labels than the chart's, ingress classes of others with their parameters, and a release that brings parameters of its own.
import assert from "node:assert/strict";
import type { KubernetesObject } from "../../provider/ports/world";
import { ADDON, addonContent, type ContentOptions } from "./memory/content";
import { assertDone, assertHarmless, assertSame, startOf, stateOf } from "./memory/expectations";
import { MemoryStack } from "./memoryStack";
import type { MemoryWorld } from "./memoryWorld";

const INPUTS = { clusterName: "demo", skipDependenciesMigration: true };
const PARAMS = { apiVersion: "elbv2.k8s.aws/v1beta1", kind: "IngressClassParams" };
const CLASS = { apiVersion: "networking.k8s.io/v1", kind: "IngressClass" };

/** `app: x` of chart and add-on becomes what add-ons of EKS have. */
function relabelled(object: KubernetesObject): KubernetesObject {
    const text = JSON.stringify(object).replaceAll(/"app":"/g, '"app.kubernetes.io/component":"');
    const { metadata, ...rest } = JSON.parse(text) as KubernetesObject;
    const labels = { ...metadata.labels, "eks.amazonaws.com/component": "inference" };
    return { ...rest, metadata: { ...metadata, labels } } as KubernetesObject;
}

const OTHER_LABELS: ContentOptions = {
    addonObjects: (name) =>
        name === ADDON ? addonContent({})(name, "v1.3.0-eksbuild.2", {}).map(relabelled) : undefined,
};

function withParams(world: MemoryWorld): void {
    const by = { manager: "shop-deployer", operation: "Update" } as const;
    world.store.create(
        {
            apiVersion: "apiextensions.k8s.io/v1",
            kind: "CustomResourceDefinition",
            metadata: { name: "ingressclassparams.elbv2.k8s.aws" },
            spec: {
                group: "elbv2.k8s.aws",
                scope: "Cluster",
                names: { kind: PARAMS.kind, plural: "ingressclassparams" },
                versions: [{ name: "v1beta1", served: true, storage: true }],
            },
        },
        by,
    );
    for (const name of ["internal", "public"]) {
        world.store.create({ ...PARAMS, metadata: { name }, spec: { scheme: name } }, by);
        world.store.create(
            {
                ...CLASS,
                metadata: { name },
                spec: {
                    controller: name === "internal" ? "ingress.k8s.aws/alb" : "k8s.io/ingress-nginx",
                    parameters: { apiGroup: "elbv2.k8s.aws", kind: PARAMS.kind, name },
                },
            },
            by,
        );
    }
}

describe("an add-on whose manifests carry other labels than the chart's", () => {
    it("takes over and goes back as ever, and its objects are known for its own", async () => {
        const { world, state } = startOf(OTHER_LABELS);
        const stack = new MemoryStack(world, INPUTS);
        assertDone(await stack.up());
        assert.doesNotMatch(stack.warnings.join("\n"), /nothing proves that they are the add-on/);
        assertHarmless(world);
        assertDone(await stack.destroy());
        assertSame(stateOf(world), state, "after the undo");
    });
});

describe("ingress classes of others", () => {
    it("and their parameters stay as they are, whoever serves them", async () => {
        const { world, state } = startOf({}, withParams);
        const others = () =>
            [PARAMS, CLASS].flatMap(({ kind }) =>
                world.store
                    .all(kind)
                    .filter(({ metadata }) => ["internal", "public"].includes(metadata.name)),
            );
        const before = others();
        assert.equal(before.length, 4);
        const stack = new MemoryStack(world, INPUTS);
        assertDone(await stack.up());
        assert.deepEqual(others(), before);
        assertDone(await stack.destroy());
        assert.deepEqual(others(), before);
        assertSame(stateOf(world), state, "after the undo");
    });
});
