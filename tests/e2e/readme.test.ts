// The README's recorded preview: what the CLI shows of the example today, apart from what is drawn anew in every sandbox.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import path from "node:path";
import { comparable, previewIn, shownPreview } from "../../sandbox/readmePreview";
import "./hooks";
import { succeeds } from "./runs";
import { fresh } from "./stage";

const README = path.resolve(__dirname, "../../README.md");

describe("the README's preview", function () {
    this.timeout(240_000);

    it("is the one of today", async () => {
        const { pulumi } = await fresh();
        const { stdout } = succeeds(await pulumi.preview());
        assert.equal(
            comparable(previewIn(readFileSync(README, "utf8"))),
            comparable(shownPreview(stdout)),
            "stale: run `npm run docs:preview`",
        );
    });
});
