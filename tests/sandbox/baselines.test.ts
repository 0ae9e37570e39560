// Folders of baselines, without a sandbox: whoever is second with a shared one leaves the first one's alone.
import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Baselines } from "../../sandbox/kubernetes/baselines";

describe("sandbox: folders of baselines", () => {
    let folder: string;
    const baselines = (own: string) => new Baselines(join(folder, own), join(folder, "shared"), []);
    beforeEach(() => {
        folder = mkdtempSync(join(tmpdir(), "baselines-"));
    });
    afterEach(() => rmSync(folder, { recursive: true, force: true }));

    it("keep a shared one that another process saved meanwhile", async () => {
        await baselines("one").write("demo", true, async (slow) => {
            await baselines("two").write("demo", true, async ({ serving }) =>
                writeFileSync(serving, "first"),
            );
            writeFileSync(slow.serving, "second");
        });
        assert.equal(readFileSync(baselines("three").find("demo")?.serving ?? "", "utf8"), "first");
    });

    it("replace one of the sandbox's own", async () => {
        const own = baselines("one");
        for (const text of ["first", "second"])
            await own.write("demo", false, async ({ serving }) => writeFileSync(serving, text));
        assert.equal(readFileSync(own.find("demo")?.serving ?? "", "utf8"), "second");
    });
});
