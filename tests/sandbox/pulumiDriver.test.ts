// The driver and the Pulumi CLI together, on a small project of their own: program folder, configuration, live progress, a killed CLI and what it leaves behind.
import assert from "node:assert/strict";
import {
    existsSync,
    mkdirSync,
    mkdtempSync,
    readFileSync,
    realpathSync,
    rmSync,
    symlinkSync,
    writeFileSync,
} from "node:fs";
import os from "node:os";
import path from "node:path";
import { Pulumi } from "../../sandbox/pulumi/driver";

const ROOT = path.join(__dirname, "../..");

const PROGRAM = `
import * as pulumi from "@pulumi/pulumi";
const config = new pulumi.Config();
class Move extends pulumi.CustomResource {
    constructor(name: string, args: Record<string, unknown>) {
        super("pulumi-nodejs:dynamic/demo:Move", name, { plan: undefined, phase: undefined, ...args,
            __provider: 'exports.handler = () => require("./provider.js").provider;' });
    }
}
const urn = pulumi.createUrn("move", "pulumi-nodejs:dynamic/demo:Move");
const move = new Move("move", { region: config.require("region"), token: pulumi.secret("hunter2"), urnForLog: urn });
export const phase = (move as any).phase;
`;

const PROVIDER = `
const fs = require("fs");
const grpc = require("@grpc/grpc-js");
const { EngineClient } = require("@pulumi/pulumi/proto/engine_grpc_pb");
const { LogRequest } = require("@pulumi/pulumi/proto/engine_pb");
const log = (urn, message) => new Promise((resolve) => new EngineClient(process.argv.at(-1), grpc.credentials.createInsecure())
    .log(new LogRequest().setSeverity(1).setUrn(urn).setMessage(message).setEphemeral(true), resolve));
exports.provider = {
    async check(olds, news) { return { inputs: { ...news, plan: ["1. lock", "2. install"] }, failures: [] }; },
    async diff(id, olds, news) { return { changes: olds.phase !== "done" }; },
    async create(inputs) {
        await log(inputs.urnForLog, "install: waiting for add-on (CREATING)");
        if (process.env.SLOW) {
            fs.writeFileSync("started", "");
            await new Promise((resolve) => setTimeout(resolve, 60000));
        }
        return { id: "move-1", outs: { ...inputs, phase: "done" } };
    },
    async delete() {},
};
`;

describe("a project driven from tests", function () {
    this.timeout(300_000);
    let folder: string;
    let output = "";

    function pulumi(env: Record<string, string> = {}): Pulumi {
        return new Pulumi({
            projectDirectory: folder,
            backendDirectory: path.join(folder, "state"),
            env,
            config: { region: "us-west-2" },
            onOutput: (chunk) => {
                output += chunk;
            },
        });
    }

    beforeEach(() => {
        folder = realpathSync(mkdtempSync(path.join(os.tmpdir(), "pulumi-driver-")));
        output = "";
        const program = path.join(folder, "examples/move");
        mkdirSync(program, { recursive: true });
        writeFileSync(path.join(folder, "Pulumi.yaml"), "name: demo\nruntime: nodejs\nmain: examples/move\n");
        writeFileSync(path.join(program, "package.json"), '{ "name": "move", "main": "index.ts" }');
        writeFileSync(path.join(program, "index.ts"), PROGRAM);
        writeFileSync(path.join(program, "provider.js"), PROVIDER);
        symlinkSync(path.join(ROOT, "node_modules"), path.join(folder, "node_modules"));
    });

    afterEach(() => rmSync(folder, { recursive: true, force: true }));

    it("previews, creates with live progress, is unchanged the second time, and destroys", async () => {
        const preview = await pulumi().preview("--diff");
        assert.equal(preview.exitCode, 0, preview.stderr + preview.stdout);
        assert.match(preview.stdout, /plan\s*: \[\n\s+\[0\]: "1\. lock"\n\s+\[1\]: "2\. install"\n/);
        assert.match(preview.stdout, /region\s*: "us-west-2"/);

        const up = await pulumi().up("--skip-preview");
        assert.equal(up.exitCode, 0, up.stderr + up.stdout);
        assert.match(
            up.stdout,
            /pulumi-nodejs:dynamic\/demo:Move move creating \(\d+s\) install: waiting for add-on \(CREATING\)/,
        );
        assert.deepEqual(await pulumi().outputs(), { phase: "done" });

        const again = await pulumi().up("--skip-preview");
        assert.match(again.stdout, /2 unchanged/);
        const destroy = await pulumi().destroy("--skip-preview");
        assert.equal(destroy.exitCode, 0, destroy.stderr);
        assert.equal((await pulumi().exportState()).resources, undefined);
        assert.doesNotMatch(
            output.replace(/"plaintext": "[^\n]*/g, ""),
            /hunter2/,
            "secrets are never printed",
        );
    });

    it("keeps secrets encrypted in the checkpoint", async () => {
        const up = await pulumi().up("--skip-preview");
        assert.equal(up.exitCode, 0, up.stderr + up.stdout);
        const checkpoint = readFileSync(path.join(folder, "state/.pulumi/stacks/demo/dev.json"), "utf8");
        assert.doesNotMatch(checkpoint, /hunter2/);
        assert.match(checkpoint, /"ciphertext":\s*"v1:/);
    });

    it("leaves the provider running when the CLI is killed, with a lock and a pending operation", async () => {
        const killed = pulumi({ SLOW: "yes" });
        await killed.ensureStack();
        const run = killed.start("up", "--yes", "--skip-preview");
        await appears(path.join(folder, "examples/move/started"));
        run.kill("SIGKILL");
        assert.equal((await run.finished).signal, "SIGKILL");
        assert.equal((await run.providerPids()).length > 0, true, "the provider goes on");
        run.killLeftovers();
        await vanishes(run.providerPids);

        assert.deepEqual(
            (await pulumi().exportState()).pending_operations?.map(({ type }) => type),
            ["creating"],
        );
        const locked = await pulumi().up("--skip-preview");
        assert.equal(locked.exitCode, 1);
        assert.match(locked.stderr, /the stack is currently locked by 1 lock\(s\)/);
        await pulumi().cancel();
        const up = await pulumi().up("--skip-preview");
        assert.equal(up.exitCode, 0, up.stderr + up.stdout);
    });
});

async function appears(file: string): Promise<void> {
    for (
        const end = Date.now() + 120_000;
        !existsSync(file);
        await new Promise((resolve) => setTimeout(resolve, 50))
    ) {
        assert.ok(Date.now() < end, `${file} did not appear`);
    }
}

async function vanishes(pids: () => Promise<number[]>): Promise<void> {
    for (
        const end = Date.now() + 10_000;
        (await pids()).length > 0;
        await new Promise((resolve) => setTimeout(resolve, 50))
    ) {
        assert.ok(Date.now() < end, "the provider did not end");
    }
}
