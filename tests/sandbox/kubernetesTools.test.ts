// A missing or too old go or python3 gives one clear line; the build lock outlives no process.
import assert from "node:assert/strict";
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { buildLock } from "../../sandbox/tools/buildLock";
import { requireGo, requirePython } from "../../sandbox/tools/requirements";

describe("sandbox: tools", () => {
    let directory: string;
    beforeEach(() => {
        directory = mkdtempSync(join(tmpdir(), "tools-test-"));
    });
    afterEach(() => rmSync(directory, { recursive: true }));

    const command = (output: string): string => {
        const file = join(directory, "command");
        writeFileSync(file, `#!/bin/sh\necho '${output}'\n`);
        chmodSync(file, 0o755);
        return file;
    };

    it("names the version needed when go or python3 is missing", async () => {
        await assert.rejects(
            requireGo(join(directory, "go")),
            /needs Go 1\.26 or newer, but .*go` is not on PATH/,
        );
        await assert.rejects(requirePython(join(directory, "python3")), /needs Python 3\.11 or newer/);
    });

    it("names the version needed when it is too old, and accepts newer ones", async () => {
        await assert.rejects(requireGo(command("go1.25.9")), /needs Go 1\.26 or newer, but .* is 1\.25\.9/);
        await assert.rejects(requirePython(command("Python 3.8.1")), /is 3\.8\.1/);
        await requireGo(command("go1.26.0"));
        await requireGo(command("go2.0"));
        await requirePython(command("Python 3.11.7"));
    });

    it("waits for a live builder and takes over from a dead one", async () => {
        const lock = join(directory, "lock");
        const release = await buildLock(lock, () => {});
        const waiting: string[] = [];
        const second = buildLock(lock, (line) => waiting.push(line));
        await new Promise((resolve) => setTimeout(resolve, 50));
        assert.match(waiting[0] ?? "", new RegExp(`waiting for process ${process.pid}`));
        release();
        (await second)();
        writeFileSync(lock, "4194304");
        (await buildLock(lock, () => {}))();
    });
});
