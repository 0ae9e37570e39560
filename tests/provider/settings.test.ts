// Helm values become the add-on's settings; whatever would be lost is named by its path.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { canonicalJson } from "../../common/canonicalJson";
import type { Release } from "../../provider/ports/world";
import { hyperPodInference } from "../../provider/profiles/hyperPodInference";
import { mapDependencySettings, mapSettings, type Values } from "../../provider/settings/mapSettings";
import { effectiveValues, holdsChart, isFrom, valuesOf } from "../../provider/settings/releaseValues";
import { validateSettings } from "../../provider/settings/validateSettings";

const schema = JSON.parse(
    readFileSync(join(__dirname, "../../sandbox/addons/hyperpod-inference-v1.3.schema.json"), "utf8"),
) as Record<string, unknown>;
const role = (name: string) => `arn:aws:iam::123456789012:role/${name}`;
const base = {
    executionRoleArn: role("SageMakerHyperPodInference-x"),
    tlsCertificateS3Bucket: "s3://hyperpod-tls-x/",
    hyperpodClusterArn: '"arn:aws:sagemaker:us-west-2:123456789012:cluster/abcdefghijkl"',
    region: "us-west-2",
    eksClusterName: "demo",
    alb: {
        vpcId: "vpc-1",
        serviceAccount: {
            create: false,
            name: "aws-load-balancer-controller",
            annotations: { "eks.amazonaws.com/role-arn": role("alb") },
        },
    },
    keda: { podIdentity: { aws: { irsa: { enabled: true, roleArn: role("keda") } } } },
    s3: { serviceAccountRoleArn: role("s3"), node: { tolerations: [{ operator: "Exists" }] } },
};
const publicDefaults = hyperPodInference.publicDefaults ?? {};

function map(
    values: Values,
    more: {
        chartDefaults?: Values;
        pristineDefaults?: Values;
        overrides?: Values;
        schema?: Record<string, unknown>;
    } = {},
) {
    return mapSettings({
        values,
        chartDefaults: publicDefaultsAsValues(),
        pristineDefaults: publicDefaultsAsValues(),
        publicDefaults,
        overrides: {},
        schema,
        ...more,
    });
}

/** The public chart's own values, as far as they matter here. */
function publicDefaultsAsValues(): Record<string, unknown> {
    return {
        affinity: publicDefaults.affinity,
        nodeSelector: {},
        tolerations: [],
        enableCustomServiceAccounts: false,
        stage: "prod",
        image: { tag: "v3.2" },
        alb: { enabled: true },
        keda: { enabled: true },
    };
}

