// One part of the handover, killed before and after each of its writes: done again, or taken back, it ends as if nothing had happened.
import assert from "node:assert/strict";
import { openGate } from "../../../provider/adapters/locklessGates";
import type { World } from "../../../provider/ports/world";
import type { Difference } from "../../../sandbox/compare/capturedState";
import type { Data } from "../memory/data";
import { assertSame } from "../memory/expectations";
import { type Injection, Mover } from "../memory/mover";
import { connectMemory, type MemoryWorld } from "../memoryWorld";

const LOG = { progress: () => undefined, warn: () => undefined };
const MOMENTS = ["before", "after"] as const;
let movers = 0;

export interface Part {
    readonly apply: (world: World) => Promise<unknown>;
    readonly undo: (world: World) => Promise<unknown>;
}

/** The ports of one process, which ends where the injection says so. */
export async function processOf(
    world: MemoryWorld,
    injection?: Injection,
): Promise<{ readonly ports: World; readonly mover: Mover }> {
    const mover = new Mover(`part-${++movers}`, injection);
    const clock = world.clock.forMover(() => mover.isDead);
    const request = { clusterName: "demo" } as never;
    const { world: ports } = await connectMemory(world, mover)(request, clock, LOG, openGate);
    return { ports, mover };
}

/** True when it was killed. */
export async function runKilled(
    world: MemoryWorld,
    work: (ports: World) => Promise<unknown>,
    injection?: Injection,
): Promise<boolean> {
    const { ports, mover } = await processOf(world, injection);
    const isKilled = await Promise.race([work(ports).then(() => false), mover.died.then(() => true)]);
    mover.kill();
    return isKilled;
}

/**
 * `start` is what an undo leads to, and applying twice is as applying once; a part that only cleans up has the same end both ways.
 * Answers how many kills were tried.
 */
export async function surviveKills(
    world: MemoryWorld,
    snapshot: Data,
    part: Part,
    undone: "start" | "golden" = "start",
    ignore: (difference: Difference) => boolean = () => false,
): Promise<number> {
    const state = () => {
        world.settle(5_000);
        return world.capture();
    };
    world.restore(snapshot);
    const start = state();
    world.restore(snapshot);
    assert.equal(await runKilled(world, part.apply), false);
    const golden = state();
    const end = undone === "start" ? start : golden;
    const applied = await killEach(world, snapshot, part.apply, async (told) => {
        const half = world.snapshot();
        assert.equal(await runKilled(world, part.apply), false);
        assertSame(state(), golden, `applied again after a kill ${told}`, ignore);
        world.restore(half);
        assert.equal(await runKilled(world, part.undo), false);
        assertSame(state(), end, `taken back after a kill ${told}`);
    });
    world.restore(snapshot);
    assert.equal(await runKilled(world, part.apply), false);
    const takenBack = await killEach(world, world.snapshot(), part.undo, async (told) => {
        assert.equal(await runKilled(world, part.undo), false);
        assertSame(state(), end, `taken back after a kill ${told} of the undo`);
    });
    return applied + takenBack;
}

/** Kills before and after each write, until there is none left. */
async function killEach(
    world: MemoryWorld,
    snapshot: Data,
    work: (world: World) => Promise<unknown>,
    check: (told: string) => Promise<void>,
): Promise<number> {
    for (let write = 1; ; write++)
        for (const moment of MOMENTS) {
            world.restore(snapshot);
            if (!(await runKilled(world, work, { write, moment, kind: "crash" }))) return (write - 1) * 2;
            await check(`${moment} write ${write}`);
        }
}
