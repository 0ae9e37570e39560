// The committed schema is that of today's types, and names fit for typed languages.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import path from "node:path";
import schema from "../../plugin/schema.json";
import { currentSchema } from "../../tools/schema/generate";
import type { Property, Schema } from "../../tools/schema/polish";

const committed = schema as unknown as Schema;

describe("the plugin's schema", function () {
    this.timeout(120_000);

    it("is up to date; if not: npm run schema", () => {
        assert.deepEqual(committed, JSON.parse(JSON.stringify(currentSchema())));
    });

    // Pulumi's analyzer reads the members of a class alone, so the component declares the resource's outputs again.
    it("says of the outputs of a move what the resource says of them", () => {
        const declared = (file: string) =>
            readFileSync(path.join(__dirname, "../..", file), "utf8").match(
                /\/\*\* .* \*\/\n {4}declare .*;/g,
            );
        const ofResource = declared("provider/pulumi/helmToAddonMigration.ts");
        assert.ok((ofResource?.length ?? 0) > 10);
        assert.deepEqual(declared("plugin/helmToAddonMigration.ts"), ofResource);
    });

    it("gives an input and an output of one name one type: a preview echoes inputs", () => {
        const shape = ({ description: _, secret: __, plain: ___, ...type }: Property) => type;
        for (const [token, { inputProperties, properties = {} }] of Object.entries(committed.resources))
            for (const [name, property] of Object.entries(properties)) {
                const input = inputProperties[name];
                if (input !== undefined) assert.deepEqual(shape(input), shape(property), `${token} ${name}`);
            }
    });

    it("has no name that generators make themselves, and no float where a whole number is meant", () => {
        const names = [...Object.keys(committed.types), ...Object.keys(committed.resources)];
        assert.deepEqual(
            names.filter((name) => /(Args|Output)$/.test(name)),
            [],
        );
        assert.match(JSON.stringify(committed), /"installTimeoutMinutes":\{[^}]*"type":"integer"/);
        assert.doesNotMatch(JSON.stringify(committed), /Minutes":\{[^}]*"type":"number"/);
    });

    it("says which inputs are secret, and asks for no configuration, without which a preview would show no children", () => {
        const { inputProperties } =
            committed.resources["hyperpod-inference:index:HelmToAddonMigration"] ?? assert.fail();
        assert.equal(inputProperties.kubeconfig?.secret, true);
        assert.equal(inputProperties.access?.secret, true);
        assert.equal("config" in committed, false);
        assert.equal("provider" in committed, false);
    });
});
