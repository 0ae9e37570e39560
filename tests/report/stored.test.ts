// The report from a stored state: exports with and without shown secrets, several moves, and files that are no export.
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import type { JournalCopy } from "../../provider/ports/journalStore";
import { writeMoveReport } from "../../provider/report/writeMoveReport";
import { assertDone } from "../provider/memory/expectations";
import { folder, removeFolders, sceneOf, textOf } from "./moved";

const PROJECT = resolve(__dirname, "../..");
const SIGNATURE = { "4dabf18193072939515e22adb298388d": "1b47061264138c4ac30d75fd1eb44270" };
const TYPE = "pulumi-nodejs:dynamic/hyperpod:HelmToAddonMigration";

type Outputs = Record<string, unknown>;

after(removeFolders);

describe("report from a stored state", () => {
    let outputs: Outputs;
    let page: string;

    before(async () => {
        const scene = sceneOf();
        assertDone(await scene.stack.up());
        outputs = scene.stack.resource?.outputs ?? {};
        page = scene.text();
    });

    it("says the same as the page that the move wrote", async () => {
        const file = join(folder(), "out.html");
        await writeMoveReport(exported({ move: shown(outputs) }), file);
        assert.equal(withoutTime(textOf(readFileSync(file, "utf8"))), withoutTime(page));
        await writeMoveReport(outputs, file);
        assert.equal(withoutTime(textOf(readFileSync(file, "utf8"))), withoutTime(page));
    });

    it("says from an export with encrypted secrets what stands in the open, and how to get the rest", async () => {
        const file = join(folder(), "out.html");
        await writeMoveReport(
            exported({ move: { ...outputs, journal: { ...SIGNATURE, ciphertext: "v1:AAAA" } } }),
            file,
        );
        const text = textOf(readFileSync(file, "utf8"));
        assert.match(text, /Moved/);
        assert.match(text, /--show-secrets/);
        assert.match(text, /operator: \d+\.\d s/, "pauses are in the open");
        assert.match(text, /retireHelm/);
        assert.match(text, /left alone/, "the plan's lines are in the open");
    });

    it("tells the error that Pulumi keeps with a half-done move", async () => {
        const file = join(folder(), "out.html");
        await writeMoveReport(
            exported({ move: { ...shown(outputs), phase: "Moving" } }, [
                "install: the add-on is DEGRADED [HP220]\nwhy: no pods\nnext: run `pulumi up` again",
            ]),
            file,
        );
        const text = textOf(readFileSync(file, "utf8"));
        assert.match(text, /Failed/);
        assert.match(text, /the add-on is DEGRADED \[HP220\] why: no pods Next: run `pulumi up` again/);
    });

    it("asks which one when there are several, and takes a name", async () => {
        const state = exported({ east: shown(outputs), west: shown(outputs) });
        const file = join(folder(), "out.html");
        await assert.rejects(writeMoveReport(state, file), /several moves; name one of: east, west/);
        await assert.rejects(writeMoveReport(state, file, { resource: "north" }), /it has: east, west/);
        await writeMoveReport(state, file, { resource: "west" });
        assert.ok(existsSync(file));
    });

    it("says what to do with a file that is no export, and with one without a move", async () => {
        const file = join(folder(), "out.html");
        const other = join(folder(), "other.json");
        writeFileSync(other, "{}");
        await assert.rejects(writeMoveReport(other, file), /pulumi stack export --show-secrets/);
        writeFileSync(other, "not json");
        await assert.rejects(writeMoveReport(other, file), /cannot be read as a stack export/);
        await assert.rejects(writeMoveReport(exported({}), file), /holds no HelmToAddonMigration/);
        assert.ok(!existsSync(file));
    });

    it("shows the plan's lines when the journal was tampered with", async () => {
        const file = join(folder(), "out.html");
        const journal = { ...(outputs.journal as JournalCopy), hash: "0".repeat(64) };
        await writeMoveReport({ ...outputs, journal }, file);
        assert.match(readFileSync(file, "utf8"), /does not match its hash/);
    });

    it("is a command", () => {
        const state = exported({ move: shown(outputs) });
        const file = join(folder(), "out.html");
        const cli = (...args: string[]) =>
            spawnSync(
                process.execPath,
                ["--require", "ts-node/register", join(PROJECT, "provider/report/cli.ts"), ...args],
                { cwd: PROJECT, encoding: "utf8", timeout: 30_000 },
            );
        const written = cli(state, file);
        assert.equal(written.status, 0, written.stderr);
        assert.match(readFileSync(file, "utf8"), /<\/html>/);
        const failed = cli(state, file, "north");
        assert.equal(failed.status, 1);
        assert.match(failed.stderr, /called north/);
        assert.equal(cli().status, 2);
    });
});

function shown(outputs: Outputs): Outputs {
    return { ...outputs, journal: { ...SIGNATURE, plaintext: JSON.stringify(outputs.journal) } };
}

function exported(moves: Record<string, Outputs>, initErrors?: string[]): string {
    const resources = [
        { urn: "urn:pulumi:dev::p::pulumi:pulumi:Stack::p-dev", type: "pulumi:pulumi:Stack", outputs: {} },
        ...Object.entries(moves).map(([name, outputs]) => ({
            urn: `urn:pulumi:dev::p::${TYPE}::${name}`,
            type: TYPE,
            outputs,
            ...(initErrors ? { initErrors } : {}),
        })),
    ];
    const file = join(folder(), "state.json");
    writeFileSync(file, JSON.stringify({ version: 3, deployment: { resources } }));
    return file;
}

function withoutTime(text: string): string {
    return text.replace(/Written .*? UTC/, "");
}
