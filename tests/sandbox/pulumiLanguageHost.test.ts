// The language host alone, asked as the engine asks it: what a program is given, how its end is told, and that it ends with its caller.
import assert from "node:assert/strict";
import { type ChildProcess, spawn } from "node:child_process";
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
import { tmpdir } from "node:os";
import path from "node:path";
import * as grpc from "@grpc/grpc-js";
import { EngineService } from "@pulumi/pulumi/proto/engine_grpc_pb";
import { GetRootResourceResponse, SetRootResourceResponse } from "@pulumi/pulumi/proto/engine_pb";
import { LanguageRuntimeClient } from "@pulumi/pulumi/proto/language_grpc_pb";
import * as messages from "@pulumi/pulumi/proto/language_pb";
import { ResourceMonitorService } from "@pulumi/pulumi/proto/resource_grpc_pb";
import { RegisterResourceResponse, SupportsFeatureResponse } from "@pulumi/pulumi/proto/resource_pb";
import { Empty } from "google-protobuf/google/protobuf/empty_pb";
import { type JavaScriptValue, Struct } from "google-protobuf/google/protobuf/struct_pb";

const root = path.resolve(__dirname, "../..");
const launcher = [
    "--require",
    path.join(root, "sandbox/typescript.cjs"),
    path.join(root, "sandbox/pulumi/languageHost/main.ts"),
];

interface Engine {
    address: string;
    stop(): void;
}

interface Host {
    process: ChildProcess;
    client: LanguageRuntimeClient;
    output: () => string;
}

