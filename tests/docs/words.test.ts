// One word per thing: no two types of the package share a name, and going back is called undo everywhere.
import assert from "node:assert/strict";
import { filesOf, textOf } from "./documents";

const DECLARED = /^(export )?(?:declare )?(?:abstract )?(?:interface|type|class|enum) ([A-Z]\w*)/gm;
/** The component that other languages make is called after the resource that TypeScript makes. */
const MEANT_TO_BE_TWO = ["HelmToAddonMigration"];

describe("words", () => {
    it("name one type each: an exported name is declared in no other file", () => {
        const declared = filesOf(/^(common|components|plugin|provider)\/.*\.ts$/).flatMap((file) =>
            [...textOf(file).matchAll(DECLARED)].map(([, exported, name = ""]) => ({
                file,
                name,
                isExported: exported !== undefined,
            })),
        );
        assert.ok(declared.length > 300);
        const twice = declared
            .filter(({ name, isExported }) => isExported && !MEANT_TO_BE_TWO.includes(name))
            .flatMap(({ name, file }) =>
                declared
                    .filter((other) => other.name === name && other.file !== file)
                    .map((other) => `${name}: ${file} and ${other.file}`),
            );
        assert.deepEqual(twice, []);
    });

    it("fit their number: what may be one is counted with its noun", () => {
        // Beside a limit, which is more than one.
        const many =
            /carries|would have|of \$\{order\.length\} steps|objects that are|objects of the release stay/;
        const said = filesOf(/^(common|components|plugin|provider)\/.*\.ts$/).flatMap((file) =>
            textOf(file)
                .split("\n")
                .filter((line) =>
                    /\$\{[\w.()]*([cC]ount|length|size|free|nodes)\} (\w+ )?[a-z]+s\b/.test(line),
                )
                .filter((line) => !many.test(line))
                .map((line) => `${file}: ${line.trim()}`),
        );
        assert.deepEqual(said, []);
    });

    it("have none for going back beside undo; the resource WayBack stands in users' states", () => {
        const said = filesOf(/\.(ts|mjs|md|json|yaml)$/)
            .filter((file) => !/^tests\/\w+\/states\/|^tests\/docs\/words/.test(file))
            .filter((file) => /\bways? back\b/i.test(textOf(file)));
        assert.deepEqual(said, []);
    });
});
