// The component's types through Pulumi's own schema analyzer: every property described, nothing internal in it.

import assert from "node:assert/strict";
import { mkdirSync, writeFileSync } from "node:fs";
import path from "node:path";
import { type AnalyzeResult, Analyzer } from "@pulumi/pulumi/provider/experimental/analyzer";
import type { Shape } from "../../common/inputShape";
import { argumentShape } from "../../components/argumentRules";
import { defaultServices } from "../../components/endpointServices";

const root = path.resolve(__dirname, "../..");

describe("the component's schema", function () {
    this.timeout(120_000);

    const analyze = (): AnalyzeResult => {
        // Only the component's own files: the whole project would take the analyzer a minute.
        const folder = path.join(root, ".cache", "schema-analysis");
        mkdirSync(folder, { recursive: true });
        const config = { extends: "../../tsconfig.json", include: [], files: ["index.ts"] };
        writeFileSync(path.join(folder, "tsconfig.json"), JSON.stringify(config));
        writeFileSync(path.join(folder, "index.ts"), 'export * from "../../components";\n');
        const packageJson = { name: "pulumi-hyperpod-inference", version: "0.0.0" };
        return new Analyzer(
            folder,
            packageJson.name,
            packageJson,
            new Set(["HyperPodInferenceAddon"]),
        ).analyze();
    };

    let result: AnalyzeResult;
    before(() => {
        result = analyze();
    });
    const component = () => {
        const { HyperPodInferenceAddon } = result.components;
        assert.ok(HyperPodInferenceAddon);
        return HyperPodInferenceAddon;
    };

    it("describes every input, every output, every part of them and every choice, in plain sentences", () => {
        const undescribed: string[] = [];
        const look = (where: string, described: Record<string, { description?: string }>) => {
            for (const [key, { description = "" }] of Object.entries(described))
                if (!/^[A-Z].*\.$/s.test(description) || /\[object|\{@|@default/.test(description))
                    undescribed.push(`${where}.${key}: ${description}`);
        };
        look("inputs", component().inputs);
        look("outputs", component().outputs);
        for (const type of Object.values(result.typeDefinitions)) {
            look(type.name, type.properties ?? {});
            look(type.name, Object.fromEntries((type.enum ?? []).map((choice) => [choice.name, choice])));
        }
        assert.deepEqual(undescribed, []);
    });

    it("says what happens when an input is left out; only the cluster's name may not be", () => {
        for (const [name, { optional, description }] of Object.entries(component().inputs)) {
            assert.equal(optional === true, name !== "clusterName", name);
            if (optional) assert.match(description ?? "", /\bdefault/i, name);
        }
    });

    it("names the services that get an interface endpoint by default", () => {
        const { description = "" } = component().inputs.interfaceEndpoints ?? {};
        const [, named = ""] = /Defaults to (.*)\.$/.exec(description) ?? [];
        assert.deepEqual(named.split(/, | and /), [...defaultServices]);
    });

    it("has exactly the inputs that are checked, part by part", () => {
        const shown = (type: string): string[] => {
            const { properties } = result.typeDefinitions[type] ?? {};
            return Object.keys(properties ?? {}).sort();
        };
        const checked = (shape: Shape | undefined): string[] =>
            shape && "fields" in shape ? Object.keys(shape.fields).sort() : [];
        assert.ok("fields" in argumentShape);
        const { fields } = argumentShape;
        assert.deepEqual(Object.keys(component().inputs).sort(), checked(argumentShape));
        for (const [name, input] of Object.entries(component().inputs)) {
            const type = (input as { $ref?: string }).$ref?.split(":").pop() ?? "";
            if (type.endsWith("Settings") || type === "MigrateFromHelm")
                assert.deepEqual(shown(type), checked(fields[name]), name);
        }
        const { tolerations } = fields;
        assert.deepEqual(
            shown("Toleration"),
            checked(tolerations && "listOf" in tolerations ? tolerations.listOf : undefined),
        );
    });

    it("leaks nothing internal", () => {
        assert.deepEqual(Object.keys(result.components), ["HyperPodInferenceAddon"]);
        assert.deepEqual(Object.keys(result.typeDefinitions).sort(), [
            "AlbSettings",
            "CreateConflicts",
            "DependencyChoice",
            "DependencyChoices",
            "DependencyMode",
            "DependencySettings",
            "GatewaySettings",
            "Handover",
            "KedaSettings",
            "MigrateFromHelm",
            "MigrationStep",
            "Owner",
            "Toleration",
            "UnsupportedSettings",
            "UpdateConflicts",
        ]);
        assert.deepEqual(Object.keys(component().outputs).sort(), [
            "addonArn",
            "addonConfiguration",
            "addonStatus",
            "addonVersion",
            "adopted",
            "healthIssues",
            "migrationPhase",
            "migrationPlan",
            "namespace",
            "roleArns",
            "tlsBucketName",
        ]);
        for (const output of Object.values(component().outputs)) assert.ok(!output.optional);
    });
});
