// How many round trips lie between the last of Helm's pods and the request for the add-on: each of them is a moment in which no controller works.
import assert from "node:assert/strict";
import { assertDone } from "./memory/expectations";
import { MemoryStack } from "./memoryStack";
import { connectMemory, MemoryWorld } from "./memoryWorld";

const QUICK = { clusterName: "demo", skipDependenciesMigration: true };
const ROUND_TRIP_MS = 100;

/** A stack whose every call takes its time, and when the pods were seen to be gone and the add-on was asked for. */
function timedStack(world: MemoryWorld): {
    readonly stack: MemoryStack;
    readonly times: { gone: number; asked: number };
} {
    const times = { gone: Number.NaN, asked: Number.NaN };
    const stack = new MemoryStack(world, QUICK, true, (inWorld, mover) => {
        mover.roundTrip = () => world.clock.forMover(() => mover.isDead).sleep(ROUND_TRIP_MS);
        const inner = connectMemory(inWorld, mover);
        return async (...args) => {
            const connection = await inner(...args);
            const { workloads, addons } = connection.world;
            const waitGone = workloads.waitGone.bind(workloads);
            const create = addons.create.bind(addons);
            Object.assign(workloads, {
                waitGone: async (...given: Parameters<typeof waitGone>) => {
                    await waitGone(...given);
                    times.gone = world.data.now;
                },
            });
            Object.assign(addons, {
                create: (...given: Parameters<typeof create>) => {
                    times.asked = world.data.now;
                    return create(...given);
                },
            });
            return connection;
        };
    });
    return { stack, times };
}

describe("calls while nobody works", () => {
    it("are two, one after another, between the last old pod and the request for the add-on", async () => {
        const { stack, times } = timedStack(new MemoryWorld());
        assertDone(await stack.up());
        assert.equal((times.asked - times.gone) / ROUND_TRIP_MS, 2);
    });
});