describe("settings of the release", () => {
    it("W9: quotes and s3:// that people store are taken off, and the result is what the add-on's schema accepts", () => {
        const { configuration, unsupported } = map(base);
        assert.deepEqual(unsupported, []);
        assert.deepEqual(configuration, {
            executionRoleArn: base.executionRoleArn,
            tlsCertificateS3Bucket: "hyperpod-tls-x",
            hyperpodClusterArn: "arn:aws:sagemaker:us-west-2:123456789012:cluster/abcdefghijkl",
            alb: { enabled: true, serviceAccount: { create: true } },
            keda: { enabled: true, auth: { aws: { irsa: { enabled: true } } } },
        });
        assert.deepEqual(validateSettings(schema, configuration), []);
    });

    it("W6: gated role, affinity, node selector, tolerations and custom service accounts are carried over", () => {
        const tolerations = [{ key: "nvidia.com/gpu", operator: "Exists" }];
        const terms = [
            { matchExpressions: [{ key: "kubernetes.io/arch", operator: "In", values: ["amd64"] }] },
        ];
        const affinity = {
            nodeAffinity: { requiredDuringSchedulingIgnoredDuringExecution: { nodeSelectorTerms: terms } },
        };
        const { configuration, unsupported } = map({
            ...base,
            jumpstartGatedModelDownloadRoleArn: role("gated"),
            affinity,
            tolerations,
            nodeSelector: { pool: "cpu" },
            enableCustomServiceAccounts: true,
            alb: { ...base.alb, tolerations },
            keda: { ...base.keda, tolerations },
        });
        assert.deepEqual(unsupported, []);
        const {
            affinity: a,
            tolerations: t,
            nodeSelector,
            enableCustomServiceAccounts,
            jumpstartGatedModelDownloadRoleArn,
            alb,
            keda,
        } = configuration as typeof configuration & { alb: Values; keda: Values };
        assert.deepEqual(
            [
                a,
                t,
                nodeSelector,
                enableCustomServiceAccounts,
                jumpstartGatedModelDownloadRoleArn,
                alb.tolerations,
                keda.tolerations,
            ],
            [affinity, tolerations, { pool: "cpu" }, true, role("gated"), tolerations, tolerations],
        );
        assert.deepEqual(validateSettings(schema, configuration), []);
    });

    it("W6: a load balancer controller or KEDA that is switched off stays off, and its settings are not missed", () => {
        const { configuration, unsupported } = map({
            ...base,
            alb: { enabled: false, replicaCount: 5 },
            keda: { enabled: false },
        });
        assert.deepEqual([configuration.alb, configuration.keda], [{ enabled: false }, { enabled: false }]);
        assert.deepEqual(unsupported, []);
    });

    it("W6: what the add-on cannot express is named by its path, never dropped in silence", () => {
        const { unsupported } = map({
            ...base,
            stage: "gamma",
            image: { tag: "v3.1-patched" },
            keda: { ...base.keda, resources: { operator: { limits: { memory: "2Gi" } } } },
            alb: { ...base.alb, replicaCount: 3 },
        });
        assert.deepEqual(unsupported, [
            "alb.replicaCount",
            "image.tag",
            "keda.resources.operator.limits.memory",
            "stage",
        ]);
        const older = map(
            { ...base, tolerations: [{ operator: "Exists" }] },
            { schema: { type: "object", properties: { executionRoleArn: {} } } },
        );
        assert.ok(older.unsupported.includes("tolerations"));
    });

    it("null, which takes a default of the chart away, is named where the add-on cannot do that; elsewhere it sets nothing", () => {
        const pristineDefaults = { ...publicDefaultsAsValues(), enableWebhooks: true, extra: [] };
        const values = { ...base, affinity: null, enableWebhooks: null, extra: null, stranger: null };
        const { configuration, unsupported } = map(values, { pristineDefaults });
        assert.deepEqual(unsupported, ["affinity", "enableWebhooks"]);
        assert.ok(!("affinity" in configuration));
        const knows = { properties: { stage: { type: ["string", "null"] } } };
        const sent = map({ ...base, stage: null }, { schema: knows });
        assert.deepEqual([sent.unsupported, sent.configuration.stage], [[], null]);
        const ofDependency = mapDependencySettings({
            values: { node: { logLevel: null, other: null } },
            pristineDefaults: { node: { logLevel: 2 } },
            schema: { properties: { node: { properties: { logLevel: { type: "integer" } } } } },
            notCarried: /^never$/,
        });
        assert.deepEqual([ofDependency.unsupported, ofDependency.configuration], [["node.logLevel"], {}]);
    });

    it("a registry for all of KEDA's images is named, other global values are the umbrella's own", () => {
        const { unsupported } = map({
            ...base,
            global: { image: { registry: "mirror.example" }, team: "ml", imageRegistry: "other" },
        });
        assert.deepEqual(unsupported, ["global.image.registry"]);
    });

    it("keys of any form are told by their path, and a number that is a key is no place in a list", () => {
        const { configuration } = map({
            ...base,
            nodeSelector: { "kubernetes.io/os": 1, "7": 2, "a b": "x" },
        });
        assert.deepEqual(validateSettings(schema, configuration), [
            "nodeSelector.7 must be string, not 2",
            "nodeSelector.kubernetes\\.io/os must be string, not 1",
        ]);
        assert.deepEqual(validateSettings({ additionalProperties: false }, { "": 1, "a.b": 2 }), [
            '"" is no setting of this version',
            "a\\.b is no setting of this version",
        ]);
    });

    it("values equal to the chart's defaults are not settings of the user", () => {
        assert.deepEqual(map({ ...base, stage: "prod", tolerations: [] }).unsupported, []);
    });

    it("values that `helm upgrade --reuse-values` mixed into the chart's own are still settings of the user", () => {
        const values = { ...base, stage: "prod", podAnnotations: { team: "ml" } };
        const mixed = { ...publicDefaultsAsValues(), ...values };
        assert.deepEqual(map(values, { chartDefaults: mixed }).unsupported, ["podAnnotations.team"]);
        // No record tells what the chart brought: then everything set counts.
        assert.deepEqual(map(values, { chartDefaults: mixed, pristineDefaults: {} }).unsupported, [
            "podAnnotations.team",
            "stage",
        ]);
    });

    it("of a wrong form are told by their own path, once", () => {
        const { configuration } = map({ ...base, tolerations: "none" });
        assert.deepEqual(validateSettings(schema, configuration), ['tolerations must be array, not "none"']);
    });

    it("W27: a release without user values takes them from a vendored chart", () => {
        const baked = { ...publicDefaultsAsValues(), ...base, tolerations: [{ operator: "Exists" }] };
        const { configuration, unsupported } = map({}, { chartDefaults: baked });
        assert.equal(configuration.executionRoleArn, base.executionRoleArn);
        assert.deepEqual(configuration.tolerations, [{ operator: "Exists" }]);
        assert.deepEqual(unsupported, []);
    });

    it("what the user of this package gives wins, deep inside too", () => {
        const { configuration } = map(base, {
            overrides: {
                tlsCertificateS3Bucket: "other",
                alb: { serviceAccount: { roleArn: role("mine") } },
            },
        });
        assert.equal(configuration.tlsCertificateS3Bucket, "other");
        assert.deepEqual(configuration.alb, {
            enabled: true,
            serviceAccount: { create: true, roleArn: role("mine") },
        });
    });

    it("every value of the user is carried, named as unsupported, or one of those that lose nothing", () => {
        const key = fc.constantFrom(
            "tolerations",
            "alb",
            "keda",
            "image",
            "stage",
            "extra",
            "nodeSelector",
            "deep",
        );
        const leaf = fc.oneof(
            fc.integer({ min: 1 }),
            fc.string({ minLength: 1 }),
            fc.array(fc.integer(), { minLength: 1, maxLength: 2 }),
        );
        const values = fc.dictionary(
            key,
            fc.oneof(leaf, fc.dictionary(fc.constantFrom("one", "two"), leaf, { minKeys: 1 })),
        );
        fc.assert(
            fc.property(values, (random) => {
                const { configuration, unsupported } = mapSettings({
                    values: random,
                    chartDefaults: {},
                    pristineDefaults: {},
                    publicDefaults: {},
                    overrides: {},
                    schema,
                });
                for (const [name, value] of Object.entries(random)) {
                    const known =
                        unsupported.some((path) => path === name || path.startsWith(`${name}.`)) ||
                        canonicalJson(configuration[name]).includes(
                            canonicalJson(value).replace(/^\{|\}$/g, ""),
                        );
                    assert.ok(known, `${name} is gone`);
                }
            }),
        );
    });

    it("a dependency's values become its own add-on's settings by the same paths", () => {
        const { configuration, unsupported } = mapDependencySettings({
            values: {
                ...base.s3,
                node: {
                    tolerations: [{ operator: "Exists" }],
                    logLevel: 9,
                    serviceAccount: { create: true },
                },
            },
            pristineDefaults: {},
            schema: {
                properties: { node: { properties: { tolerations: {} }, additionalProperties: false } },
            },
            notCarried: /^(serviceAccountRoleArn$|node\.serviceAccount\.)/,
        });
        assert.deepEqual(
            [configuration, unsupported],
            [{ node: { tolerations: [{ operator: "Exists" }] } }, ["node.logLevel"]],
        );
    });
});

