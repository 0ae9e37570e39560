// The component's types through Pulumi's own schema analyzer: every property described, nothing internal in it.
import assert from "node:assert/strict";
import { mkdirSync, writeFileSync } from "node:fs";
import path from "node:path";
import { type AnalyzeResult, Analyzer } from "@pulumi/pulumi/provider/experimental/analyzer";

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

    it("describes every input and output, and leaks nothing", () => {
        const { components, typeDefinitions } = analyze();
        const component = components.HyperPodInferenceAddon;
        assert.ok(component);
        const undescribed: string[] = [];
        const look = (where: string, properties: Record<string, { description?: string }>) => {
            for (const [key, { description }] of Object.entries(properties)) {
                if (!description || description.includes("[object")) undescribed.push(`${where}.${key}`);
                assert.doesNotMatch(key, /^[_#]|construction/i);
            }
        };
        look("inputs", component.inputs);
        look("outputs", component.outputs);
        for (const type of Object.values(typeDefinitions))
            if (type.properties) look(type.name, type.properties);
        assert.ok(Object.keys(typeDefinitions).length >= 10, Object.keys(typeDefinitions).join());
        assert.deepEqual(undescribed, []);
        assert.deepEqual(Object.keys(component.outputs).sort(), [
            "addonArn",
            "addonVersion",
            "adopted",
            "configurationValues",
            "healthIssues",
            "migrationPlan",
            "namespace",
            "roleArns",
            "status",
            "tlsBucketName",
        ]);
        assert.ok(component.inputs.clusterName && !component.inputs.clusterName.optional);
    });
});
