// One experiment with a rival: a colleague acts at one write of a move, which then goes on or goes back. It must end in the golden state or at the start but for what is the colleague's, and that must be there.
import type { Difference } from "../../sandbox/compare";
import { captureState, compareStates } from "../../sandbox/compare";
import type { LedgerEntry } from "../../sandbox/faults/proxy";
import { differencesBetweenMoves, fresh, inWords } from "../e2e/stage";
import type { Ending } from "./experiment";
import type { Golden } from "./golden";
import { type SandboxAct, sandboxActs } from "./rivalActs";

export interface RivalExperiment {
    readonly act: SandboxAct;
    readonly ordinal: number;
    readonly ending: Ending;
}

export interface RivalOutcome {
    /** Whether there was anything to act on. */
    readonly acted: boolean;
    /** Empty when the end is right. */
    readonly problem: string;
}

export function rivalExperiments(writes: readonly LedgerEntry[]): RivalExperiment[] {
    return sandboxActs.flatMap((act) =>
        writes.flatMap(({ ordinal }) =>
            (["resume", "undo"] as const).map((ending) => ({ act, ordinal, ending })),
        ),
    );
}

export async function runRival(experiment: RivalExperiment, golden: Golden): Promise<RivalOutcome> {
    const { act, ordinal, ending } = experiment;
    const scene = await fresh({ args: golden.args });
    const { sandbox, start, pulumi } = scene;
    let acted = false;
    sandbox.faults.arm({
        ordinal,
        action: "delay",
        milliseconds: 1,
        onHit: async () => {
            acted = await act.act(sandbox);
        },
    });
    await pulumi.up("--skip-preview");
    sandbox.faults.disarm();
    const failed = ending === "undo" ? await fails(pulumi.destroy("--skip-preview")) : await goOn(pulumi);
    if (failed !== "") return { acted, problem: failed };
    if (acted) await act.assertKept(sandbox);
    const now = await captureState(sandbox);
    const differences =
        ending === "undo" ? compareStates(start, now) : differencesBetweenMoves(golden.state, now);
    const isTheirs = (difference: Difference) => acted && act.isTheirs(difference);
    return { acted, problem: inWords(differences.filter((difference) => !isTheirs(difference))) };
}

type Scene = Awaited<ReturnType<typeof fresh>>;

/** What somebody changed in the release is a question; its answer is what the error says. */
async function goOn(pulumi: Scene["pulumi"]): Promise<string> {
    const refused = await fails(pulumi.up("--skip-preview", "--refresh"));
    if (!refused.includes("HP235")) return refused;
    return (await fails(pulumi.destroy("--skip-preview"))) || (await fails(pulumi.up("--skip-preview")));
}

/** What was said; empty when it succeeded. */
async function fails(running: ReturnType<Scene["pulumi"]["up"]>): Promise<string> {
    const { exitCode, stdout, stderr } = await running;
    return exitCode === 0 ? "" : `${stdout}\n${stderr}`;
}
