// What a stack of twenty clusters and a fleet of a hundred hold in memory goes to stdout, beside the goals. In memory, and in a process of its own, whose heap nothing else fills.
import { type Row, tableOf } from "../../sandbox/bench/table";
import { heldByFleet } from "../fleet/heldByFleet";
import { FEW, heldByStack } from "../plugin/heldByStack";

const [STACK, FLEET] = [20, 100];
/** Mebibytes a cluster: compiled code and what is learnt of it, which comes to an end. */
const PER_CLUSTER = 0.25;
/** Megabytes in all: every run of the CLI says one. */
const FLEET_GROWTH = 8;

async function main(): Promise<void> {
    console.log(`a stack of ${STACK} clusters ...`);
    const stack = await heldByStack(STACK);
    console.log(`a fleet of ${FLEET} ...`);
    const fleet = await heldByFleet(FLEET);
    const grown = fleet.megabytesAfterAll - fleet.megabytesAfterTwenty;
    const rows: Row[] = [
        {
            what: `heap of the plugin, ${STACK} clusters in one stack: growth per cluster after the first ${FEW}`,
            target: `${PER_CLUSTER} MiB`,
            measured: `${stack.mebibytesPerCluster.toFixed(2)} MiB (${stack.mebibytesAfterFew.toFixed(0)} -> ${stack.mebibytesAfterAll.toFixed(0)} MiB)`,
            holds: stack.mebibytesPerCluster <= PER_CLUSTER,
        },
        {
            what: "objects of the plugin that each further cluster leaves",
            target: "25",
            measured: stack.objectsPerCluster.toFixed(1),
            holds: stack.objectsPerCluster <= 25,
        },
        {
            what: `heap of a fleet's program, ${FLEET} clusters: growth after the first 20`,
            target: `${FLEET_GROWTH} MB`,
            measured: `${grown.toFixed(1)} MB (${fleet.megabytesAfterTwenty.toFixed(0)} -> ${fleet.megabytesAfterAll.toFixed(0)} MB)`,
            holds: fleet.result === "done" && fleet.moved === FLEET && grown <= FLEET_GROWTH,
        },
    ];
    console.log(`\n${tableOf(rows)}`);
}

main().then(
    () => process.exit(0),
    (error: Error) => {
        console.error(error.message);
        process.exit(1);
    },
);
