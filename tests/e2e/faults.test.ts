// A seeded sample of the fault matrix, on a move that leaves the dependencies alone; `make test-faults` runs all of it, with them, and every rival at every write. FAULT_SAMPLE and FAULT_SEED choose another one; RIVAL_SAMPLE another number of rivals.
import assert from "node:assert/strict";
import { runExperiment } from "../faults/experiment";
import { type Golden, goldenMove } from "../faults/golden";
import { allExperiments, sample } from "../faults/matrix";
import { rivalExperiments, runRival } from "../faults/rivals";
import "./hooks";
import { QUICK } from "./runs";

const COUNT = Number(process.env.FAULT_SAMPLE ?? 3);
const RIVALS = Number(process.env.RIVAL_SAMPLE ?? 1);
const SEED = Number(process.env.FAULT_SEED ?? 20261121);

describe("any write of a move broken", function () {
    this.timeout(600_000);
    let golden: Golden;

    before(async () => {
        golden = await goldenMove(QUICK);
    });

    for (let index = 0; index < COUNT; index++) {
        it(`experiment ${index + 1} of ${COUNT}, seed ${SEED}`, async () => {
            const experiment = sample(allExperiments(golden.writes), COUNT, SEED)[index];
            assert.ok(experiment);
            const { problem, write } = await runExperiment(experiment, golden);
            assert.equal(problem, "", `${JSON.stringify(experiment)} at ${write}`);
        });
    }

    for (let index = 0; index < RIVALS; index++) {
        it(`a colleague acts: experiment ${index + 1} of ${RIVALS}, seed ${SEED}`, async () => {
            const experiment = sample(rivalExperiments(golden.writes), RIVALS, SEED)[index];
            assert.ok(experiment);
            const { problem } = await runRival(experiment, golden);
            assert.equal(
                problem,
                "",
                `${experiment.act.name} at ${experiment.ordinal}, ${experiment.ending}`,
            );
        });
    }
});
