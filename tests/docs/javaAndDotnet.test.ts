// The examples in Java and C#, which nothing here compiles: every class, argument and output that they name is one of the schema, as the SDKs of these languages call it.
import assert from "node:assert/strict";
import schema from "../../plugin/schema.json";
import { filesOf, textOf } from "./documents";

interface Resource {
    readonly inputProperties?: Readonly<Record<string, unknown>>;
    readonly properties?: Readonly<Record<string, unknown>>;
}

interface Named {
    readonly type: string;
    readonly inputs: readonly string[];
    readonly outputs: readonly string[];
}

const upper = (name: string) => name.charAt(0).toUpperCase() + name.slice(1);
const all = (text: string, pattern: RegExp) => [...text.matchAll(pattern)].map(([, name = ""]) => name);
const LANGUAGES = {
    java: {
        files: /^examples\/java\/.*\.java$/,
        imports: [
            `import ${schema.language.java.basePackage}.${schema.name.replaceAll("-", "")}.`,
            "import com.pulumi.Pulumi;",
        ],
        called: (name: string) => name,
        namedIn: (text: string): Named => ({
            type: all(text, /new (\w+)\("/g).join(),
            inputs: all(/Args\.builder\(\)([\s\S]*)\.build\(\)/.exec(text)?.[1] ?? "", /^ *\.(\w+)\(/gm),
            outputs: all(text, /ctx\.export\("\w+", \w+\.(\w+)\(\)\);/g),
        }),
    },
    dotnet: {
        files: /^examples\/dotnet\/.*\.cs$/,
        imports: [
            `using ${schema.language.csharp.rootNamespace}.${schema.name.split("-").map(upper).join("")};`,
            "using Pulumi;",
        ],
        called: upper,
        namedIn: (text: string): Named => ({
            type: all(text, /new (\w+)\("/g).join(),
            inputs: all(/new\(\)\s*\{([\s\S]*?)\}\);/.exec(text)?.[1] ?? "", /^ *(\w+) = /gm),
            outputs: all(text, /\["\w+"\] = \w+\.(\w+),/g),
        }),
    },
};

describe("the examples in Java and C#", () => {
    const resources: Readonly<Record<string, Resource>> = schema.resources;
    for (const [language, { files, imports, called, namedIn }] of Object.entries(LANGUAGES))
        it(`in ${language} name what the schema has`, () => {
            const examples = filesOf(files);
            assert.equal(examples.length, 2);
            for (const file of examples) {
                const text = textOf(file);
                for (const line of imports) assert.ok(text.includes(line), `${file}: ${line}`);
                const { type, inputs, outputs } = namedIn(text);
                const resource = resources[`${schema.name}:index:${type}`];
                assert.ok(resource, `${file}: ${type}`);
                assert.ok(inputs.length > 0 && outputs.length > 1, file);
                const known = (properties = {}) => new Set(Object.keys(properties).map(called));
                const [given, had] = [known(resource.inputProperties), known(resource.properties)];
                const strange = [
                    ...inputs.filter((name) => !given.has(name)),
                    ...outputs.filter((name) => !had.has(name)),
                ];
                assert.deepEqual(strange, [], file);
            }
        });
});
