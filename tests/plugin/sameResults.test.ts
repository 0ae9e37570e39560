// One table of calls, made through the dynamic provider's door and through the plugin's, each on a world of its own: the answers and the worlds are the same.
import assert from "node:assert/strict";
import { UNKNOWN } from "../../common/unknown";
import { assertHarmless, assertSame, startOf, stateOf } from "../provider/memory/expectations";
import type { Injection } from "../provider/memory/mover";
import { isIssued } from "../provider/memory/sameButIssued";
import { MemoryStack } from "../provider/memoryStack";
import { type Door, dynamicDoor, type Failed, pluginDoor, type Resource } from "./doors";

type Bag = Record<string, unknown>;

interface Case {
    readonly name: string;
    readonly resource?: Resource;
    /** Whether the world ends as it began. */
    readonly leavesNoTrace?: boolean;
    /** Answers everything that shall be the same. `door` starts a process. */
    run(door: (injection?: Injection) => Promise<Door>): Promise<unknown>;
}

const KEY = Buffer.alloc(32, 7).toString("base64");
const INPUTS = { clusterName: "demo", journalKey: KEY };

const created = (answer: { id: string; outs: Bag } | Failed): { id: string; outs: Bag } => {
    assert.ok("outs" in answer, (answer as Failed).message);
    return answer;
};
const updated = (answer: Bag | Failed): Bag => {
    assert.ok("phase" in answer, (answer as Failed).message);
    return answer;
};

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

/** Each create has a claim of its own, and each world its own journal, whose hash covers what the API server drew by lot. */
function comparable(answer: unknown): unknown {
    return JSON.parse(
        JSON.stringify(answer, (key, value: unknown) => {
            if (key === "journal") return "a journal";
            if (key === "hash") return "a hash";
            if (key === "claim") return "a claim";
            // A bag of properties has no order on the wire.
            if (key === "failures") return [...(value as { property: string }[])].sort(byProperty);
            return typeof value === "string" ? value.replace(/mover-\d+/g, "mover") : value;
        }),
    );
}

const byProperty = (one: { property: string }, other: { property: string }) =>
    one.property.localeCompare(other.property);

describe("the same calls through both doors", () => {
    for (const { name, resource = "Move", leavesNoTrace = false, run } of CASES)
        it(name, async () => {
            const answers: unknown[] = [];
            const ends = [];
            for (const kind of ["dynamic", "plugin"] as const) {
                const { world, state } = startOf();
                const stack = new MemoryStack(world);
                const open: { door: Door; kill: () => void }[] = [];
                answers.push(
                    comparable(
                        await run(async (injection) => {
                            // One process after the other, as one command after the other.
                            for (const { kill } of open) kill();
                            const host = stack.host(injection);
                            const door =
                                kind === "dynamic"
                                    ? dynamicDoor(host, resource)
                                    : await pluginDoor(host, resource);
                            open.push({ door, kill: () => host.mover.kill() });
                            return door;
                        }),
                    ),
                );
                for (const { door } of open) door.close();
                assertHarmless(world);
                if (leavesNoTrace) assertSame(stateOf(world), state, `${kind}: as before`, isIssued);
                ends.push(stateOf(world, true));
            }
            assert.deepEqual(answers[1], answers[0]);
            const [first, second] = ends;
            assert.ok(first !== undefined && second !== undefined);
            assertSame(second, first, "the two worlds", isIssued);
        });
});
