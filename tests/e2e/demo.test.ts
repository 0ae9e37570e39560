// `make demo`, as people run it: it ends by itself with what it has proved, and every proof is among them.
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import path from "node:path";
import { promisify } from "node:util";

const ROOT = path.resolve(__dirname, "../..");

describe("the demo", function () {
    this.timeout(480_000);

    it("moves, does nothing twice, goes back, and says what it proved", async () => {
        const { stdout } = await promisify(execFile)(
            process.execPath,
            ["-r", "ts-node/register", "sandbox/demo.ts"],
            {
                cwd: ROOT,
                timeout: 420_000,
                maxBuffer: 2 ** 26,
            },
        );
        const [, ending = ""] = stdout.split("What was proved, on a real API server with emulated AWS:");
        const proofs = [...stdout.matchAll(/^ {3}proved: (.+)$/gm)].map(([, proof]) => proof);
        assert.ok(proofs.length >= 3, stdout);
        for (const proof of proofs) assert.ok(ending.includes(`- ${proof}`), `${proof}: ${ending}`);
        assert.match(ending, /a second `pulumi up` writes nothing/);
        assert.match(ending, /What to try next:/);
    });
});
