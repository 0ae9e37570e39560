// The demo's last lines: every proof, and commands and files that are there.
import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import path from "node:path";
import { ending } from "../../sandbox/demo/ending";
import { comparable, previewIn, shownPreview, withPreview } from "../../sandbox/readmePreview";
import { root, textOf } from "../docs/documents";

describe("the demo's ending", () => {
    it("tells what was proved, and what to try next", () => {
        const lines = ending(["nothing was lost", "nothing differs"]);
        assert.ok(lines.includes("   - nothing was lost") && lines.includes("   - nothing differs"));
        const next = lines.slice(lines.indexOf("What to try next:") + 1);
        assert.ok(next.length >= 4);
        for (const line of next) {
            const [, command = "", target = ""] = /^ {3}(\S+)(?: (\S+))? {2,}\S/.exec(line) ?? [];
            if (command === "make") assert.match(textOf("Makefile"), new RegExp(`^${target}:`, "m"), line);
            else assert.ok(existsSync(path.join(root, command)), line);
        }
    });
});

describe("the README's preview", () => {
    const stdout = [
        "Previewing update (dev):",
        "@ previewing update....",
        " +  stack create ",
        "    move  what this update will do:",
        " +  move create what this update will do:",
        " +  stack create ",
        "Diagnostics:",
        "     1 lock  certificate/b6ef30b0-ca5e-4c49-9044-838a5080e0bf",
        "",
    ].join("\n");

    it("is what the CLI shows at its end, each row once", () => {
        assert.deepEqual(shownPreview(stdout).split("\n"), [
            "Previewing update (dev):",
            "",
            " +  stack create",
            " +  move create what this update will do:",
            "",
            "Diagnostics:",
            "     1 lock  certificate/b6ef30b0-ca5e-4c49-9044-838a5080e0bf",
        ]);
        assert.throws(() => shownPreview("Updating (dev):"), /no preview/);
    });

    it("is found and written at its place; names that are drawn anew do not count", () => {
        const readme = textOf("README.md");
        const other = withPreview(readme, shownPreview(stdout));
        assert.equal(previewIn(other), shownPreview(stdout));
        assert.equal(withPreview(other, previewIn(readme)), readme);
        assert.equal(
            comparable(previewIn(other)),
            comparable(shownPreview(stdout.replace("b6ef30b0", "00000000"))),
        );
    });
});
