// Random stories on the in-memory world: whatever crashed, failed or was changed by hand, a successful up is golden, a successful destroy is the start, and nothing is ever lost on the way.
// HYPERPOD_MODEL_RUNS sets the number of stories, HYPERPOD_SEED the seed; a failing story is printed in its shortest form, with the path that replays it.
import fc from "fast-check";
import { commands, type Expected, type Real } from "./memory/commands";
import { startOf } from "./memory/expectations";
import { MemoryStack } from "./memoryStack";

const RUNS = Number(process.env.HYPERPOD_MODEL_RUNS ?? "60");
const SEED = Number(process.env.HYPERPOD_SEED ?? "20260105");
const PATH = process.env.HYPERPOD_MODEL_PATH;

describe("random stories", function () {
    this.timeout(0);
    const { world, snapshot, state } = startOf();

    function begin(): { model: Expected; real: Real } {
        world.restore(snapshot);
        return {
            model: { start: state, snapshot, golden: undefined, edited: new Set() },
            real: { world, stack: new MemoryStack(world) },
        };
    }

    it(`end golden or at the start (${RUNS} stories, seed ${SEED})`, async () => {
        await fc.assert(
            fc.asyncProperty(
                fc.commands(commands, {
                    maxCommands: 12,
                    size: "max",
                    ...(PATH ? { replayPath: PATH } : {}),
                }),
                async (story) => {
                    await fc.asyncModelRun(begin, story);
                },
            ),
            {
                numRuns: RUNS,
                seed: SEED,
                ...(process.env.HYPERPOD_MODEL_CASE ? { path: process.env.HYPERPOD_MODEL_CASE } : {}),
            },
        );
    });
});
