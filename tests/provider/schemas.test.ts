// Schemas of add-ons as their authors write them: parts, patterns, old drafts, and what no validator reads. A setting is sent, named as lost, or told as unchecked; a schema never ends a plan.
import assert from "node:assert/strict";
import { Said, saidOf } from "../../provider/settings/schemaAtPath";
import { settingProblems, unreadable } from "../../provider/settings/validateSettings";
import { catalogue } from "./memory/content";
import { assertDone, startOf } from "./memory/expectations";
import { MemoryStack } from "./memoryStack";

describe("what a schema says of a setting", () => {
    const part = { properties: { a: {} } };
    const closed = { properties: { b: {} }, additionalProperties: false };
    it("counts from every part, and what one part of allOf forbids is none", () => {
        assert.equal(saidOf({ allOf: [part, closed] }, ["a"]), Said.Unknown);
        assert.equal(saidOf({ anyOf: [part, closed] }, ["a"]), Said.Known);
        assert.equal(saidOf({ $ref: "#/allOf/0", allOf: [part] }, ["a"]), Said.Known);
        assert.equal(saidOf({ ...part, allOf: [closed] }, ["a"]), Said.Unknown);
        assert.equal(saidOf({ ...part, properties: { a: false } }, ["a"]), Said.Unknown);
    });
    it("counts where it holds under a condition", () => {
        const schema = { ...part, if: { properties: { a: { const: 1 } } }, else: { properties: { c: {} } } };
        assert.equal(saidOf(schema, ["c"]), Said.Known);
        assert.equal(saidOf(schema, ["d"]), Said.Unknown);
    });
    it("counts where it comes along with another setting, in the words of every draft", () => {
        const along = { a: { properties: { b: {} } }, c: ["a"] };
        for (const word of ["dependencies", "dependentSchemas"]) {
            assert.equal(saidOf({ ...part, [word]: along }, ["b"]), Said.Known);
            assert.equal(saidOf({ ...part, [word]: along }, ["d"]), Said.Unknown);
        }
        assert.equal(saidOf({ if: part, else: closed }, ["a"]), Said.Known);
    });
    it("counts through every form of reference", () => {
        const to = ($ref: string) => ({
            $id: "https://example.com/addon.json",
            $defs: { x: { $anchor: "here", ...part }, "50%": part },
            properties: { z: { $ref } },
        });
        for (const ref of [
            "#here",
            "https://example.com/addon.json#/$defs/x",
            "#/$defs/50%",
            "#/$defs/50%25",
        ])
            assert.equal(saidOf(to(ref), ["z", "a"]), Said.Known, ref);
        assert.equal(saidOf(to("#nowhere"), ["z", "a"]), Said.Unknown);
    });
    it("counts by patterns of either mode", () => {
        assert.equal(saidOf({ patternProperties: { "^[\\w\\_]+$": {} } }, ["a_b"]), Said.Known);
        assert.equal(saidOf({ patternProperties: { "^\\p{L}+$": {} } }, ["ä"]), Said.Known);
    });
});

describe("settings", () => {
    const problems = (schema: object, settings: Record<string, unknown>) =>
        settingProblems(schema, settings).map(({ path }) => path);
    it("are checked against old drafts too", () => {
        const old = {
            $schema: "http://json-schema.org/draft-04/schema#",
            id: "http://example.com/addon",
            properties: {
                id: { type: "string", required: true },
                count: { type: "integer", minimum: 0, exclusiveMinimum: true },
                any: { type: "any" },
            },
        };
        assert.equal(unreadable(old), undefined);
        assert.deepEqual(problems(old, { id: 1, count: 0, any: [] }), ["id", "count"]);
        assert.deepEqual(problems(old, { id: "a", count: 1 }), []);
        const shared = {
            $ref: "#/definitions/A",
            $id: "x",
            definitions: { A: { type: "object", ...closedTo("a") } },
        };
        assert.deepEqual(problems(shared, { a: 1, b: 2 }), ["b"]);
    });
    it("are checked against newer drafts too", () => {
        const newer = {
            $schema: "https://json-schema.org/draft/2020-12/schema",
            $id: "https://example.com/addon.json",
            $defs: { text: { type: "string" } },
            properties: {
                a: { $ref: "https://example.com/addon.json#/$defs/text" },
                pair: { prefixItems: [{ type: "string" }], items: false },
                maybe: { nullable: true, enum: ["x", null] },
            },
            dependentRequired: { a: ["b"] },
            dependentSchemas: { a: { properties: { c: { type: "number" } } } },
        };
        assert.equal(unreadable(newer), undefined);
        assert.deepEqual(problems(newer, { a: 1, b: 1, c: "x", pair: ["x", "y"], maybe: "y" }).sort(), [
            "a",
            "c",
            "maybe",
            "pair",
        ]);
        assert.deepEqual(problems(newer, { a: "x" }), ["b"]);
        assert.deepEqual(problems(newer, { a: "x", b: 1, c: 2, pair: ["x"], maybe: null }), []);
    });
    it("are told which value is wanted, where a schema takes one", () => {
        const schema = { properties: { mode: { const: "slow" } } };
        assert.deepEqual(settingProblems(schema, { mode: "fast" }), [
            { path: "mode", reason: 'must be "slow", not "fast"' },
        ]);
    });
    it("are checked against patterns of either mode", () => {
        const of = (pattern: string) => ({ properties: { a: { type: "string", pattern } } });
        assert.deepEqual(problems(of("^[\\w\\_-]+$"), { a: "x y" }), ["a"]);
        assert.deepEqual(problems(of("^\\p{L}+$"), { a: "ä" }), []);
    });
    it("are sent unchecked where a schema cannot be read, which the plan says", async () => {
        for (const schema of [{ $ref: "#/definitions/none" }, { properties: { a: { enum: [] } } }]) {
            assert.deepEqual(problems(schema, { a: 1 }), []);
            assert.match(unreadable(schema) ?? "", /reference|invalid/);
        }
        const known = catalogue.schema;
        const { world } = startOf();
        Object.assign(catalogue, {
            schema: (name: string, version: string) => ({
                ...known(name, version),
                allOf: [{ $ref: "#/none" }],
            }),
        });
        try {
            const stack = new MemoryStack(world, { clusterName: "demo", skipDependenciesMigration: true });
            assertDone(await stack.up());
            const plan = ((stack.resource?.inputs.plan ?? []) as string[]).join(" ").replace(/\s+/g, " ");
            assert.match(
                plan,
                /the schema of amazon-sagemaker-hyperpod-inference cannot be read .*sent unchecked/,
            );
        } finally {
            Object.assign(catalogue, { schema: known });
        }
    });
});

function closedTo(name: string): object {
    return { properties: { [name]: {} }, additionalProperties: false };
}
