// The list of docs/weaknesses.md cannot shrink by accident: every weakness of AWS's script (helm_to_addon.sh) has a row there, and a test whose title begins with its number.
import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

const COUNT = 41;
const ALL = Array.from({ length: COUNT }, (_, index) => `W${index + 1}`);

const sources = readdirSync(__dirname)
    .filter((file) => file.endsWith(".test.ts"))
    .map((file) => ({ file, text: readFileSync(join(__dirname, file), "utf8") }));

/** Numbers at the beginning of the titles of tests that run. */
function tested(text: string): string[] {
    return [...text.matchAll(/^\s*it\(\s*["'`](W\d+): \S/gm)].map(([, number]) => number ?? "");
}

describe("the weaknesses of AWS's script", () => {
    it("each has a test that is named after it", () => {
        const found = new Set(sources.flatMap(({ text }) => tested(text)));
        assert.deepEqual([...found].sort(byNumber), ALL);
    });

    it("no test of them is left out of a run", () => {
        for (const { file, text } of sources)
            if (tested(text).length > 0) assert.doesNotMatch(text, /\b(it|describe)\.(skip|only)\b/, file);
    });

    it("each has its row in docs/weaknesses.md, in order", () => {
        const table = readFileSync(join(__dirname, "../../docs/weaknesses.md"), "utf8");
        assert.deepEqual(
            [...table.matchAll(/^\| (W\d+) \| [^|]+ \| [^|]+ \|$/gm)].map(([, number]) => number),
            ALL,
        );
    });
});

function byNumber(a: string, b: string): number {
    return Number(a.slice(1)) - Number(b.slice(1));
}
