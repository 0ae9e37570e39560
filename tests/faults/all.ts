// `make test-faults`: every experiment of the matrix, and every rival at every write, or a part of them, with the counts at the end. FAULTS=n takes a sample of n, SEED=n another one, ONLY=text those whose description has the text.
import { closeStage } from "../e2e/stage";
import { type Experiment, runExperiment } from "./experiment";
import { type Golden, goldenMove } from "./golden";
import { allExperiments, sample } from "./matrix";
import { type RivalExperiment, rivalExperiments, runRival } from "./rivals";

const { ONLY = "", FAULTS, SEED = "1" } = process.env;

interface Trial {
    readonly what: string;
    /** Answers what is said of the outcome, and what was wrong; nothing when all is right. */
    run(): Promise<{ readonly note: string; readonly problem: string }>;
}

function brokenWrite(experiment: Experiment, golden: Golden): Trial {
    const { ordinal, action, victim, ending } = experiment;
    return {
        what: `write ${ordinal} ${action}${action.startsWith("kill") ? ` of ${victim}` : ""}, then ${ending}`,
        run: async () => {
            const { write, problem, seconds } = await runExperiment(experiment, golden);
            return { note: `${write}, ${seconds.toFixed(1)} s`, problem };
        },
    };
}

function rival(experiment: RivalExperiment, golden: Golden): Trial {
    const { act, ordinal, ending } = experiment;
    return {
        what: `${act.name} at write ${ordinal}, then ${ending}`,
        run: async () => {
            const { acted, problem } = await runRival(experiment, golden);
            return { note: acted ? "acted" : "nothing to act on", problem };
        },
    };
}

async function main(): Promise<number> {
    const golden = await goldenMove();
    const all = [
        ...allExperiments(golden.writes).map((one) => brokenWrite(one, golden)),
        ...rivalExperiments(golden.writes).map((one) => rival(one, golden)),
    ].filter(({ what }) => what.includes(ONLY));
    const chosen = FAULTS === undefined ? all : sample(all, Number(FAULTS), Number(SEED));
    console.log(`${golden.writes.length} writes, ${all.length} experiments, ${chosen.length} of them run`);
    let failed = 0;
    for (const [index, { what, run }] of chosen.entries()) {
        const { note, problem } = await run().catch((error: Error) => ({ note: "", problem: error.message }));
        if (problem !== "") failed += 1;
        console.log(
            `${String(index + 1).padStart(5)}/${chosen.length} ${problem === "" ? "ok    " : "FAILED"} ${what} (${note})${problem === "" ? "" : `\n${problem}`}`,
        );
    }
    await closeStage();
    console.log(`\n${chosen.length - failed} passed, ${failed} failed`);
    return failed === 0 ? 0 : 1;
}

main().then(
    (code) => process.exit(code),
    (error: Error) => {
        console.error(error);
        process.exit(1);
    },
);
