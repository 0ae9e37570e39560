// The plugin as users get it: one file in an empty folder, started as the engine starts it. No engine, no account: what a component asks of them is answered here.
import assert from "node:assert/strict";
import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import * as grpc from "@grpc/grpc-js";
import { ResourceProviderClient } from "@pulumi/pulumi/proto/provider_grpc_pb";
import * as messages from "@pulumi/pulumi/proto/provider_pb";
import { ResourceMonitorService } from "@pulumi/pulumi/proto/resource_grpc_pb";
import { SupportsFeatureResponse } from "@pulumi/pulumi/proto/resource_pb";
import { Struct } from "google-protobuf/google/protobuf/struct_pb";
import { ask } from "./doors";

const root = path.resolve(__dirname, "../..");
/** With Node's own 45 MiB. */
const MEMORY_MIB = 160;

describe("the bundled plugin", function () {
    this.timeout(180_000);
    const folder = mkdtempSync(path.join(tmpdir(), "bundle-"));
    const empty = path.join(folder, "empty");
    const asked: string[] = [];
    let monitor: grpc.Server;
    let address: string;
    let child: ChildProcess;
    let client: ResourceProviderClient;
    let startedMs: number;

    before(async () => {
        mkdirSync(empty);
        execFileSync(process.execPath, [path.join(root, "tools/bundle/main.mjs"), "--out", folder]);
        monitor = new grpc.Server();
        monitor.addService(
            ResourceMonitorService as unknown as grpc.ServiceDefinition,
            {
                supportsFeature: (_: unknown, done: (error: null, answer: unknown) => void) =>
                    done(null, new SupportsFeatureResponse().setHassupport(true)),
                invoke: (call: { request: { getTok(): string } }, done: (error: object) => void) => {
                    asked.push(call.request.getTok());
                    done({ code: grpc.status.UNAVAILABLE, details: "no account here" });
                },
                registerResource: (
                    call: { request: { getType(): string } },
                    done: (error: object) => void,
                ) => {
                    asked.push(call.request.getType());
                    done({ code: grpc.status.INTERNAL, details: "no engine here" });
                },
            } as unknown as grpc.UntypedServiceImplementation,
        );
        address = await new Promise<string>((resolve, reject) =>
            monitor.bindAsync("127.0.0.1:0", grpc.ServerCredentials.createInsecure(), (error, port) =>
                error ? reject(error) : resolve(`127.0.0.1:${port}`),
            ),
        );
        const began = performance.now();
        child = spawn(path.join(folder, "pulumi-resource-hyperpod-inference"), [address], {
            cwd: empty,
            env: { PATH: process.env.PATH },
            stdio: ["ignore", "pipe", "inherit"],
        });
        const port = await new Promise<string>((resolve, reject) => {
            child.stdout?.once("data", (line: Buffer) => resolve(String(line).trim()));
            child.once("exit", (code) => reject(new Error(`the plugin ended with ${code}`)));
        });
        startedMs = performance.now() - began;
        client = new ResourceProviderClient(`127.0.0.1:${port}`, grpc.credentials.createInsecure());
    });
    after(() => {
        client?.close();
        child?.kill("SIGKILL");
        monitor?.forceShutdown();
        rmSync(folder, { recursive: true, force: true });
    });

    it("answers its schema without anything beside it, in little memory", async () => {
        const answer = await ask<messages.GetSchemaResponse>((done) =>
            client.getSchema(new messages.GetSchemaRequest(), done),
        );
        assert.deepEqual(
            JSON.parse(answer.getSchema()),
            JSON.parse(readFileSync(path.join(root, "plugin/schema.json"), "utf8")),
        );
        const [, kibibytes = "0"] =
            /VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${child.pid}/status`, "utf8")) ?? [];
        const mebibytes = Number(kibibytes) / 1024;
        console.log(
            `      serves after ${(startedMs / 1000).toFixed(1)} s, holds ${mebibytes.toFixed(0)} MiB`,
        );
        assert.ok(mebibytes > 0 && mebibytes <= MEMORY_MIB, `${mebibytes} MiB`);
    });

    it("checks inputs with the rules of the package", async () => {
        const request = new messages.CheckRequest();
        request.setUrn("urn:pulumi:dev::p::hyperpod-inference:index:Move::move");
        request.setNews(Struct.fromJavaScript({ clusterName: "demo", until: "later" }));
        const answer = await ask<messages.CheckResponse>((done) => client.check(request, done));
        assert.deepEqual(
            answer.getFailuresList().map((failure) => failure.getProperty()),
            ["until"],
        );
    });

    const construct = (inputs: Record<string, never>) => {
        const request = new messages.ConstructRequest();
        request.setType("hyperpod-inference:index:HyperPodInferenceAddon");
        request.setName("inference");
        request.setProject("p");
        request.setStack("dev");
        request.setMonitorendpoint(address);
        request.setInputs(Struct.fromJavaScript(inputs));
        return ask<messages.ConstructResponse>((done) => client.construct(request, done));
    };

    it("refuses wrong arguments of a component by path, before anything is asked", async () => {
        const refused = await construct({ clusterName: "demo", rolePath: "x" } as never).then(
            () => assert.fail("was constructed"),
            (error: grpc.ServiceError) => error,
        );
        assert.match(refused.details, /HyperPodInferenceAddon "inference" cannot be used/);
        assert.match(refused.details, /rolePath/);
        assert.deepEqual(asked, []);
    });

    it("has Pulumi's AWS package in it", async () => {
        await assert.rejects(construct({ clusterName: "demo" } as never), /no account here|no engine here/);
        assert.ok(
            asked.some((token) => token.startsWith("aws:")),
            asked.join(),
        );
    });
});
