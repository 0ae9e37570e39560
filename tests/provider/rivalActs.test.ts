// A colleague's act at every step, of a move and of its undo, each gone on with and gone back from: it ends with one generation, and what the colleague did is found. RIVALS=n tries a sample of n, SEED=n another one, RIVALS=all every one, ONLY=text those whose act has the text.
import assert from "node:assert/strict";
import { orderOf } from "../../provider/plan/orders";
import type { MigrationStep } from "../../provider/plan/plan";
import { sample } from "../faults/matrix";
import type { Data } from "./memory/data";
import { assertDone, startOf } from "./memory/expectations";
import { type Ending, type RivalAct, rivalActs } from "./memory/rivalActs";
import { MemoryStack } from "./memoryStack";

const { RIVALS: WANTED = "40", SEED = "1", ONLY = "" } = process.env;
const { world, snapshot } = startOf();
const CONTROLLERS = /^(kube-system|hyperpod-inference-system)\/.*(controller-manager|keda|alb)/;

interface Experiment {
    readonly act: RivalAct;
    readonly step: MigrationStep;
    readonly first: Ending;
    readonly ending: Ending;
}

const acts = rivalActs.filter(({ name }) => name.includes(ONLY));
const all: Experiment[] = acts.flatMap((act) =>
    orderOf({}).flatMap((step) =>
        (["up", "destroy"] as const).flatMap((first) =>
            (["up", "destroy"] as const).map((ending) => ({ act, step, first, ending })),
        ),
    ),
);

function running(): string[] {
    return world.store
        .all("Deployment")
        .filter(({ spec }) => (spec as { replicas: number }).replicas > 0)
        .map(({ metadata }) => `${metadata.namespace}/${metadata.name}`)
        .filter((name) => CONTROLLERS.test(name));
}

function assertOneGeneration(ending: Ending): void {
    const isHelms = (name: string) => name.startsWith("kube-system/") || name.includes("inference-operator-");
    const names = running();
    const found = [names.filter(isHelms).length, names.filter((name) => !isHelms(name)).length];
    assert.deepEqual(found, ending === "up" ? [0, 5] : [5, 0], names.join(", "));
}

describe("a colleague acts at a step", function () {
    this.timeout(3_600_000);
    let moved: { readonly data: Data; readonly saved: Pick<MemoryStack, "resource" | "wayBack"> };

    before(async () => {
        world.restore(snapshot);
        const stack = new MemoryStack(world);
        assertDone(await stack.up());
        world.settle();
        moved = { data: world.snapshot(), saved: stack.save() };
    });

    it(`${WANTED} of ${all.length}: it ends with one generation, and the act is found`, async () => {
        const chosen = WANTED === "all" ? all : sample(all, Number(WANTED), Number(SEED));
        const wrong: string[] = [];
        let acted = 0;
        for (const experiment of chosen) {
            const { act, step, first, ending } = experiment;
            try {
                acted += Number(await tried(experiment));
            } catch (error) {
                wrong.push(`${act.name}, ${first} at ${step}, then ${ending}: ${(error as Error).message}`);
            }
        }
        console.log(`    ${chosen.length} experiments, ${acted} acts, ${wrong.length} wrong`);
        assert.equal(wrong.length, 0, wrong.join("\n"));
    });

    /** Answers whether the colleague found anything to act on. */
    async function tried({ act, step, first, ending }: Experiment): Promise<boolean> {
        world.restore(first === "up" ? snapshot : moved.data);
        const stack = new MemoryStack(world);
        if (first === "destroy") stack.load(moved.saved);
        let hasActed = false;
        const { progress } = stack.log;
        stack.log.progress = (line) => {
            progress(line);
            if (
                hasActed ||
                !line.replace(/^\d+\/\d+ /, "").startsWith(`${first === "up" ? "" : "undo "}${step}: started`)
            )
                return;
            hasActed = act.act(world);
        };
        await (first === "up" ? stack.up() : stack.destroy());
        if (!hasActed) return false;
        stack.log.progress = progress;
        world.settle(60_000);
        if (ending === "up") {
            if (stack.resource !== undefined) assertDone(await stack.refresh());
            assertDone(await stack.up());
        } else assertDone(await stack.destroy());
        world.settle(60_000);
        assertOneGeneration(ending);
        act.assertKept(world, ending, first);
        return true;
    }
});
