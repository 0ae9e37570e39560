// Every call of a resource's life, made through the dynamic provider's door and through the plugin's.
import assert from "node:assert/strict";
import { UNKNOWN } from "../../common/unknownValue";
import { type Case, created, INPUTS, KEY, sameThroughBothDoors, updated } from "./bothDoors";

const CASES: readonly Case[] = [
    { name: "a first check plans", run: async (door) => (await door()).check({}, INPUTS) },
    {
        name: "bad inputs are told by path, all at once",
        run: async (door) =>
            (await door()).check({}, { clusterName: "", region: "x", commit: "yes", until: "later", no: 1 }),
    },
    {
        name: "what is unknown puts the plan off",
        run: async (door) => (await door()).check({}, { ...INPUTS, tlsCertificateS3Bucket: UNKNOWN }),
    },
    {
        name: "a plan that is there is kept; the cluster's name cannot change",
        run: async (door) => {
            const it = await door();
            const { inputs } = await it.check({}, INPUTS);
            return [
                await it.check(inputs, INPUTS),
                await it.check(inputs, { ...INPUTS, clusterName: "other" }),
            ];
        },
    },
    {
        name: "a move, nothing to say, a refresh, and the undo",
        leavesNoTrace: true,
        async run(door) {
            const it = await door();
            const { inputs } = await it.check({}, INPUTS);
            const { id, outs } = created(await it.create(inputs));
            const again = await door();
            const quiet = await again.diff(id, outs, inputs, inputs);
            const asked = await again.diff(id, outs, { ...inputs, commit: true }, inputs);
            const read = await again.read(id, outs);
            return [inputs, id, outs, quiet, asked, read, await again.delete(id, outs)];
        },
    },
    {
        name: "a move that stops where it is told, and goes on",
        async run(door) {
            const it = await door();
            const { inputs } = await it.check({}, { ...INPUTS, until: "scaleDown" });
            const { id, outs } = created(await it.create(inputs));
            const next = await door();
            const { inputs: later } = await next.check(inputs, INPUTS);
            return [
                outs,
                later,
                await next.diff(id, outs, later, inputs),
                updated(await next.update(id, outs, later)),
            ];
        },
    },
    {
        name: "a move that fails half-way keeps its state, and is continued",
        async run(door) {
            const broken = await door({ write: 6, moment: "before", kind: "fail", times: 50 });
            const { inputs } = await broken.check({}, INPUTS);
            const failed = await broken.create(inputs);
            assert.ok("message" in failed && failed.id !== undefined && failed.properties !== undefined);
            const it = await door();
            const changes = await it.diff(failed.id, failed.properties, inputs, inputs);
            return [failed, changes, updated(await it.update(failed.id, failed.properties, inputs))];
        },
    },
    {
        name: "a move that cannot begin is a plain error, without state",
        async run(door) {
            const it = await door({ write: 1, moment: "before", kind: "fail", times: 50 });
            const answer = await it.create(INPUTS);
            assert.ok("message" in answer && !("id" in answer));
            return answer;
        },
    },
    {
        name: "an undo that fails is told, and is continued",
        leavesNoTrace: true,
        async run(door) {
            const { id, outs } = created(await (await door()).create(INPUTS));
            const broken = await door({ write: 3, moment: "before", kind: "fail", times: 50 });
            const failed = await broken.delete(id, outs);
            assert.ok(failed !== undefined);
            return [failed, await (await door()).delete(id, outs)];
        },
    },
    {
        name: "the undo gets its key, remembers the cluster, and has nothing to undo",
        resource: "WayBack",
        leavesNoTrace: true,
        async run(door) {
            const it = await door();
            const { inputs, failures } = await it.check({}, { clusterName: "demo" });
            assert.equal(typeof inputs.journalKey, "string");
            const known = { ...inputs, journalKey: KEY };
            const { id, outs } = created(await it.create(known));
            return [
                failures,
                id,
                outs,
                await it.check(known, { clusterName: "demo" }),
                await it.diff(id, outs, known, known),
                await it.diff(id, outs, { ...known, region: "us-east-1" }, known),
                await it.delete(id, outs),
            ];
        },
    },
];

describe("the same calls through both doors", () => sameThroughBothDoors(CASES));
