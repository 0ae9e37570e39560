// What the engine gets from the plugin beyond the answers that both doors give: secrets sealed, plans in previews, differences by path, the user's interrupt.
import assert from "node:assert/strict";
import type * as grpc from "@grpc/grpc-js";
import * as messages from "@pulumi/pulumi/proto/provider_pb";
import { Empty } from "google-protobuf/google/protobuf/empty_pb";
import { Struct } from "google-protobuf/google/protobuf/struct_pb";
import { startOf } from "../provider/memory/expectations";
import { MemoryStack } from "../provider/memoryStack";
import { ask, type Failed, type PluginDoor, pluginDoor, URN } from "./doors";

type Bag = Record<string, unknown>;

const SIGNATURE = "4dabf18193072939515e22adb298388d";
const SECRET = "1b47061264138c4ac30d75fd1eb44270";
const OUTPUT = "d0e6a833031e9bbcd3f4e8bde6ca49a4";
const RESOURCE = "5cf8f73096256a8f31e491e813e4eb8e";
const secret = (value: unknown) => ({ [SIGNATURE]: SECRET, value });
const KEY = Buffer.alloc(32, 7).toString("base64");
const bag = (value: Bag) => Struct.fromJavaScript(value as Record<string, never>);

describe("the plugin's protocol", () => {
    let door: PluginDoor;
    let stack: MemoryStack;
    let onCancel: () => void;
    beforeEach(async () => {
        stack = new MemoryStack(startOf().world);
        const host = stack.host();
        onCancel = () => {
            host.mover.stopReason = "interrupted";
        };
        door = await pluginDoor(host, "Move", () => onCancel());
    });
    afterEach(() => door.close());

    const check = async (news: Bag) => {
        const request = new messages.CheckRequest();
        request.setUrn(URN("Move"));
        request.setNews(bag(news));
        const answer = await ask<messages.CheckResponse>((done) => door.client.check(request, done));
        return { inputs: answer.getInputs()?.toJavaScript() as Bag, failures: answer.getFailuresList() };
    };
    const create = async (inputs: Bag, preview: boolean) => {
        const request = new messages.CreateRequest();
        request.setUrn(URN("Move"));
        request.setProperties(bag(inputs));
        request.setPreview(preview);
        const answer = await ask<messages.CreateResponse>((done) => door.client.create(request, done));
        return { id: answer.getId(), outs: answer.getProperties()?.toJavaScript() as Bag };
    };

    it("opens secrets, references and output values for the life cycle, and gives the inputs back sealed as they came", async () => {
        const tags = { [SIGNATURE]: OUTPUT, value: { a: secret("planted") }, dependencies: ["urn:x"] };
        const { inputs, failures } = await check({
            clusterName: { [SIGNATURE]: RESOURCE, urn: "urn:cluster", id: "demo" },
            releaseNamespace: secret("kube-system"),
            additionalConfiguration: { nodeSelector: tags },
            journalKey: secret(KEY),
        });
        assert.deepEqual(
            failures.map((one) => one.getReason()),
            [],
        );
        assert.equal(inputs.clusterName, "demo");
        assert.deepEqual(inputs.releaseNamespace, secret("kube-system"));
        assert.deepEqual(inputs.journalKey, secret(KEY));
        assert.deepEqual(inputs.additionalConfiguration, { nodeSelector: tags });
        assert.deepEqual(inputs.secretInputs, ["additionalConfiguration", "releaseNamespace"]);
        assert.ok((inputs.plan as string[]).length > 3);
    });

    it("tells a bad secret without its value", async () => {
        const { failures } = await check({ clusterName: "demo", region: secret("planted value") });
        const [failure, another] = failures;
        assert.equal(another, undefined);
        assert.equal(failure?.getProperty(), "region");
        assert.doesNotMatch(failure?.getReason() ?? "", /planted/);
    });

    it("shows the plan in a preview of create, once in words too, and writes nothing", async () => {
        const { inputs } = await check({ clusterName: "demo" });
        const { id, outs } = await create(inputs, true);
        assert.equal(id, "");
        assert.deepEqual(outs, { plan: inputs.plan });
        const told = door.told.filter(({ line }) => line.startsWith("what this update will do"));
        assert.deepEqual(
            told.map(({ urn }) => urn),
            [URN("Move")],
        );
    });

    it("seals what is secret by nature, and every output whose input was", async () => {
        const { inputs } = await check({
            clusterName: "demo",
            addonVersion: secret("v1.0.0-eksbuild.1"),
            journalKey: secret(KEY),
            skipDependenciesMigration: true,
        });
        // The version that a move would choose by itself, but secret.
        const { addonVersion: _, ...usual } = inputs;
        const { outs } = await create(usual, false);
        for (const name of ["journal", "journalKey", "inputs", "addonConfiguration"])
            assert.equal((outs[name] as Bag)[SIGNATURE], SECRET, name);
        assert.equal(typeof outs.addonVersion, "string");
        const request = new messages.UpdateRequest();
        request.setUrn(URN("Move"));
        request.setId("id");
        request.setOlds(bag(outs));
        request.setNews(bag({ ...usual, addonVersion: secret(outs.addonVersion) }));
        const answer = await ask<messages.UpdateResponse>((done) => door.client.update(request, done));
        const after = answer.getProperties()?.toJavaScript() as Bag;
        assert.deepEqual(after.addonVersion, secret(outs.addonVersion));
    });

    it("tells what differs, by property of the inputs", async () => {
        const request = new messages.DiffRequest();
        request.setUrn(URN("Move"));
        request.setId("id");
        request.setOlds(bag({ phase: "Moved", inputs: { clusterName: "demo", commit: false, report: "a" } }));
        request.setOldInputs(bag({ clusterName: "demo", commit: false, report: "a", plan: ["one"] }));
        request.setNews(bag({ clusterName: "demo", commit: true, region: "eu-west-1", plan: ["two"] }));
        const answer = await ask<messages.DiffResponse>((done) => door.client.diff(request, done));
        assert.deepEqual([...answer.getDiffsList()].sort(), ["commit", "region", "report"]);
        const { Kind } = messages.PropertyDiff;
        const kinds = answer.getDetaileddiffMap();
        assert.deepEqual(
            ["commit", "region", "report"].map((name) => kinds.get(name)?.getKind()),
            [Kind.UPDATE, Kind.ADD, Kind.DELETE],
        );
        assert.equal(kinds.get("commit")?.getInputdiff(), true);
        assert.deepEqual(answer.getReplacesList(), []);
    });

    it("stops at the next safe point when the user interrupts, with the state of the half-done move", async () => {
        const { inputs } = await check({ clusterName: "demo" });
        onCancel = () => undefined;
        const host = stack.host();
        host.mover.onWrite = (number) => {
            if (number === 4) void ask<Empty>((done) => door.client.cancel(new Empty(), done));
        };
        door.close();
        door = await pluginDoor(host, "Move", () => {
            host.mover.stopReason = "interrupted";
        });
        const answer = await door.create(inputs);
        assert.ok("message" in answer && answer.id !== undefined);
        assert.match(answer.message, /interrupted/);
        assert.equal(answer.properties?.phase, "Moving");
        assert.equal(door.cancels, 1);
    });

    it("stops at the next safe point when the time of customTimeouts is over, and not without them", async () => {
        const { inputs } = await check({ clusterName: "demo", journalKey: KEY });
        const request = new messages.CreateRequest();
        request.setUrn(URN("Move"));
        request.setProperties(bag(inputs));
        request.setTimeout(1);
        const failed = await ask((done) => door.client.create(request, done)).then(
            () => assert.fail("was moved"),
            (error: grpc.ServiceError) => error,
        );
        assert.match(failed.details, /safe point: the 1 s of customTimeouts are over.*\nnext: /s);
        door.close();
        door = await pluginDoor(stack.host(), "Move");
        const moved = await door.create(inputs);
        assert.ok("outs" in moved, (moved as Failed).message);
    });

    it("knows no other resource", async () => {
        const request = new messages.CheckRequest();
        request.setUrn(URN("Other"));
        await assert.rejects(
            ask((done) => door.client.check(request, done)),
            /this plugin has no resource hyperpod-inference:index:Other/,
        );
    });

    it("answers who it is, and what it accepts", async () => {
        const handshake = await ask<messages.ProviderHandshakeResponse>((done) =>
            door.client.handshake(new messages.ProviderHandshakeRequest(), done),
        );
        assert.ok(handshake.getAcceptSecrets() && handshake.getAcceptOutputs());
        const configured = await ask<messages.ConfigureResponse>((done) =>
            door.client.configure(new messages.ConfigureRequest(), done),
        );
        assert.ok(configured.getAcceptsecrets() && configured.getSupportspreview());
        const schema = await ask<messages.GetSchemaResponse>((done) =>
            door.client.getSchema(new messages.GetSchemaRequest(), done),
        );
        assert.equal((JSON.parse(schema.getSchema()) as Bag).name, "hyperpod-inference");
    });
});
