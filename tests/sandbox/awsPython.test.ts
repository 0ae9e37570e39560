// The Python environment: one clear line when python3 is missing or too old.
import assert from "node:assert/strict";
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { checkPython } from "../../sandbox/aws/python";

describe("AWS emulator: Python", () => {
    const path = process.env.PATH;
    let folder: string;
    beforeEach(() => {
        folder = mkdtempSync(join(tmpdir(), "hyperpod-python-test-"));
    });
    afterEach(() => {
        process.env.PATH = path;
        rmSync(folder, { recursive: true });
    });
    const python = (script: string) => {
        writeFileSync(join(folder, "python3"), `#!/bin/sh\n${script}\n`);
        chmodSync(join(folder, "python3"), 0o755);
    };

    it("accepts the python3 of this machine", () => checkPython());

    it("says what is missing in one line", async () => {
        process.env.PATH = folder;
        await assert.rejects(checkPython(), (error: Error) => {
            assert.match(
                error.message,
                /^The sandbox needs Python 3\.11 or newer as python3 .* was not found/,
            );
            return !error.message.includes("\n");
        });
    });

    it("refuses an old one, and one without venv", async () => {
        process.env.PATH = `${folder}:${path}`;
        python("echo 3.8");
        await assert.rejects(checkPython(), { message: /python3 is 3\.8\. Install a newer one/ });
        python("echo 'No module named ensurepip' >&2; exit 1");
        await assert.rejects(checkPython(), { message: /incomplete: .*No module named ensurepip/ });
    });
});
