// Two moves at once through one process of the plugin, each on a cluster of its own: neither sees anything of the other.
import assert from "node:assert/strict";
import * as messages from "@pulumi/pulumi/proto/provider_pb";
import { Struct } from "google-protobuf/google/protobuf/struct_pb";
import { open } from "../../plugin/propertyBags";
import type { Bag } from "../../provider/pulumi/propertyBag";
import { assertHarmless, assertSame, startOf, stateOf } from "../provider/memory/expectations";
import { isIssued } from "../provider/memory/sameButIssued";
import { VirtualClock } from "../provider/memory/virtualClock";
import { MemoryStack } from "../provider/memoryStack";
import { ask, type PluginDoor, pluginDoor } from "./doors";

const KEYS = { one: Buffer.alloc(32, 1).toString("base64"), two: Buffer.alloc(32, 2).toString("base64") };
type Name = keyof typeof KEYS;
const NAMES: readonly Name[] = ["one", "two"];
const urnOf = (name: Name) => `urn:pulumi:dev::p::hyperpod-inference:index:Move::${name}`;
const bag = (value: Bag) => Struct.fromJavaScript(value as Record<string, never>);

describe("one process of the plugin, two clusters at once", () => {
    const worlds = { one: startOf(), two: startOf() };
    let door: PluginDoor;

    before(async () => {
        const hosts = {
            one: new MemoryStack(worlds.one.world).host(),
            two: new MemoryStack(worlds.two.world).host(),
        };
        const clock = new VirtualClock(
            () => worlds.one.world.data.now,
            (time) => {
                for (const name of NAMES) worlds[name].world.advanceTo(time);
            },
        );
        door = await pluginDoor(
            {
                ...hosts.one,
                clock: clock.forMover(() => false),
                connect: (request, ...rest) => hosts[request.clusterName as Name].connect(request, ...rest),
            },
            "Move",
        );
    });
    after(() => door.close());

    const create = async (name: Name) => {
        const request = new messages.CreateRequest();
        request.setUrn(urnOf(name));
        request.setProperties(bag({ clusterName: name, journalKey: KEYS[name] }));
        const answer = await ask<messages.CreateResponse>((done) => door.client.create(request, done));
        return { id: answer.getId(), outs: open(answer.getProperties()).plain };
    };
    const destroy = async (name: Name, outs: Bag) => {
        const request = new messages.DeleteRequest();
        request.setUrn(urnOf(name));
        request.setProperties(bag(outs));
        await ask((done) => door.client.delete(request, done));
    };
    const linesOf = (name: Name) =>
        door.told.filter(({ urn }) => urn === urnOf(name)).map(({ line }) => line);

    it("moves both, tells each in its own row, and takes back the one that is destroyed", async () => {
        const [one, two] = await Promise.all(NAMES.map(create));
        assert.ok(one && two);
        assert.match(one.id, /cluster\/one\//);
        assert.match(two.id, /cluster\/two\//);
        assert.equal(one.outs.phase, "Moved");
        assert.equal(two.outs.phase, "Moved");
        assert.notEqual(one.outs.claim, two.outs.claim);
        assert.deepEqual(linesOf("one"), linesOf("two"));
        assert.equal(linesOf("one").length + linesOf("two").length, door.told.length);
        const moved = stateOf(worlds.two.world);
        await destroy("one", one.outs);
        assertSame(stateOf(worlds.two.world), moved, "the other stays");
        await destroy("two", two.outs);
        for (const name of NAMES) {
            assertHarmless(worlds[name].world);
            assertSame(stateOf(worlds[name].world), worlds[name].state, `${name} as before`, isIssued);
        }
    });
});