describe("values in umbrella charts", () => {
    const release = (change: Partial<Release>) =>
        ({
            chart: "hyperpod-helm-chart",
            charts: [],
            values: {},
            chartDefaults: {},
            ...change,
        }) as unknown as Release;

    it("W26: values nested under the chart's name, beside other charts, are found", () => {
        const one = release({
            charts: ["hyperpod-helm-chart", "hyperpod-inference-operator", "cert-manager"],
            values: { "hyperpod-inference-operator": { a: 1 }, "cert-manager": { b: 2 } },
            chartDefaults: { "hyperpod-inference-operator": { a: 0, c: 3 } },
        });
        assert.deepEqual(effectiveValues(one, "hyperpod-inference-operator"), { a: 1, c: 3 });
    });

    it("W26: values nested under an alias are found, and a chart of its own needs none", () => {
        const one = release({
            charts: ["umbrella", "hyperpod-inference-operator", "cert-manager"],
            aliases: { "hyperpod-inference-operator": "inference" },
            values: { inference: { a: 1 }, "cert-manager": { b: 2 } },
        });
        assert.deepEqual(valuesOf(one, "hyperpod-inference-operator", one.values), { a: 1 });
        const own = release({ chart: "hyperpod-inference-operator", values: { a: 1 } });
        assert.deepEqual(valuesOf(own, "hyperpod-inference-operator", own.values), { a: 1 });
    });

    it("without values of its own it has none, whatever the chart beside it was given", () => {
        const one = release({
            charts: ["umbrella", "hyperpod-inference-operator", "cert-manager"],
            values: { "cert-manager": { b: 2 } },
        });
        assert.deepEqual(valuesOf(one, "hyperpod-inference-operator", one.values), {});
    });

    it("two umbrellas deep, values are found by the path of its templates, and so are its objects", () => {
        const inner = "acme/charts/hyperpod-helm-chart/charts";
        const one = release({
            charts: ["acme", "hyperpod-helm-chart"],
            sources: [
                `${inner}/cert-manager/templates/a.yaml`,
                `${inner}/hyperpod-inference-operator/charts/keda/templates/a.yaml`,
            ],
            values: {
                "hyperpod-helm-chart": { x: 1, "hyperpod-inference-operator": { keda: { enabled: false } } },
            },
        });
        const chart = "hyperpod-inference-operator";
        assert.equal(holdsChart(one, chart), true);
        assert.equal(holdsChart(one, "hyperpod-inference"), false);
        assert.deepEqual(valuesOf(one, chart, one.values), { keda: { enabled: false } });
        assert.deepEqual(
            [one.sources?.[0], one.sources?.[1], "acme/templates/b.yaml"].map((source) =>
                isFrom(one, chart, source),
            ),
            [false, true, false],
        );
    });

    it("objects of other charts in the same release are told apart by the template they come from", () => {
        const one = release({
            charts: ["hyperpod-helm-chart", "hyperpod-inference-operator"],
            chartDefaults: { "hyperpod-inference-operator": {} },
        });
        assert.equal(
            isFrom(
                one,
                "hyperpod-inference-operator",
                "hyperpod-helm-chart/charts/hyperpod-inference-operator/templates/rbac.yaml",
            ),
            true,
        );
        assert.equal(
            isFrom(one, "hyperpod-inference-operator", "hyperpod-helm-chart/templates/agent.yaml"),
            false,
        );
    });
});
