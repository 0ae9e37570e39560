// How many clusters one stack has comes in; what the plugin's one process holds after a few of them and after all goes out. Each is planned, moved and refreshed over a world of its own. For a process that does nothing else.
import { queryObjects, setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import type { SessionHost } from "../../provider/pulumi/session";
import { startOf } from "../provider/memory/expectations";
import { MemoryStack } from "../provider/memoryStack";
import { type PluginDoor, pluginDoor } from "./doors";

/** As many warm a process up: code is compiled, and what is learnt of it is kept. */
export const FEW = 8;
const MEBIBYTE = 1 << 20;
const KEY = Buffer.alloc(32, 7).toString("base64");

export interface HeldByStack {
    readonly clusters: number;
    readonly mebibytesAfterFew: number;
    readonly mebibytesAfterAll: number;
    /** Since the few; what is left is of the process, not of the clusters. */
    readonly objectsPerCluster: number;
    readonly mebibytesPerCluster: number;
}

export async function heldByStack(clusters: number): Promise<HeldByStack> {
    setFlagsFromString("--expose-gc");
    const collect = runInNewContext("gc") as () => void;
    const first = new MemoryStack(startOf().world).host();
    let current: SessionHost = first;
    const door = await pluginDoor(
        {
            ...first,
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
    try {
        const held: number[] = [];
        const objects: number[] = [];
        for (let index = 0; index < clusters; index++) {
            current = new MemoryStack(startOf().world).host();
            await moveOne(door, `cluster-${index}`);
            door.told.length = 0;
            collect();
            held.push(process.memoryUsage().heapUsed / MEBIBYTE);
            // Slow, so only where it is needed. The cluster that was moved last is still held, by `current`.
            if (index === FEW - 1 || index === clusters - 1)
                objects.push(queryObjects(Object, { format: "count" }));
        }
        const [early = 0, late = 0] = objects;
        const afterFew = Math.min(...held.slice(FEW - 3, FEW));
        const afterAll = Math.min(...held.slice(-3));
        return {
            clusters,
            mebibytesAfterFew: afterFew,
            mebibytesAfterAll: afterAll,
            objectsPerCluster: (late - early) / (clusters - FEW),
            mebibytesPerCluster: (afterAll - afterFew) / (clusters - FEW),
        };
    } finally {
        door.close();
    }
}

async function moveOne(door: PluginDoor, clusterName: string): Promise<void> {
    const { inputs, failures } = await door.check({}, { clusterName, journalKey: KEY });
    const [failure] = failures;
    if (failure !== undefined) throw new Error(`${failure.property} ${failure.reason}`);
    const made = await door.create(inputs);
    if ("message" in made) throw new Error(made.message);
    if (made.outs.phase !== "Moved") throw new Error(`${clusterName} is ${String(made.outs.phase)}`);
    const read = await door.read(made.id, made.outs);
    if ("message" in read) throw new Error(read.message);
}
