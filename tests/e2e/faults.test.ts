// A seeded sample of the fault matrix, on a move that leaves the dependencies alone; `make test-faults` runs all of it, with them. FAULT_SAMPLE and FAULT_SEED choose another one.
import assert from "node:assert/strict";
import { type Golden, goldenMove, runExperiment } from "../faults/experiment";
import { allExperiments, sample } from "../faults/matrix";
import "./hooks";
import { QUICK } from "./runs";

const COUNT = Number(process.env.FAULT_SAMPLE ?? 6);
const SEED = Number(process.env.FAULT_SEED ?? 20261121);

describe("any write of a move broken", function () {
    this.timeout(300_000);
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
});
