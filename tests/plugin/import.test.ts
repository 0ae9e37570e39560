// `pulumi import` of a move whose state is lost: by the id and the hash of the journal in the cluster; what is taken up can be continued and undone.
import assert from "node:assert/strict";
import { assertHarmless, assertSame, startOf, stateOf } from "../provider/memory/expectations";
import { isIssued } from "../provider/memory/sameButIssued";
import { MemoryStack } from "../provider/memoryStack";
import { type Failed, type PluginDoor, pluginDoor } from "./doors";

type Bag = Record<string, unknown>;
const KEY = Buffer.alloc(32, 7).toString("base64");

describe("an import of a move", () => {
    const doors: PluginDoor[] = [];
    afterEach(() => {
        for (const door of doors.splice(0)) door.close();
    });

    const begun = async () => {
        const { world, state } = startOf();
        const stack = new MemoryStack(world);
        let last: { kill(): void } | undefined;
        const door = async () => {
            last?.kill();
            const host = stack.host();
            last = host.mover;
            const opened = await pluginDoor(host, "Move");
            doors.push(opened);
            return opened;
        };
        const made = await (await door()).create({ clusterName: "demo", journalKey: KEY });
        assert.ok("outs" in made, (made as Failed).message);
        return { world, state, door, ...made };
    };
    const refusal = (answer: { id: string; props: Bag } | Failed): string => {
        assert.ok("message" in answer);
        return answer.message;
    };

    it("names the hash that it must be given, then takes the move up, and can undo it", async () => {
        const { world, state, door, id, outs } = await begun();
        const told = refusal(await (await door()).read(id, {}));
        assert.match(told, /HP\d+/);
        const [, hash] = /\(hash (\w+)\)/.exec(told) ?? [];
        assert.ok(hash, told);
        const taken = await (await door()).read(`${id}#${hash}`, {});
        assert.ok("props" in taken, (taken as Failed).message);
        assert.equal(taken.id, id);
        const { journalKey: _, inputs: __, ...known } = outs;
        const { inputs, ...props } = taken.props;
        assert.deepEqual(props, known);
        assert.deepEqual(inputs, {
            clusterName: "demo",
            region: "us-west-2",
            releaseName: "hyperpod-inference-operator",
            releaseNamespace: "kube-system",
            adoptJournal: hash,
        });
        assert.equal(await (await door()).delete(id, taken.props), undefined);
        assertHarmless(world);
        assertSame(stateOf(world), state, "as before the move", isIssued);
    });

    it("refuses another hash, an id that names no move, and a release without a journal", async () => {
        const { door, id } = await begun();
        const it = await door();
        assert.match(refusal(await it.read(`${id}#${"0".repeat(64)}`, {})), /did not begin/);
        assert.match(refusal(await it.read("demo", {})), /demo names no move/);
        assert.match(refusal(await it.read(`${id}-other`, {})), /has no journal of a move/);
    });
});
