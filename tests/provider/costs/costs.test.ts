// What a preview, a move and its undo cost, counted in memory: calls to AWS and Kubernetes, and how many wait for one another. `make bench` prints the same for 500 models.
import assert from "node:assert/strict";
import { goalsFor, PER_MODEL, SLOW, WITH_DEPENDENCIES } from "./goals";
import { callsWithDependencies, costsOf, slowCosts } from "./measure";
import { measuredOf, perModel, type Sized } from "./perModel";

const [FEW, MANY] = [3, 23];

describe("what a move costs", () => {
    let few: Sized;
    let many: Sized;
    before(async () => {
        few = { models: FEW, costs: await costsOf(FEW) };
        many = { models: MANY, costs: await costsOf(MANY) };
    });

    for (const goal of goalsFor(FEW)) {
        const most = goal.reached ?? goal.goal;
        it(`${goal.what}: at most ${most}`, () => {
            const value = measuredOf(few.costs, goal);
            assert.ok(value > 0 && value <= most, `${value}`);
        });
    }

    for (const goal of PER_MODEL) {
        const most = goal.today?.most ?? goal.goal;
        it(`${goal.what}: at most ${most}${goal.today === undefined ? "" : `: ${goal.today.why}`}`, () => {
            const value = perModel(few, many, goal.phase);
            assert.ok(value > 0 && value <= most, `${value}`);
        });
    }

    it("the undo leaves what was there before, with many models too", () => {
        for (const { costs } of [few, many]) assert.deepEqual(costs.leftByUndo, []);
    });

    it("EKS and the API server are asked seldom in three minutes of CREATING", async () => {
        const { describes, kubernetes } = await slowCosts();
        assert.ok(describes > 0 && describes <= SLOW.describes, `${describes}`);
        assert.ok(kubernetes > 0 && kubernetes <= SLOW.kubernetes, `${kubernetes}`);
    });

    it(`Kubernetes calls with four dependencies that move: at most ${WITH_DEPENDENCIES}`, async () => {
        const calls = await callsWithDependencies();
        assert.ok(calls > 0 && calls <= WITH_DEPENDENCIES, `${calls}`);
    });

    it("the longest chain of calls grows little with the models", () => {
        for (const phase of ["preview", "up", "destroy"] as const) {
            const grown = many.costs[phase].chain - few.costs[phase].chain;
            assert.ok(grown <= 10, `${phase}: ${grown} more for ${MANY - FEW} models`);
        }
    });
});
