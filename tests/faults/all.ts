// `make test-faults`: every experiment of the matrix, or a part of it, with the counts at the end. FAULTS=n takes a sample of n, SEED=n another one, ONLY=text those whose description has the text.
import { closeStage } from "../e2e/stage";
import { type Experiment, goldenMove, runExperiment } from "./experiment";
import { allExperiments, sample } from "./matrix";

function describe({ ordinal, action, victim, ending }: Experiment): string {
    return `write ${ordinal} ${action}${action.startsWith("kill") ? ` of ${victim}` : ""}, then ${ending}`;
}

async function main(): Promise<number> {
    const golden = await goldenMove();
    const all = allExperiments(golden.writes).filter((experiment) =>
        describe(experiment).includes(process.env.ONLY ?? ""),
    );
    const chosen =
        process.env.FAULTS === undefined
            ? all
            : sample(all, Number(process.env.FAULTS), Number(process.env.SEED ?? 1));
    console.log(`${golden.writes.length} writes, ${all.length} experiments, ${chosen.length} of them run`);
    let failed = 0;
    for (const [index, experiment] of chosen.entries()) {
        const { write, problem, seconds } = await runExperiment(experiment, golden);
        if (problem !== "") failed += 1;
        console.log(
            `${String(index + 1).padStart(5)}/${chosen.length} ${problem === "" ? "ok    " : "FAILED"} ${describe(experiment)} (${write}) ${seconds.toFixed(1)} s${problem === "" ? "" : `\n${problem}`}`,
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
