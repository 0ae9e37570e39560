// One process of the plugin moves cluster after cluster of a large stack: what it held for those that are done is let go.
import assert from "node:assert/strict";
import { queryObjects, setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import type { SessionHost } from "../../provider/pulumi/session";
import { startOf } from "../provider/memory/expectations";
import { MemoryStack } from "../provider/memoryStack";
import { type Failed, type PluginDoor, pluginDoor } from "./doors";

const COUNT = Number(process.env.CLUSTERS ?? 14);
const WARM = 8;
const DONE = COUNT - WARM;
const MEGABYTE = 1024 * 1024;
const KEY = Buffer.alloc(32, 7).toString("base64");

describe("many clusters in one stack", function () {
    this.timeout(600_000);
    let door: PluginDoor;
    let current: SessionHost;
    before(async () => {
        setFlagsFromString("--expose-gc");
        const process = new MemoryStack(startOf().world).host();
        current = process;
        door = await pluginDoor(
            {
                ...process,
                connect: (...call) => current.connect(...call),
                // Each world has a time of its own.
                clock: {
                    now: () => current.clock.now(),
                    monotonic: () => current.clock.monotonic(),
                    every: (...call) => current.clock.every(...call),
                    sleep: (milliseconds) => current.clock.sleep(milliseconds),
                },
            },
            "Move",
        );
    });
    after(() => door.close());

    it(`hold no more memory after ${COUNT} than after a few: planned, moved, refreshed`, async () => {
        const collect = runInNewContext("gc") as () => void;
        const held: number[] = [];
        let [early, late] = [0, 0];
        for (let index = 0; index < COUNT; index++) {
            current = new MemoryStack(startOf().world).host();
            const { inputs, failures } = await door.check(
                {},
                { clusterName: `cluster-${index}`, journalKey: KEY },
            );
            assert.deepEqual(failures, []);
            const made = await door.create(inputs);
            assert.ok("outs" in made, (made as Failed).message);
            assert.equal(made.outs.phase, "Moved");
            assert.ok("props" in (await door.read(made.id, made.outs)));
            door.told.length = 0;
            collect();
            held.push(process.memoryUsage().heapUsed / MEGABYTE);
            // The first ones warm the process up. The cluster that was moved last is still held, by `current`.
            if (index === WARM - 1) early = queryObjects(Object, { format: "count" });
            if (index === COUNT - 1) late = queryObjects(Object, { format: "count" });
        }
        const perCluster = (Math.min(...held.slice(-3)) - Math.min(...held.slice(WARM - 3, WARM))) / DONE;
        const objects = (late - early) / DONE;
        console.log(
            `      ${objects.toFixed(1)} objects a cluster, ${(perCluster * 1024).toFixed(0)} kB, most of it compiled code and what is learnt of it`,
        );
        assert.ok(objects < 25, `${objects} objects a cluster`);
        assert.ok(perCluster < 0.25, `${perCluster} MB a cluster`);
    });
});
