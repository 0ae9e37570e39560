// How many clusters a fleet has comes in; what the program that moves it holds after twenty and after all goes out. The Automation API is the real one, over a CLI that answers and says a megabyte in every run.
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import type { Cluster } from "../../examples/fleet/fleetFile";
import { PulumiStacks } from "../../examples/fleet/stacks";
import { moveFleet, type Wish } from "../../examples/fleet/waves";
import { AnsweringCli, MEGABYTE } from "./answeringCli";

const AT_ONCE = 20;
const GUARDS = { policyPacks: [], policyPackConfigs: [] };

export interface HeldByFleet {
    readonly clusters: number;
    readonly result: string;
    readonly moved: number;
    readonly megabytesAfterTwenty: number;
    readonly megabytesAfterAll: number;
}

export async function heldByFleet(clusters: number): Promise<HeldByFleet> {
    setFlagsFromString("--expose-gc");
    const collect = runInNewContext("gc") as () => void;
    const held: number[] = [];
    class Measured extends PulumiStacks {
        override async up(cluster: Cluster, wish: Wish) {
            const outcome = await super.up(cluster, wish);
            collect();
            held.push(process.memoryUsage().heapUsed);
            return outcome;
        }
    }
    const cli = new AnsweringCli();
    try {
        const { result } = await moveFleet({
            fleet: {
                atOnce: AT_ONCE,
                gates: {},
                guards: GUARDS,
                waves: [{ name: "all", clusters: Array.from({ length: clusters }, clusterOf) }],
            },
            stacks: new Measured(cli.folder, GUARDS),
            say: () => undefined,
            stopping: () => false,
        });
        const lowest = (from: number, to: number) => Math.min(...held.slice(from, to)) / MEGABYTE;
        return {
            clusters,
            result,
            moved: held.length,
            megabytesAfterTwenty: lowest(AT_ONCE - 15, AT_ONCE),
            megabytesAfterAll: lowest(clusters - 15, clusters),
        };
    } finally {
        cli.remove();
    }
}

function clusterOf(_: unknown, index: number): Cluster {
    return { stack: `c${index}`, args: { clusterName: `c${index}` } };
}
