// One process of the plugin moves cluster after cluster of a large stack: what it held for those that are done is let go.
import assert from "node:assert/strict";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import type { SessionHost } from "../../provider/pulumi/session";
import { startOf } from "../provider/memory/expectations";
import { MemoryStack } from "../provider/memoryStack";
import { type Failed, type PluginDoor, pluginDoor } from "./doors";

const COUNT = Number(process.env.CLUSTERS ?? 14);
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
        }
        // The first ones warm the process up.
        const [early, late] = [Math.min(...held.slice(5, 8)), Math.min(...held.slice(-3))];
        const perCluster = (late - early) / (COUNT - 8);
        console.log(
            `      heap after 8: ${early.toFixed(1)} MB, after ${COUNT}: ${late.toFixed(1)} MB, ${(perCluster * 1024).toFixed(0)} kB a cluster`,
        );
        assert.ok(perCluster < 0.25, `${perCluster} MB a cluster`);
    });
});