describe("the language host", function () {
    this.timeout(60_000);
    let folder: string;
    let host: Host;
    let engine: Engine;

    before(async () => {
        engine = await serveEngine();
        host = await startHost(engine.address);
    });
    after(() => {
        host.process.kill("SIGKILL");
        engine.stop();
    });
    beforeEach(() => {
        folder = realpathSync(mkdtempSync(path.join(tmpdir(), "language-host-")));
        symlinkSync(path.join(root, "node_modules"), path.join(folder, "node_modules"));
        writeFileSync(path.join(folder, "package.json"), '{ "name": "program", "main": "index.js" }');
    });
    afterEach(() => rmSync(folder, { recursive: true, force: true }));

    const file = (name: string, text: string) => {
        mkdirSync(path.dirname(path.join(folder, name)), { recursive: true });
        writeFileSync(path.join(folder, name), text);
    };
    const info = (options: Record<string, JavaScriptValue> = {}, entryPoint = ".") =>
        new messages.ProgramInfo()
            .setRootDirectory(folder)
            .setProgramDirectory(folder)
            .setEntryPoint(entryPoint)
            .setOptions(Struct.fromJavaScript(options));
    const request = (options?: Record<string, JavaScriptValue>, entryPoint?: string) =>
        new messages.RunRequest()
            .setProject("demo")
            .setStack("dev")
            .setPwd(folder)
            .setParallel(4)
            .setMonitorAddress(engine.address)
            .setInfo(info(options, entryPoint));
    const run = (of: messages.RunRequest, by = host) =>
        new Promise<messages.RunResponse.AsObject>((resolve, reject) => {
            by.client.run(of, (error, response) => (error ? reject(error) : resolve(response.toObject())));
        });

    it("tells a program that ended well, one that has told its error itself, and one that has not", async () => {
        file("index.js", "process.exitCode = Number(process.argv[2]);");
        const ended = (code: string) => run(request().setArgsList([code]));
        assert.deepEqual(await ended("0"), { error: "", bail: false });
        assert.deepEqual(await ended("32"), { error: "", bail: true });
        assert.deepEqual(await ended("1"), {
            error: "Program exited with non-zero exit code: 1",
            bail: false,
        });
        file("index.js", "process.kill(process.pid, 'SIGKILL');");
        assert.deepEqual(await run(request()), {
            error: "Program exited unexpectedly: SIGKILL",
            bail: false,
        });
    });

    it("gives the program its configuration, and which of it is secret", async () => {
        file(
            "index.js",
            `const { Config, getProject, getStack, runtime } = require("@pulumi/pulumi");
            require("fs").writeFileSync("seen.json", JSON.stringify({ region: new Config("aws").get("region"), token: new Config().get("token"),
                secrets: JSON.parse(process.env.PULUMI_CONFIG_SECRET_KEYS), project: getProject(), stack: getStack(), isPreview: runtime.isDryRun() }));`,
        );
        const wanted = request().setConfigsecretkeysList(["demo:token"]).setDryrun(true);
        wanted.getConfigMap().set("aws:region", "us-west-2").set("demo:token", "hunter2");
        assert.deepEqual(await run(wanted), { error: "", bail: false });
        assert.deepEqual(JSON.parse(readFileSync(path.join(folder, "seen.json"), "utf8")), {
            region: "us-west-2",
            token: "hunter2",
            secrets: ["demo:token"],
            project: "demo",
            stack: "dev",
            isPreview: true,
        });
    });

    it("starts node with the arguments that Pulumi.yaml gives it", async () => {
        file(
            "index.js",
            "process.exitCode = process.execArgv.join(' ') === '--no-warnings --stack-size=900' ? 0 : 5;",
        );
        const nodeargs = " --no-warnings  --stack-size=900 ";
        assert.deepEqual(await run(request({ nodeargs })), { error: "", bail: false });
        await assert.rejects(run(request({ nodeargs: 7 })), /nodeargs must be a string/);
    });

    it("runs TypeScript unless Pulumi.yaml says otherwise, with the tsconfig that it names", async () => {
        file("package.json", '{ "name": "program", "main": "index.ts" }');
        // With no types but its own: those of Node take the compiler seconds.
        const exits = (code: string) =>
            `declare const process: any; const code: number = ${code}; process.exitCode = code;`;
        file("index.ts", exits("0"));
        file(
            "other.json",
            '{ "compilerOptions": { "strict": true, "types": [], "lib": ["es2020"], "module": "node16", "moduleResolution": "node16" } }',
        );
        assert.deepEqual(await run(request({ tsconfig: "other.json" })), { error: "", bail: false });
        file("index.ts", exits("'nought'"));
        assert.equal((await run(request({ tsconfig: "other.json" }))).bail, true, "a wrong type is told");
        const without = await run(request({ typescript: false }));
        assert.equal(without.bail || without.error !== "", true, "node alone does not read this file");
    });

    it("finds the program by package.json's main or exports, or by the file that Pulumi.yaml names", async () => {
        const leaves = (name: string) => `require("fs").writeFileSync("ran", "${name}");`;
        const ran = () => readFileSync(path.join(folder, "ran"), "utf8");
        file("index.js", leaves("index"));
        file("lib/main.js", leaves("main"));
        file("other.js", leaves("other"));
        file("package.json", '{ "name": "program", "main": "lib/main.js" }');
        await run(request());
        assert.equal(ran(), "main");
        file("package.json", '{ "name": "program", "exports": "./other.js" }');
        await run(request());
        assert.equal(ran(), "other");
        await run(request({}, "index.js"));
        assert.equal(ran(), "index");
    });

    it("hands through what the program prints", async () => {
        file("index.js", "console.log('said by the program'); console.error('and complained');");
        await run(request());
        assert.match(host.output(), /said by the program/);
        assert.match(host.output(), /and complained/);
    });

    it("says what is missing when the SDK is not there", async () => {
        rmSync(path.join(folder, "node_modules"));
        await assert.rejects(run(request()), /the Pulumi SDK is not installed in .*npm install/);
    });

    it("ends the program when its caller goes, and itself when the CLI is gone", async () => {
        file(
            "index.js",
            "require('fs').writeFileSync('pid', String(process.pid)); setInterval(() => {}, 1000);",
        );
        const pidFile = path.join(folder, "pid");
        const second = await startHost(engine.address);
        const hopeless = run(request(), second).catch(() => undefined);
        await until(
            "the program to start",
            () => existsSync(pidFile) && readFileSync(pidFile, "utf8") !== "",
        );
        const pid = Number(readFileSync(pidFile, "utf8"));
        second.client.close();
        second.process.stdin?.end();
        await until("the program to end", () => !isAlive(pid));
        await until("the host to end", () => second.process.exitCode !== null);
        await hopeless;

        rmSync(pidFile);
        const call = host.client.run(request(), () => {});
        await until(
            "the program to start",
            () => existsSync(pidFile) && readFileSync(pidFile, "utf8") !== "",
        );
        const other = Number(readFileSync(pidFile, "utf8"));
        call.cancel();
        await until("the program to end", () => !isAlive(other));
    });

    it("runs a plugin's folder, and tells its output and its exit code", async () => {
        file(
            "index.js",
            "console.log(JSON.stringify([process.argv.slice(2), process.env.GIVEN])); console.error('complains'); process.exit(7);",
        );
        const asked = new messages.RunPluginRequest()
            .setPwd(folder)
            .setKind("resource")
            .setInfo(info())
            .setArgsList(["127.0.0.1:1"])
            .setEnvList([`PATH=${process.env.PATH}`, "GIVEN=first", "GIVEN=last"]);
        const seen = { stdout: "", stderr: "", exitcode: -1 };
        await new Promise((resolve, reject) => {
            host.client
                .runPlugin(asked)
                .on("data", (response: messages.RunPluginResponse) => {
                    seen.stdout += Buffer.from(response.getStdout_asU8()).toString();
                    seen.stderr += Buffer.from(response.getStderr_asU8()).toString();
                    if (response.hasExitcode()) seen.exitcode = response.getExitcode();
                })
                .on("error", reject)
                .on("end", resolve);
        });
        assert.deepEqual(JSON.parse(seen.stdout), [["127.0.0.1:1"], "last"]);
        assert.match(seen.stderr, /complains/);
        assert.equal(seen.exitcode, 7);
    });

    it("asks for no plugin, and tells the SDK's version and its Node", async () => {
        const packages = await new Promise<messages.GetRequiredPackagesResponse>((resolve, reject) => {
            host.client.getRequiredPackages(
                new messages.GetRequiredPackagesRequest().setInfo(info()),
                (error, answer) => (error ? reject(error) : resolve(answer)),
            );
        });
        assert.deepEqual(packages.getPackagesList(), []);
        const { version } = await new Promise<{ version: string }>((resolve, reject) => {
            host.client.getPluginInfo(new Empty(), (error, answer) =>
                error ? reject(error) : resolve(answer.toObject()),
            );
        });
        assert.equal(version, require("@pulumi/pulumi/package.json").version);
        const about = await new Promise<messages.AboutResponse>((resolve, reject) => {
            host.client.about(new messages.AboutRequest().setInfo(info()), (error, answer) =>
                error ? reject(error) : resolve(answer),
            );
        });
        assert.equal(about.getVersion(), process.version);
    });
});

