// How often EKS is asked while it creates an add-on, and how late its end is noticed: counts and virtual time.
import assert from "node:assert/strict";
import { AskedSparingly } from "../../provider/operations/addon/askedSparingly";
import { awaitAddon } from "../../provider/operations/addon/wait";
import { AddonStatus } from "../../provider/ports/world";
import { connectWith } from "./memory/connectWith";
import { ADDON } from "./memory/content";
import { assertDone } from "./memory/expectations";
import { OPERATOR_NAMESPACE } from "./memory/operatorContent";
import { MemoryStack } from "./memoryStack";
import { MemoryWorld } from "./memoryWorld";

const MINUTE = 60_000;

/** EKS ends after `endsAt`; its pods start a second after the request, and run from `podsRunAt`. */
function eks(endsAt: number, podsRunAt: number, end = AddonStatus.Active) {
    let time = 0;
    const clock = {
        now: () => time,
        sleep: async (milliseconds: number) => {
            time += milliseconds;
        },
    };
    const describes: number[] = [];
    const world = {
        clock,
        log: { progress: () => undefined, warn: () => undefined },
        addons: {
            describe: async (name: string) => {
                describes.push(time);
                return { name, status: time < endsAt ? AddonStatus.Creating : end, issues: [] };
            },
        },
        workloads: {
            refusedPods: async () => [],
            failingPods: async () => [],
            startingOfEks: async () => (time > 1_000 && time < podsRunAt ? ["Deployment a/b"] : []),
        },
    };
    return { world: world as never, describes, now: () => time };
}

const X = { addonName: "x", addonNamespace: "a" };

describe("an add-on that EKS creates", () => {
    for (const [endsAt, podsRunAt] of [
        [500, 500],
        [4_000, 3_000],
        [11_000, 10_900],
        [45_000, 20_000],
        [MINUTE, 59_999],
        [3 * MINUTE, 3 * MINUTE],
        [3 * MINUTE, 3 * MINUTE - 1],
        [3 * MINUTE, 150_000],
        [10 * MINUTE, 599_000],
    ] as const) {
        it(`is ACTIVE after ${endsAt / 1000} s, its pods after ${podsRunAt / 1000} s: noticed within 2 s`, async () => {
            const { world, describes, now } = eks(endsAt, podsRunAt);
            await awaitAddon(world, X, 20 * MINUTE);
            assert.ok(now() - endsAt <= 2_000, `${now() - endsAt} ms late`);
            assert.ok(describes.length <= (endsAt <= 3 * MINUTE ? 60 : 100), `${describes.length} calls`);
        });
    }

    it("has failed: noticed within 2 s when it comes with the request, within 10 s while pods start", async () => {
        for (const [endsAt, late] of [
            [900, 2_000],
            [100_000, 10_000],
        ] as const) {
            const { world, now } = eks(endsAt, 3 * MINUTE, AddonStatus.CreateFailed);
            await assert.rejects(awaitAddon(world, X, 20 * MINUTE), /CREATE_FAILED/);
            assert.ok(now() - endsAt <= late, `${now() - endsAt} ms late`);
        }
    });

    it("is asked for again at once when it is gone or at rest", async () => {
        const { world, describes } = eks(0, 0);
        const asked = new AskedSparingly(world, "x", "a");
        await asked.describe();
        await asked.describe();
        assert.equal(describes.length, 2);
    });

    it("for 3 minutes, in a whole move: EKS is asked for it at most 60 times", async () => {
        const calls: string[] = [];
        const counting = connectWith((connection) => {
            const { addons } = connection.world;
            const describe = addons.describe.bind(addons);
            Object.assign(addons, {
                describe: (name: string) => {
                    calls.push(name);
                    return describe(name);
                },
            });
            return connection;
        });
        const slow = `${OPERATOR_NAMESPACE}/hyperpod-inference-controller-manager`;
        const world = new MemoryWorld({}, { startUpMs: { [slow]: 3 * MINUTE } });
        const stack = new MemoryStack(
            world,
            { clusterName: "demo", skipDependenciesMigration: true },
            true,
            counting,
        );
        const begin = world.data.now;
        assertDone(await stack.up());
        assert.ok(world.data.now - begin > 3 * MINUTE, "the pods are slow");
        const count = calls.filter((name) => name === ADDON).length;
        assert.ok(count <= 60, `${count} calls of DescribeAddon`);
    });
});
