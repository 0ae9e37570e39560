// The plugin as users get it: one file in an empty folder, started as the engine starts it. No engine, no account: what a component asks of them is answered here.
import assert from "node:assert/strict";
import { type ChildProcess, spawn } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import * as grpc from "@grpc/grpc-js";
import { ResourceProviderClient } from "@pulumi/pulumi/proto/provider_grpc_pb";
import * as messages from "@pulumi/pulumi/proto/provider_pb";
import { Struct } from "google-protobuf/google/protobuf/struct_pb";
import { open } from "../../plugin/propertyBags";
import type { Bag } from "../../provider/pulumi/propertyBag";
import { MockAccount } from "../component/mocks";
import { ask } from "./doors";
import { Monitor } from "./monitor";
import { type PluginOnPath, pluginOnPath } from "./pluginOnPath";

const root = path.resolve(__dirname, "../..");
/** With Node's own 45 MiB. */
const MEMORY_MIB = 140;
/** Of the processor: how long it takes on the clock is up to who else works. */
const START_MS = 2_500;

describe("the bundled plugin", function () {
    this.timeout(180_000);
    const folder = mkdtempSync(path.join(tmpdir(), "bundle-"));
    const empty = path.join(folder, "empty");
    const monitor = new Monitor();
    let plugin: PluginOnPath;
    let child: ChildProcess;
    let client: ResourceProviderClient;
    let startedMs: number;
    let startedCpuMs: number;

    before(async () => {
        mkdirSync(empty);
        plugin = await pluginOnPath();
        await monitor.start();
        const began = performance.now();
        child = spawn(plugin.executable, [monitor.address], {
            cwd: empty,
            env: { PATH: process.env.PATH },
            stdio: ["ignore", "pipe", "inherit"],
        });
        const port = await new Promise<string>((resolve, reject) => {
            child.stdout?.once("data", (line: Buffer) => resolve(String(line).trim()));
            child.once("exit", (code) => reject(new Error(`the plugin ended with ${code}`)));
        });
        startedMs = performance.now() - began;
        startedCpuMs = cpuMsOf(child.pid ?? 0);
        client = new ResourceProviderClient(`127.0.0.1:${port}`, grpc.credentials.createInsecure());
    });
    after(() => {
        client?.close();
        child?.kill("SIGKILL");
        monitor.stop();
        plugin?.remove();
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
            `      serves after ${(startedMs / 1000).toFixed(1)} s (${(startedCpuMs / 1000).toFixed(1)} s of the processor), holds ${mebibytes.toFixed(0)} MiB`,
        );
        assert.ok(mebibytes > 0 && mebibytes <= MEMORY_MIB, `${mebibytes} MiB`);
        assert.ok(startedCpuMs > 0 && startedCpuMs <= START_MS, `${startedCpuMs} ms`);
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

    const construct = (
        inputs: Record<string, never>,
        providers: Record<string, string> = {},
        more: (request: messages.ConstructRequest) => void = () => undefined,
        component = "HyperPodInferenceAddon",
    ) => {
        const request = new messages.ConstructRequest();
        more(request);
        request.setType(`hyperpod-inference:index:${component}`);
        request.setName("inference");
        request.setInputs(Struct.fromJavaScript(inputs));
        for (const [name, reference] of Object.entries(providers))
            request.getProvidersMap().set(name, reference);
        return ask<messages.ConstructResponse>((done) => client.construct(monitor.asPreview(request), done));
    };

    it("refuses wrong arguments of a component by path, before anything is asked", async () => {
        const refused = await construct({ clusterName: "demo", rolePath: "x" } as never).then(
            () => assert.fail("was constructed"),
            (error: grpc.ServiceError) => error,
        );
        assert.match(refused.details, /HyperPodInferenceAddon "inference" cannot be used/);
        assert.match(refused.details, /rolePath/);
        assert.deepEqual(monitor.asked, []);
    });

    it("has Pulumi's AWS package in it", async () => {
        await assert.rejects(construct({ clusterName: "demo" } as never), /no account here/);
        assert.ok(
            monitor.asked.some((token) => token.startsWith("aws:")),
            monitor.asked.join(),
        );
    });

    it("reaches AWS as the program's own aws provider does; what gives access stays secret", async () => {
        const urn = "urn:pulumi:dev::p::pulumi:providers:aws::mine";
        const role = { roleArn: "arn:aws:iam::123456789012:role/hub", externalId: "x-1" };
        const team = { roleArn: "arn:aws:iam::210987654321:role/team" };
        monitor.account = new MockAccount({ region: "eu-west-1" }, true);
        monitor.providers.set(urn, {
            profile: "team",
            region: "eu-west-1",
            accessKey: "AKIAPLANTED",
            secretKey: "planted-secret-key",
            token: "planted-token",
            assumeRoles: JSON.stringify([role, team]),
            endpoints: JSON.stringify([{ eks: "http://127.0.0.1:1" }]),
        });
        await construct({ clusterName: "demo" } as never, { aws: `${urn}::id` });
        const ours = monitor.registered.filter(({ type }) =>
            /^hyperpod-inference:index:(?!Hyper)/.test(type),
        );
        assert.deepEqual([...new Set(ours.map(({ type }) => type.split(":")[2]))].sort(), [
            "AddonHealth",
            "AddonSettings",
            "InferenceCluster",
            "TlsBucketRetention",
        ]);
        for (const { type, inputs } of ours) {
            const { plain, secrets } = open(Struct.fromJavaScript(inputs as Record<string, never>));
            assert.deepEqual(
                {
                    profile: plain.profile,
                    region: plain.region,
                    access: plain.access,
                    roleArn: plain.roleArn,
                },
                {
                    profile: "team",
                    region: "eu-west-1",
                    roleArn: undefined,
                    access: {
                        keys: {
                            accessKeyId: "AKIAPLANTED",
                            secretAccessKey: "planted-secret-key",
                            sessionToken: "planted-token",
                        },
                        assumeRoles: [role, team],
                        endpoints: { eks: "http://127.0.0.1:1" },
                    },
                },
                type,
            );
            assert.ok(secrets.has("access"), type);
            assert.doesNotMatch(JSON.stringify(withoutSecrets(inputs)), /planted/i, type);
        }
        const theirs = monitor.registered.filter(({ type }) => type.startsWith("aws:"));
        assert.ok(theirs.length > 5);
        assert.deepEqual([...new Set(theirs.map(({ provider }) => provider))], [`${urn}::id`]);
    });

    const withTimes = (request: messages.ConstructRequest) => {
        const times = new messages.ConstructRequest.CustomTimeouts();
        request.setCustomtimeouts(times.setCreate("40m").setDelete("50m"));
    };

    it("hands the times of customTimeouts on to what a component makes", async () => {
        monitor.account = new MockAccount({}, true);
        monitor.registered.length = 0;
        await construct({ clusterName: "demo" } as never, {}, withTimes);
        const addons = monitor.registered.filter(({ type }) => type === "aws:eks/addon:Addon");
        assert.ok(addons.length > 1);
        for (const { options } of addons)
            assert.deepEqual(options.timeouts, { create: "40m", delete: "50m" });
    });

    it("hands the options of a move on to the move", async () => {
        monitor.account = new MockAccount({}, true);
        monitor.registered.length = 0;
        const more = (request: messages.ConstructRequest) => {
            withTimes(request);
            request.setProtect(true);
            request.setRetainondelete(true);
            request.setIgnorechangesList(["report"]);
        };
        await construct({ clusterName: "demo" } as never, {}, more, "HelmToAddonMigration");
        const move = monitor.registered.find(({ type }) => type === "hyperpod-inference:index:Move");
        assert.deepEqual(move?.options, {
            timeouts: { create: "40m", delete: "50m" },
            protect: true,
            retainOnDelete: true,
            ignoreChanges: ["report"],
        });
    });
});

/** Linux counts in hundredths of a second. */
function cpuMsOf(pid: number): number {
    const [, fields = ""] = readFileSync(`/proc/${pid}/stat`, "utf8").split(") ");
    const [user = "0", system = "0"] = fields.split(" ").slice(11, 13);
    return (Number(user) + Number(system)) * 10;
}

/** As a display shows them. */
function withoutSecrets(bag: Bag): unknown {
    return JSON.parse(
        JSON.stringify(bag, (_, value: unknown) => {
            const isSecret =
                typeof value === "object" &&
                value !== null &&
                (value as Bag)["4dabf18193072939515e22adb298388d"] !== undefined;
            return isSecret ? "[secret]" : value;
        }),
    );
}
