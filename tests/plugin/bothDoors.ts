// A table of calls comes in; each is made through the dynamic provider's door and through the plugin's, on a world of its own: the answers and the worlds must be the same.
import assert from "node:assert/strict";
import { assertHarmless, assertSame, startOf, stateOf } from "../provider/memory/expectations";
import type { Injection } from "../provider/memory/mover";
import { isIssued } from "../provider/memory/sameButIssued";
import { MemoryStack } from "../provider/memoryStack";
import type { MemoryWorld } from "../provider/memoryWorld";
import { type Door, type Failed, pluginDoor, type Resource } from "./doors";
import { dynamicDoor } from "./dynamicDoor";

export type Bag = Record<string, unknown>;

export interface Case {
    readonly name: string;
    readonly resource?: Resource;
    /** Whether the world ends as it began. */
    readonly leavesNoTrace?: boolean;
    /** Answers everything that shall be the same. `door` starts a process. */
    run(door: (injection?: Injection) => Promise<Door>, world: MemoryWorld): Promise<unknown>;
}

export const KEY = Buffer.alloc(32, 7).toString("base64");
export const INPUTS = { clusterName: "demo", journalKey: KEY };

export const created = (answer: Awaited<ReturnType<Door["create"]>>) => {
    assert.ok("outs" in answer, (answer as Failed).message);
    return answer;
};
export const updated = (answer: Bag | Failed): Bag => {
    assert.ok("phase" in answer, (answer as Failed).message);
    return answer;
};

export function sameThroughBothDoors(cases: readonly Case[]): void {
    for (const { name, resource = "Move", leavesNoTrace = false, run } of cases)
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
                        }, world),
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
}

/** Each create has a claim of its own, and each world its own journal, whose hash covers what the API server drew by lot. */
function comparable(answer: unknown): unknown {
    return JSON.parse(
        JSON.stringify(answer, (key, value: unknown) => {
            if (key === "journal") return "a journal";
            if (key === "hash" || key === "adoptJournal") return "a hash";
            if (key === "claim") return "a claim";
            // A bag of properties has no order on the wire.
            if (key === "failures") return [...(value as { property: string }[])].sort(byProperty);
            return typeof value === "string" ? value.replace(/mover-\d+/g, "mover") : value;
        }),
    );
}

const byProperty = (one: { property: string }, other: { property: string }) =>
    one.property.localeCompare(other.property);
