// One experiment: start from the baseline, break one write of a move, then go on or go back, and compare the end with the golden state or the start.
import { captureState } from "../../sandbox/compare";
import type { FaultAction } from "../../sandbox/faults/proxy";
import { killer, orphanEnds, type Victim } from "../e2e/kills";
import { differencesBetweenMoves, differencesFromStart, fresh, inWords } from "../e2e/stage";
import type { Golden } from "./golden";

/** How the move ends after the fault: `up` again, or `destroy`. */
export type Ending = "resume" | "undo";

export interface Experiment {
    /** Number of the write, counted from 1 over both sides. */
    readonly ordinal: number;
    readonly action: FaultAction;
    readonly victim: Victim;
    readonly ending: Ending;
}

export interface Outcome {
    readonly experiment: Experiment;
    readonly write: string;
    /** Empty when the end is right. */
    readonly problem: string;
    readonly seconds: number;
}

export async function runExperiment(experiment: Experiment, golden: Golden): Promise<Outcome> {
    const started = Date.now();
    let problem: string;
    try {
        problem = await breakAndEnd(experiment, golden);
    } catch (error) {
        problem = (error as Error).message;
    }
    const write = golden.writes.find(({ ordinal }) => ordinal === experiment.ordinal);
    return { experiment, write: write?.what ?? "", problem, seconds: (Date.now() - started) / 1000 };
}

async function breakAndEnd({ ordinal, action, victim, ending }: Experiment, golden: Golden): Promise<string> {
    const scene = await fresh({ args: golden.args });
    const { sandbox, pulumi } = scene;
    const running = pulumi.start("up", "--yes", "--skip-preview");
    const kills = action === "killBefore" || action === "killAfter";
    sandbox.faults.arm({
        ordinal,
        action,
        ...(kills ? { onHit: killer(running, victim) } : {}),
        ...(action === "throttle" ? { times: 2 } : {}),
    });
    const first = await running.finished;
    sandbox.faults.disarm();
    if (victim === "engine" && kills) await orphanEnds(running);
    running.killLeftovers();
    if (victim !== "provider" && kills) await pulumi.cancel();
    if (ending === "resume") {
        const run = await pulumi.up("--skip-preview");
        if (run.exitCode !== 0) return `the next up failed:\n${run.stdout}\n${run.stderr}`;
        return inWords(differencesBetweenMoves(golden.state, await captureState(sandbox)));
    }
    const run = await pulumi.destroy("--skip-preview");
    if (run.exitCode !== 0)
        return `destroy failed:\n${run.stdout}\n${run.stderr}\nafter up:\n${first.stdout}`;
    return differencesFromStart(scene);
}
