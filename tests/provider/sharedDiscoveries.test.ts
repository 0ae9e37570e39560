// Plans that are made at the same time share one look at the cluster; a later one, one of another cluster, and one after a failure look anew.
import assert from "node:assert/strict";
import type { Discovery } from "../../provider/discovery/discover";
import { SharedDiscoveries } from "../../provider/discovery/sharedDiscoveries";
import { MemoryStack } from "./memoryStack";
import { connectMemory, MemoryWorld } from "./memoryWorld";

const NOTHING = {} as Discovery;

describe("shared discoveries", () => {
    const looksAt = (world: MemoryWorld) => {
        const looks: string[] = [];
        const shared = new SharedDiscoveries(world.clock);
        const ask = (key: string, answer: () => Promise<Discovery> = async () => NOTHING) =>
            shared.share(key, () => {
                looks.push(key);
                return answer();
            });
        return { looks, ask };
    };

    it("serve who asks the same meanwhile and shortly after, and nobody else", async () => {
        const world = new MemoryWorld();
        const { looks, ask } = looksAt(world);
        await Promise.all([ask("a"), ask("a"), ask("b")]);
        await ask("a");
        assert.deepEqual(looks, ["a", "b"]);
        world.settle(10_000);
        await ask("a");
        assert.deepEqual(looks, ["a", "b", "a"]);
    });

    it("keep no failure", async () => {
        const { looks, ask } = looksAt(new MemoryWorld());
        await assert.rejects(ask("a", () => Promise.reject(new Error("away"))));
        await ask("a");
        assert.deepEqual(looks, ["a", "a"]);
    });

    it("are forgotten, each by itself, when nobody may have them any more", async () => {
        const world = new MemoryWorld();
        const due: (() => void)[] = [];
        const every = (_: number, work: () => void) => {
            due.push(work);
            return () => void due.splice(due.indexOf(work), 1);
        };
        const shared = new SharedDiscoveries({ ...world.clock.forMover(() => false), every });
        for (const key of ["a", "b"]) await shared.share(key, async () => NOTHING);
        assert.deepEqual([shared.held, due.length], [2, 2]);
        world.settle(10_000);
        await shared.share("b", async () => NOTHING);
        const [ofA, ofB, ofNewB] = due as [() => void, () => void, () => void];
        ofA();
        ofB();
        assert.deepEqual([shared.held, due.length], [1, 1], "the newer look outlives the older one's end");
        ofNewB();
        assert.deepEqual([shared.held, due.length], [0, 0]);
    });

    it("let a move begin on what its check saw a moment ago, and on nothing else", async () => {
        const world = new MemoryWorld();
        const shared = new SharedDiscoveries(world.clock);
        const looks: string[] = [];
        const look = (who: string) => async () => {
            looks.push(who);
            return NOTHING;
        };
        await shared.begin("a", look("a move without a check"));
        await shared.share("a", look("a check"));
        world.settle(4_999);
        await shared.begin("a", look("a move right after it"));
        world.settle(1);
        await shared.begin("a", look("a move that was slept over"));
        shared.forget();
        await shared.share("a", look("a check once something moves"));
        assert.deepEqual(looks, [
            "a move without a check",
            "a check",
            "a move that was slept over",
            "a check once something moves",
        ]);
    });

    it("make many migrations of one stack one look, whatever else differs, and end with the move", async () => {
        const world = new MemoryWorld();
        let looks = 0;
        const counting: typeof connectMemory = (inner, mover) => async (request, clock, log, gate) => {
            const connection = await connectMemory(inner, mover)(request, clock, log, gate);
            const { releases } = connection.world;
            const original = releases.find.bind(releases);
            const find: typeof releases.find = (...asked) => {
                looks += 1;
                return original(...asked);
            };
            return {
                ...connection,
                world: { ...connection.world, releases: Object.assign(releases, { find }) },
            };
        };
        const { lifecycle } = new MemoryStack(world, { clusterName: "demo" }, true, counting).process();
        const log = { progress: () => undefined, warn: () => undefined };
        const plans = await Promise.all(
            [1, 2, 3].map((lockTimeoutMinutes) =>
                lifecycle.check({}, { clusterName: "demo", lockTimeoutMinutes }, log),
            ),
        );
        assert.deepEqual(
            plans.map(({ failures }) => failures),
            [[], [], []],
        );
        assert.equal(looks, 1);
        await lifecycle.check(
            {},
            { clusterName: "demo", executionRoleArn: "arn:aws:iam::123456789012:role/x" },
            log,
        );
        assert.equal(looks, 2, "another role is another question");
        await lifecycle.create({ clusterName: "demo" }, log);
        assert.equal(looks, 2, "a move begins on the look of its check");
        await lifecycle.check({}, { clusterName: "demo", lockTimeoutMinutes: 4 }, log);
        assert.equal(looks, 3, "nobody plans on what was seen before the move");
    });
});
