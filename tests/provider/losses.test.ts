// What a move takes away of the release's own form, or may take away: told in the plan, with what to do.

import assert from "node:assert/strict";
import { Handover } from "../../common/enums";
import type { FoundDependency } from "../../provider/discovery/dependencies";
import { keyOf } from "../../provider/kubernetes/objectRef";
import { planDependencies } from "../../provider/plan/dependencies";
import { DependencyTreatment } from "../../provider/plan/plan";
import { setByHand } from "../../provider/plan/setByHand";
import type { Release } from "../../provider/ports/world";
import { metricsServer } from "../../provider/profiles/dependencies";
import { hyperPodInference } from "../../provider/profiles/hyperPodInference";
import { assertDone, assertSame, startOf, stateOf } from "./memory/expectations";
import { MemoryStack } from "./memoryStack";

const ALB = {
    apiVersion: "apps/v1",
    kind: "Deployment",
    namespace: "kube-system",
    name: "hyperpod-inference-operator-alb",
};

describe("what people set past Helm", () => {
    it("is told as a loss where the add-on brings its own form, and comes back with the undo", async () => {
        const { world } = startOf();
        world.store.merge(ALB, { spec: { replicas: 4 } }, { manager: "kubectl", operation: "Update" });
        const start = stateOf(world);
        const stack = new MemoryStack(world);
        assertDone(await stack.up());
        assert.ok(stack.resource);
        const { plan } = stack.resource.outputs as { plan: string[] };
        assert.match(
            plan.join("\n").replaceAll(/\n {17}/g, " "),
            /kubectl set replicas 4 \(chart: 2\) on Deployment kube-system\/hyperpod-inference-operator-alb past Helm: lost/,
        );
        assertDone(await stack.destroy());
        assertSame(stateOf(world), start, "after destroy");
    });

    it("of the rules of its roles is told too, right by right, and comes back with the undo", async () => {
        const { world } = startOf();
        const role = {
            apiVersion: "rbac.authorization.k8s.io/v1",
            kind: "Role",
            namespace: "kube-system",
            name: "keda-operator-certs",
        };
        const rules = [{ apiGroups: [""], resources: ["secrets", "configmaps"], verbs: ["get"] }];
        world.store.merge(role, { rules }, { manager: "kubectl-edit", operation: "Update" });
        const start = stateOf(world);
        const stack = new MemoryStack(world);
        assertDone(await stack.up());
        const { plan } = (stack.resource as { outputs: { plan: string[] } } | undefined)?.outputs ?? {};
        assert.match(
            (plan ?? []).join("\n").replaceAll(/\n {17}/g, " "),
            /changed the rules of Role kube-system\/keda-operator-certs past Helm \(adds get configmaps; takes away update secrets\): lost/,
        );
        assertDone(await stack.destroy());
        assertSame(stateOf(world), start, "after destroy");
    });

    const containers = (more: object) => [{ name: "manager", image: "a:1", ...more }, { name: "proxy" }];
    const rendered = {
        apiVersion: "apps/v1",
        kind: "Deployment",
        metadata: { namespace: "kube-system", name: ALB.name },
        spec: { replicas: 2, template: { spec: { containers: containers({}) } } },
    };
    const live = {
        ...rendered,
        spec: {
            replicas: 2,
            template: {
                metadata: { annotations: { "kubectl.kubernetes.io/restartedAt": "now", "a.b/c": "d" } },
                spec: {
                    containers: containers({
                        resources: { limits: { memory: "1Gi" } },
                        env: [{ name: "TOKEN", value: "correct-horse" }],
                    }),
                },
            },
        },
    };
    const owned = {
        "f:spec": {
            "f:replicas": {},
            "f:template": {
                "f:metadata": {
                    "f:annotations": { ".": {}, "f:kubectl.kubernetes.io/restartedAt": {}, "f:a.b/c": {} },
                },
                "f:spec": {
                    "f:containers": {
                        'k:{"name":"manager"}': {
                            ".": {},
                            "f:env": { 'k:{"name":"TOKEN"}': { ".": {}, "f:name": {}, "f:value": {} } },
                            "f:resources": { "f:limits": { "f:memory": {} } },
                        },
                    },
                },
            },
        },
    };
    const told = (manager: string, moves = true) => {
        const object = {
            ...live,
            metadata: { ...live.metadata, managedFields: [{ manager, fieldsV1: owned }] },
        };
        return setByHand(
            { objects: [rendered] } as unknown as Release,
            [{ ...ALB, part: "add-on" }],
            { live: new Map([[keyOf(ALB), object]]) },
            () => moves,
        ).join("\n");
    };

    it("is named by its path; numbers are quoted, and nothing that may be a secret", () => {
        assert.match(
            told("kubectl-edit"),
            /^kubectl-edit set template\.metadata\.annotations\.a\\\.b\/c, containers\[manager\]\.env\[TOKEN\]\.name, containers\[manager\]\.env\[TOKEN\]\.value, containers\[manager\]\.resources\.limits\.memory 1Gi \(chart: none\) on Deployment/,
        );
        assert.doesNotMatch(told("kubectl-edit"), /correct-horse|restartedAt|replicas/);
    });

    it("is no word of a plan where a controller or Helm set it, or where nothing moves", () => {
        assert.equal(told("helm"), "");
        assert.equal(told("kube-controller-manager"), "");
        assert.equal(told("kubectl-edit", false), "");
    });
});

