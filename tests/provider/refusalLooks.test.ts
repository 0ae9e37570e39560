// Looks at requests while a move waits: each kind by one request in turn, all of a kind that is refused, and everything when it has to be known.
import assert from "node:assert/strict";
import { Refusals } from "../../provider/operations/models/probes";
import type { World } from "../../provider/ports/world";
import type { Probe } from "../../provider/profiles/profile";

describe("looks at requests during a wait", () => {
    const probe = (request: string, path: string): Probe => ({ request, method: "GET", path });
    const models = ["a", "b", "c"].map((name) => probe("models", name));
    const metrics = probe("metrics", "m");

    let now = 0;
    let asked: string[] = [];
    const away = new Set<string>();
    const world = {
        clock: { now: () => now },
        objects: {
            probe: async ({ path }: { path: string }) => {
                asked.push(path);
                return { status: away.has(path) ? 503 : 200, message: "" };
            },
        },
    } as unknown as World;
    const looked = async (look: () => Promise<boolean>) => {
        asked = [];
        now += 1000;
        return [await look(), asked.join()] as const;
    };

    it("ask one of each kind in turn, those that are refused again and again, and all at the end", async () => {
        const refusals = new Refusals(world, [...models, metrics]);
        const glance = () => looked(() => refusals.glance());
        assert.deepEqual(await glance(), [false, "a,m"]);
        away.add("b").add("c");
        assert.deepEqual(await glance(), [true, "b,m"]);
        assert.deepEqual(await glance(), [true, "b,m"]);
        assert.deepEqual(await looked(() => refusals.look()), [true, "a,b,c,m"]);
        assert.deepEqual(await glance(), [true, "b,c,m"]);
        away.clear();
        assert.deepEqual(await looked(() => refusals.look()), [false, "a,b,c,m"]);
        assert.equal(refusals.totals().get("models"), 4000);
        assert.equal(refusals.totals().get("metrics"), 0);
        assert.deepEqual((await glance())[0], false);
    });
});