async function startHost(engineAddress: string): Promise<Host> {
    const child = spawn(process.execPath, [...launcher, engineAddress], { stdio: ["pipe", "pipe", "pipe"] });
    let output = "";
    child.stdout.setEncoding("utf8").on("data", (chunk: string) => {
        output += chunk;
    });
    child.stderr.setEncoding("utf8").on("data", (chunk: string) => {
        output += chunk;
    });
    await until("the host's port", () => /^\d+\n/.test(output) || child.exitCode !== null);
    const port = /^\d+/.exec(output)?.[0];
    assert.ok(port, output);
    const client = new LanguageRuntimeClient(`127.0.0.1:${port}`, grpc.credentials.createInsecure());
    return { process: child, client, output: () => output };
}

function isAlive(pid: number): boolean {
    try {
        process.kill(pid, 0);
        return true;
    } catch (error) {
        assert.equal((error as NodeJS.ErrnoException).code, "ESRCH");
        return false;
    }
}

async function until(what: string, done: () => boolean): Promise<void> {
    for (const end = Date.now() + 20_000; !done(); await new Promise((next) => setTimeout(next, 20)))
        assert.ok(Date.now() < end, `waited 20 s for ${what}`);
}

/** As much of an engine as a program without resources of its own asks. */
async function serveEngine(): Promise<Engine> {
    const answer =
        (response: () => unknown): grpc.handleUnaryCall<unknown, unknown> =>
        (_call, done) =>
            done(null, response());
    const server = new grpc.Server();
    server.addService(ResourceMonitorService as unknown as grpc.ServiceDefinition, {
        supportsFeature: answer(() => new SupportsFeatureResponse()),
        registerResource: answer(() =>
            new RegisterResourceResponse().setUrn("urn:pulumi:dev::demo::pulumi:pulumi:Stack::demo-dev"),
        ),
        registerResourceOutputs: answer(() => new Empty()),
    });
    server.addService(EngineService as unknown as grpc.ServiceDefinition, {
        log: answer(() => new Empty()),
        getRootResource: answer(() => new GetRootResourceResponse()),
        setRootResource: answer(() => new SetRootResourceResponse()),
    });
    const port = await new Promise<number>((resolve, reject) => {
        server.bindAsync("127.0.0.1:0", grpc.ServerCredentials.createInsecure(), (error, bound) =>
            error ? reject(error) : resolve(bound),
        );
    });
    return { address: `127.0.0.1:${port}`, stop: () => server.forceShutdown() };
}
