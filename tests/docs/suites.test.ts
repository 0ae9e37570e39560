// A test file that no suite names never runs, and nobody is told.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import path from "node:path";
import { load } from "js-yaml";
import { filesOf, root } from "./documents";

/** As Mocha itself finds the files of a pattern; of one that names a file, the name. */
const lookupFiles = require("mocha/lib/cli/lookup-files") as (pattern: string) => string | string[];
const suites = require("../run/suiteFiles.cjs") as Readonly<
    Record<string, { readonly files: string; readonly onRequest?: boolean }>
>;

interface Workflow {
    readonly jobs: {
        readonly test: { readonly strategy: { readonly matrix: { readonly suites: readonly string[] } } };
    };
}

describe("the suites", () => {
    const filesOfSuites = Object.entries(suites).map(([name, { files }]) => ({
        name,
        files: [lookupFiles(path.join(root, files))].flat().map((file) => path.relative(root, file)),
    }));

    it("hold every test file, each in one suite", () => {
        const tests = filesOf(/\.test\.[cm]?[jt]s$/);
        assert.ok(tests.length > 100, "the search finds tests");
        for (const test of tests) {
            const holders = filesOfSuites.filter(({ files }) => files.includes(test));
            assert.equal(
                holders.length,
                1,
                `${test} is in ${holders.map(({ name }) => name).join(", ") || "no suite"}`,
            );
        }
    });

    it("are none of them empty", () => {
        for (const { name, files } of filesOfSuites) assert.ok(files.length > 0, name);
    });

    it("are each run by one machine of the workflow", () => {
        const { jobs } = load(readFileSync(path.join(root, ".github/workflows/ci.yml"), "utf8")) as Workflow;
        const run = jobs.test.strategy.matrix.suites.flatMap((names) => names.split(" "));
        const usual = Object.entries(suites).flatMap(([name, { onRequest }]) => (onRequest ? [] : [name]));
        assert.deepEqual(run.sort(), usual.sort());
    });
});
