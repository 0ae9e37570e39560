// Random stories on the in-memory world: whatever crashed, failed or was changed by hand, a successful up is golden, a successful destroy is the start, and nothing is ever lost on the way.
// HYPERPOD_MODEL_RUNS sets the number of stories, HYPERPOD_SEED the seed; a failing story is printed in its shortest form, with the path that replays it.
import fc from "fast-check";
import { commands, type Expected, type Real } from "./memory/commands";
import { addStandingAddon } from "./memory/existingAddon";
import { type Start, startOf } from "./memory/expectations";
import { MemoryStack } from "./memoryStack";

const RUNS = Number(process.env.HYPERPOD_MODEL_RUNS ?? "60");
const SEED = Number(process.env.HYPERPOD_SEED ?? "20260105");
const PATH = process.env.HYPERPOD_MODEL_PATH;

const STARTS: readonly (readonly [string, Start, number])[] = [
    ["Helm alone", startOf(), RUNS],
    ["an add-on that is there already", startOf({}, addStandingAddon), Math.ceil(RUNS / 8)],
];

describe("random stories", function () {
    this.timeout(0);
    for (const [from, { world, snapshot, state }, runs] of STARTS) {
        function begin(): { model: Expected; real: Real } {
            world.restore(snapshot);
            return {
                model: { start: state, snapshot, golden: undefined, edited: new Set() },
                real: { world, stack: new MemoryStack(world) },
            };
        }

        it(`from ${from}: end golden or at the start (${runs} stories, seed ${SEED})`, async () => {
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
                    numRuns: runs,
                    seed: SEED,
                    ...(process.env.HYPERPOD_MODEL_CASE ? { path: process.env.HYPERPOD_MODEL_CASE } : {}),
                },
            );
        });
    }
});
