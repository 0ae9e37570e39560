// What README and docs say, tried: snippets compile, commands and links lead somewhere, every error code is explained, every room is on the map.
import assert from "node:assert/strict";
import { existsSync, mkdirSync, rmSync, writeFileSync } from "node:fs";
import path from "node:path";
import { load } from "js-yaml";
import ts from "typescript";
import { ErrorCode } from "../../common/errors";
import {
    blocksOf,
    documents,
    filesOf,
    headingsOf,
    linksOf,
    proseOf,
    resolved,
    root,
    textOf,
} from "./documents";

const manifest = JSON.parse(textOf("package.json"));
const blocks = () => documents().flatMap(blocksOf);

describe("the documents", function () {
    this.timeout(300_000);

    it("hold TypeScript that compiles against the package", () => {
        const folder = path.join(root, ".cache", "docs-snippets");
        rmSync(folder, { recursive: true, force: true });
        mkdirSync(folder, { recursive: true });
        const snippets = blocks().filter(({ language }) => /^(ts|typescript)$/.test(language));
        assert.ok(snippets.length > 5);
        const places = new Map<string, string>();
        for (const { file, line, text } of snippets) {
            const name = path.join(folder, `${file.replace(/\W/g, "-")}-${line}.ts`);
            const own = text.includes(`from "${manifest.name}"`);
            const pulumi = /\bpulumi\./.test(text) && !text.includes('from "@pulumi/pulumi"');
            writeFileSync(
                name,
                [
                    own ? "" : `import * as hyperpod from "${manifest.name}";`,
                    pulumi ? 'import * as pulumi from "@pulumi/pulumi";' : "",
                    text,
                    "export {};",
                ].join("\n"),
            );
            places.set(name, `${file}:${line}`);
        }
        const program = ts.createProgram([...places.keys()], {
            strict: true,
            noEmit: true,
            skipLibCheck: true,
            exactOptionalPropertyTypes: true,
            target: ts.ScriptTarget.ES2022,
            module: ts.ModuleKind.ESNext,
            moduleResolution: ts.ModuleResolutionKind.Bundler,
            types: ["node"],
            paths: {
                [manifest.name]: [path.join(root, "index.ts")],
                [`${manifest.name}-policy/*`]: [path.join(root, "policy/*")],
            },
        });
        const wrong = [...places].flatMap(([name, place]) =>
            ts
                .getPreEmitDiagnostics(program, program.getSourceFile(name))
                .map(({ messageText }) => `${place}: ${ts.flattenDiagnosticMessageText(messageText, " ")}`),
        );
        assert.deepEqual(wrong, []);
    });

    it("show each language the programs of the examples", () => {
        const shown = blocksOf("docs/_index.md");
        const files: Record<string, (story: string) => string> = {
            typescript: (story) => `examples/${story}/index.ts`,
            python: (story) => `examples/python/${story}/__main__.py`,
            go: (story) => `examples/go/${story}/main.go`,
            yaml: (story) => `examples/yaml/${story}/Pulumi.yaml`,
            java: (story) => `examples/java/${story}/App.java`,
            csharp: (story) => `examples/dotnet/${story}/Program.cs`,
        };
        const run = ["quick-start", "move-from-helm"].flatMap((story) =>
            Object.entries(files).map(([language, fileOf]) => ({
                language,
                text: textOf(fileOf(story)).trimEnd(),
            })),
        );
        assert.deepEqual(
            shown.map(({ language, text }) => ({ language, text })),
            run,
        );
    });

    it("have in the README, for each other language, lines of the programs that the tests run", () => {
        const files: Record<string, RegExp> = {
            python: /^examples\/python\/.*\.py$/,
            go: /^examples\/go\/.*\.go$/,
            yaml: /^examples\/yaml\/.*\.yaml$/,
        };
        for (const [language, programs] of Object.entries(files)) {
            const known = filesOf(programs).flatMap((file) => linesOf(textOf(file)));
            const shown = blocksOf("README.md").filter(
                (block) => block.language === language && /hyperpod(\.|-inference:)/.test(block.text),
            );
            assert.equal(shown.length, 1, language);
            for (const line of linesOf(shown[0]?.text ?? "")) assert.ok(known.includes(line), line);
        }
    });

    it("hold YAML that parses, and so do the forms and workflows of the repository", () => {
        const inDocuments = blocks().filter(({ language }) => /^ya?ml$/.test(language));
        assert.ok(inDocuments.length > 0);
        for (const { file, line, text } of inDocuments) assert.ok(load(text), `${file}:${line}`);
        const forms = filesOf(/^\.github\/.*\.ya?ml$/);
        assert.ok(forms.length >= 4);
        for (const file of forms) assert.ok(load(textOf(file)), file);
    });

    it("name commands that exist", () => {
        const targets = new Set(
            [...textOf("Makefile").matchAll(/^([a-z][\w-]*):/gm)].map(([, name]) => name),
        );
        const unknown: string[] = [];
        let count = 0;
        const look = (place: string, text: string) => {
            for (const [, name = ""] of text.matchAll(/(?:^|[\s`(])make ([a-z][\w-]*)/gm)) {
                count += 1;
                if (!targets.has(name)) unknown.push(`${place}: make ${name}`);
            }
            for (const [, name = ""] of text.matchAll(/\bnpm run (?:--?[\w-]+ )*([a-z][\w:-]*)/g)) {
                count += 1;
                if (!(name in scriptsAt(place))) unknown.push(`${place}: npm run ${name}`);
            }
            for (const [, name = ""] of text.matchAll(/\bnpx ([a-z][\w-]*)/g)) {
                count += 1;
                const known = name in manifest.bin || existsSync(path.join(root, "node_modules/.bin", name));
                if (!known) unknown.push(`${place}: npx ${name}`);
            }
        };
        for (const { file, line, language, text } of blocks())
            if (/^(sh|bash|ya?ml)$/.test(language)) look(`${file}:${line}`, text);
        for (const file of documents())
            for (const [, code = ""] of proseOf(file).matchAll(/`([^`\n]+)`/g)) look(file, code);
        for (const file of filesOf(/^\.github\/workflows\//)) look(file, textOf(file));
        assert.deepEqual(unknown, []);
        assert.ok(count > 10);
    });

    it("link to files and headings that are there", async () => {
        const { default: Slugger } = await import("github-slugger");
        const anchorsOf = (file: string): Set<string> => {
            const slugger = new Slugger();
            return new Set(headingsOf(file).map((heading) => slugger.slug(heading.replace(/[`*]/g, ""))));
        };
        const broken = documents()
            .flatMap(linksOf)
            .filter((link) => {
                const { path: file, anchor } = resolved(link);
                if (!existsSync(path.join(root, file))) return true;
                return anchor !== "" && !anchorsOf(file).has(anchor);
            });
        assert.deepEqual(broken, []);
    });

    it("name files that are there", () => {
        const named = documents().flatMap((file) =>
            [
                ...proseOf(file).matchAll(
                    /`((?:provider|components|common|policy|tests|sandbox|tools|examples)\/[\w./-]+)`/g,
                ),
            ].map(([, name = ""]) => ({ file, name })),
        );
        assert.ok(named.length > 20);
        assert.deepEqual(
            named.filter(({ name }) => !existsSync(path.join(root, name))),
            [],
        );
    });

    it("that are published link only to what is published with them, or to the repository", () => {
        const published = (file: string) => /^(docs\/|README\.md|CHANGELOG\.md|LICENSE)/.test(file);
        const lost = documents()
            .filter(published)
            .flatMap(linksOf)
            .filter((link) => !link.target.startsWith("https:") && !published(resolved(link).path));
        assert.deepEqual(lost, []);
    });

    it("explain every error code, and none that does not exist", () => {
        const codes = Object.values<string>(ErrorCode);
        const rows = [...textOf("docs/troubleshooting.md").matchAll(/^\| (HP\d{3}(?:, HP\d{3})*) \|/gm)];
        const explained = rows.flatMap(([, cell = ""]) => cell.split(", "));
        assert.deepEqual(explained.sort(), codes.sort());
        const strangers = documents().flatMap((file) =>
            [...textOf(file).matchAll(/\bHP\d{3}\b/g)]
                .map(([code]) => code)
                .filter((code) => !codes.includes(code))
                .map((code) => `${file}: ${code}`),
        );
        assert.deepEqual(strangers, []);
    });

    it("name inputs by the names they have", () => {
        const known = new Set(
            [...textOf("docs/api.md").matchAll(/<\/a> `(\w+)\??`/g)].map(([, name]) => name),
        );
        const ofPulumi = ["protect", "retainOnDelete", "deletedWith", "dependsOn", "aliases"];
        const written = documents()
            .filter((file) => /^(README\.md|docs\/)/.test(file) && file !== "docs/api.md")
            .flatMap((file) =>
                [...proseOf(file).matchAll(/`([a-z]\w+): [^`\n]+`/g)].map(([, name = ""]) => ({
                    file,
                    name,
                })),
            );
        assert.ok(written.length > 5);
        assert.deepEqual(
            written.filter(({ name }) => !known.has(name) && !ofPulumi.includes(name)),
            [],
        );
    });

    it("have every room of the house on the map, and no room that is gone", () => {
        const map = textOf("docs/architecture.md");
        const rooms = new Set(
            filesOf(
                /^(provider\/[^/]+|common|components|plugin|policy|sandbox|examples|tests|tools\/[^/]+)\//,
            ).map((file) =>
                file
                    .split("/")
                    .slice(0, /^(provider|tools)\//.test(file) ? 2 : 1)
                    .join("/"),
            ),
        );
        const shown = [
            ...map.matchAll(
                /^\| `((?:provider|tools)\/\w+|common|components|plugin|policy|sandbox|examples|tests)\/` \|/gm,
            ),
        ];
        assert.deepEqual(shown.map(([, room]) => room).sort(), [...rooms].sort());
    });
});

/** Those of the package that a document stands in, and the repository's. */
function scriptsAt(place: string): Record<string, string> {
    const own = path.join(path.dirname(place), "package.json");
    return {
        ...manifest.scripts,
        ...(existsSync(path.join(root, own)) ? JSON.parse(textOf(own)).scripts : {}),
    };
}

function linesOf(text: string): string[] {
    return text
        .split("\n")
        .map((line) => line.trim())
        .filter((line) => line !== "");
}
