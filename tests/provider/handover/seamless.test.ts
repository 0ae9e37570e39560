// A whole move and its undo on which every controller hands over without a pause: 60 s until new pods are Ready, 20 s until pods see Secrets, real elections. Users ask all the time.
import assert from "node:assert/strict";
import { MigrationStep } from "../../../provider/plan/plan";
import type { Difference } from "../../../sandbox/compare/capturedState";
import { assertDone, assertHarmless, assertSame, stateOf } from "../memory/expectations";
import { journalOf } from "../memory/journalOf";
import { isIssued } from "../memory/sameButIssued";
import { MemoryStack } from "../memoryStack";
import { INGRESSES, MODELS, SECRET_DELAY_MS, slowWorld, VALUES } from "./slowWorld";

const isElected = (difference: Difference) => difference.key.startsWith("coordination.k8s.io/Lease ");
const isAnew = (difference: Difference) => isIssued(difference) || isElected(difference);

describe("a move whose controllers hand over", () => {
    it("refuses no request at all on the way there and back, three times, and no two controllers act", async () => {
        const world = slowWorld();
        const start = stateOf(world);
        const stack = new MemoryStack(world, { clusterName: "demo", allowAdmissionBypass: true });
        const requests = world.watchRequests();
        const assertAnswered = (): void => {
            const reasons = [...requests.refused].map(([kind, one]) => `${kind}: ${[...one.reasons].join()}`);
            assert.deepEqual(reasons, [], JSON.stringify(requests.seconds()));
            const late = requests.late.get(VALUES) ?? 0;
            assert.ok(late > 0 && late <= 5_000, `values came ${late} ms late`);
        };
        for (const run of [1, 2, 3]) {
            assertDone(await stack.up());
            world.settle(60_000);
            assertAnswered();
            assertHarmless(world);
            assertDone(await stack.destroy());
            world.settle(60_000);
            assertAnswered();
            assertHarmless(world);
            assertSame(stateOf(world), start, `after undo ${run}`, isElected);
        }
    });

    it("waits for late Secrets beside each other: as long as the operator's two certificates take", async () => {
        const world = slowWorld();
        const stack = new MemoryStack(world);
        assertDone(await stack.up());
        const { timeline = [] } = journalOf(stack).facts;
        const { begin = 0, end = 0 } = timeline.find(({ step }) => step === MigrationStep.Redirect) ?? {};
        const took = end - begin;
        assert.ok(took >= 2 * SECRET_DELAY_MS && took < 2.5 * SECRET_DELAY_MS, `${took} ms`);
    });

    it("refuses ingresses for less than a second where nobody allowed the bypass, and its plan says so", async () => {
        const world = slowWorld();
        const stack = new MemoryStack(world);
        const requests = world.watchRequests();
        assertDone(await stack.up());
        world.settle(60_000);
        for (const kind of INGRESSES) {
            const { milliseconds = 0, reasons = [] } = requests.refused.get(kind) ?? {};
            assert.ok(milliseconds < 1_000, `${kind}: ${milliseconds} ms`);
            assert.match([...reasons].join("\n"), /^[^\n]*unknown authority$/);
        }
        const plan = ((stack.resource?.outputs.plan ?? []) as string[]).join(" ").replace(/\s+/g, " ");
        assert.match(plan, /load balancer controller: away for 0 s; .* may be refused for about 1 s/);
        assertHarmless(world);
    });

    it("ends as a move with a pause does, in which models are refused for a minute", async () => {
        const ends = [];
        for (const handover of ["Pause", "Auto"]) {
            const world = slowWorld();
            const requests = world.watchRequests();
            const stack = new MemoryStack(world, { clusterName: "demo", handover });
            assertDone(await stack.up());
            ends.push(stateOf(world, true));
            const { milliseconds = 0 } = requests.refused.get(MODELS) ?? {};
            assert.ok(handover === "Auto" ? milliseconds === 0 : milliseconds > 60_000, `${milliseconds} ms`);
            const steps = ((stack.resource?.outputs.steps ?? []) as { name: string }[]).map(
                ({ name }) => name,
            );
            assert.equal(steps.includes("redirect"), handover === "Auto");
        }
        const [paused, seamless] = ends;
        assert.ok(paused && seamless);
        assertSame(seamless, paused, "without a pause", isAnew);
    });
});