describe("settings of a dependency", () => {
    const release = {
        name: "op",
        namespace: "kube-system",
        chart: "hyperpod-inference-operator",
        charts: [],
        chartDefaults: {},
        objects: [],
    } as unknown as Release;
    const plan = (
        values: object,
        schema: Record<string, unknown>,
        dropUnsupportedSettings = false,
        of?: Release,
    ) => {
        const found: FoundDependency = {
            profile: metricsServer,
            addon: undefined,
            present: true,
            owner: undefined,
            ofRelease: of?.objects ?? [
                { apiVersion: "apps/v1", kind: "Deployment", metadata: { name: "metrics-server" } },
            ],
            runsFromRelease: true,
            runningVersion: "0.7.2",
            available: ["v0.8.0-eksbuild.2"],
            schema,
        };
        const inputs = {
            clusterName: "demo",
            skipDependencies: false,
            dependencyChoices: {},
            dropUnsupportedSettings,
            handover: Handover.Auto,
        };
        const withValues = of ?? ({ ...release, values: { metrics: values } } as Release);
        return planDependencies([found], withValues, inputs, hyperPodInference, "1.34");
    };

    it("that cannot be expressed leave it with Helm's objects, and the plan says what to do", () => {
        const { dependencies } = plan({ args: ["--kubelet-insecure-tls"] }, { properties: { replicas: {} } });
        assert.equal(dependencies[0]?.treatment, DependencyTreatment.LeftAlone);
        assert.match(dependencies[0]?.why ?? "", /^1 object of the release stays as it is because/);
        assert.match(dependencies[0]?.why ?? "", /cannot express metrics\.args/);
        assert.match(dependencies[0]?.why ?? "", /UnsupportedSettings\.Drop/);
        assert.match(dependencies[0]?.why ?? "", /chart metrics-server .*`--take-ownership`/);
    });

    it("that the schema says nothing about are sent, and told", () => {
        const schema = { properties: { resources: { type: "object" } } };
        const { dependencies, unproven } = plan({ resources: { limits: { memory: "1Gi" } } }, schema);
        assert.equal(
            dependencies[0]?.configurationValues,
            JSON.stringify({ resources: { limits: { memory: "1Gi" } } }),
        );
        assert.deepEqual(unproven, [
            { addonName: "metrics-server", paths: ["metrics.resources.limits.memory"] },
        ]);
    });

    it("are those of the chart that its objects come from, wherever an umbrella chart has it", () => {
        const server = { apiVersion: "apps/v1", kind: "Deployment", metadata: { name: "metrics-server" } };
        const umbrella = {
            ...release,
            chart: "acme",
            values: {
                "metrics-server": { replicas: 3 },
                "hyperpod-inference-operator": { metrics: { replicas: 9 } },
            },
            objects: [server],
            sources: ["acme/charts/metrics-server/templates/deployment.yaml"],
        } as unknown as Release;
        const planned = plan({}, { properties: { replicas: {} } }, false, umbrella);
        assert.equal(planned.dependencies[0]?.configurationValues, JSON.stringify({ replicas: 3 }));
    });

    it("that are dropped are not sent, and not told as sent", () => {
        const schema = {
            properties: {
                podAnnotations: { additionalProperties: { type: "string" } },
                extra: { type: "object", maxProperties: 0 },
            },
        };
        const values = { podAnnotations: { "metrics.example/scrape": true, "a.b/c": "d" }, extra: { x: 1 } };
        const { dependencies, notes, unproven } = plan(values, schema, true);
        assert.equal(
            dependencies[0]?.configurationValues,
            JSON.stringify({ podAnnotations: { "a.b/c": "d" } }),
        );
        assert.match(notes.join(), /metrics\.extra\.x, metrics\.podAnnotations\.metrics\\\.example\/scrape/);
        assert.deepEqual(unproven, [{ addonName: "metrics-server", paths: [] }]);
    });
});
