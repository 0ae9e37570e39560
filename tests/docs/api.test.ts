// The API reference is generated from the docstrings; a reference that says something else is stale.
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { root, textOf } from "./documents";

describe("the API reference", function () {
    this.timeout(300_000);

    it("is what the docstrings say", () => {
        const folder = mkdtempSync(path.join(tmpdir(), "api-"));
        try {
            const file = path.join(folder, "api.md");
            execFileSync(process.execPath, [path.join(root, "tools/api/main.mjs"), file], {
                cwd: root,
                timeout: 240_000,
            });
            assert.ok(
                readFileSync(file, "utf8") === textOf("docs/api.md"),
                "docs/api.md is stale: npm run docs:api",
            );
        } finally {
            rmSync(folder, { recursive: true, force: true });
        }
    });

    it("describes every argument and every output of both resources", () => {
        const text = textOf("docs/api.md");
        for (const name of [
            "HelmToAddonMigration",
            "HelmToAddonMigrationArgs",
            "HyperPodInferenceAddon",
            "HyperPodInferenceAddonArgs",
        ]) {
            const section = text.split(/^### /m).find((part) => part.startsWith(`${name}\n`));
            assert.ok(section, name);
            const rows = section.split("\n").filter((line) => /^\| <?[a`]/.test(line));
            assert.ok(rows.length > 5, name);
            for (const row of rows) assert.ok(!/\| - \|$/.test(row), `${name}: ${row}`);
        }
    });
});
