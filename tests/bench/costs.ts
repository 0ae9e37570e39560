// How many models, as arguments (3, 30 and 500 when there are none), come in; what a preview, a move and its undo cost goes to stdout, beside the goals. In memory: counts, at 50 and at 200 ms per call.
import { type Row, seconds, tableOf } from "../../sandbox/bench/table";
import { goalsFor, PER_MODEL, SLOW } from "../provider/costs/goals";
import { type Costs, costsOf, QUICK_MS, SLOW_MS, slowCosts } from "../provider/costs/measure";
import { measuredOf, perModel, type Sized } from "../provider/costs/perModel";
import { refusedSeconds } from "../provider/costs/refusedRequests";

const given = process.argv.slice(2).map(Number);
const SIZES = given.length > 0 ? given : [3, 30, 500];

async function main(): Promise<void> {
    const measured: Sized[] = [];
    for (const models of SIZES) {
        console.log(`${models} models ...`);
        measured.push({ models, costs: await costsOf(models) });
    }
    const rows: Row[] = measured.flatMap(({ models, costs }) =>
        goalsFor(models).map((goal) => {
            const value = measuredOf(costs, goal);
            return {
                what: goal.what,
                target: String(goal.goal),
                measured: String(value),
                holds: value <= goal.goal,
            };
        }),
    );
    for (const { models, costs } of measured) rows.push(...timeRows(models, costs), undoRow(models, costs));
    const slow = await slowCosts();
    for (const [what, goal, value] of [
        ["DescribeAddon", SLOW.describes, slow.describes],
        ["Kubernetes", SLOW.kubernetes, slow.kubernetes],
    ] as const)
        rows.push({
            what: `${what} calls of a move, 3 minutes of CREATING`,
            target: String(goal),
            measured: String(value),
            holds: value <= goal,
        });
    console.log("a handover and a pause ...");
    rows.push(...(await refusalRows()));
    const [least, most] = [measured[0], measured[measured.length - 1]];
    if (least !== undefined && most !== undefined && least !== most)
        for (const { what, phase, goal, today } of PER_MODEL) {
            const value = perModel(least, most, phase);
            const why = today === undefined ? "" : ` (${today.why})`;
            rows.push({
                what,
                target: String(goal),
                measured: `${value.toFixed(1)}${why}`,
                holds: value <= goal,
            });
        }
    console.log(`\n${tableOf(rows)}`);
}

/** How long each lasts with a near and with a far network; pods and EKS take no longer than in the world in memory. */
function timeRows(models: number, costs: Costs): Row[] {
    return (["preview", "up", "destroy"] as const).map((phase) => {
        const [quick, slow] = costs[phase].lasts;
        return {
            what: `${phase} at ${QUICK_MS} and at ${SLOW_MS} ms per call, ${models} models`,
            measured: `${seconds(quick)}, ${seconds(slow)}`,
        };
    });
}

function undoRow(models: number, { leftByUndo }: Costs): Row {
    return {
        what: `undo compared with the start, ${models} models`,
        target: "0 differences",
        measured: leftByUndo.length === 0 ? "0 differences" : leftByUndo.slice(0, 5).join("; "),
        holds: leftByUndo.length === 0,
    };
}

/** Beside each other: what users are refused while the controllers hand over, and while they pause. */
async function refusalRows(): Promise<Row[]> {
    const seamless = await refusedSeconds({ allowAdmissionBypass: true });
    const pause = await refusedSeconds({ handover: "Pause" });
    return [...new Set([...Object.keys(pause), ...Object.keys(seamless)])].sort().map((kind) => {
        const [refused = 0, paused = 0] = [seamless[kind], pause[kind]];
        return {
            what: `refused there and back, 60 s start-up: ${kind}`,
            target: "0.0 s",
            measured: `${refused.toFixed(1)} s (with a pause ${paused.toFixed(1)} s)`,
            holds: refused === 0,
        };
    });
}

main().then(
    () => process.exit(0),
    (error: Error) => {
        console.error(error.message);
        process.exit(1);
    },
);
