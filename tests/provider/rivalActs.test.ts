// A colleague's act at every step, of a move and of its undo, each gone on with and gone back from: it ends with one generation, and what the colleague did is found. RIVALS=n tries a sample of n, SEED=n another one, RIVALS=all every one, ONLY=text those whose act has the text.
import assert from "node:assert/strict";
import { MigrationStep } from "../../provider/plan/plan";
import { orderOf } from "../../provider/plan/stepOrders";
import { sample } from "../faults/matrix";
import type { Data } from "./memory/data";
import { assertDone, startOf } from "./memory/expectations";
import type { Ending, RivalAct } from "./memory/rivalAct";
import { rivalActs } from "./memory/rivalActs";
import { MemoryStack, type Result } from "./memoryStack";

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

/** How many of Helm's run, and how many of the add-on's. */
function generations(): readonly [helms: number, addons: number] {
    const isHelms = (name: string) => name.startsWith("kube-system/") || name.includes("inference-operator-");
    const names = running();
    return [names.filter(isHelms).length, names.filter((name) => !isHelms(name)).length];
}

/** Before the backup and after the undo a move holds nothing of what is taken away. */
function isOutside({ step, first }: Experiment): boolean {
    return step === MigrationStep.Lock || (first === "up" && step === MigrationStep.BackUp);
}

function isGoneForGood(experiment: Experiment): boolean {
    return experiment.act.takesControllers === true && isOutside(experiment);
}

function assertServed(experiment: Experiment): void {
    const { ending } = experiment;
    const [helms, addons] = generations();
    if (isGoneForGood(experiment)) assert.ok(addons === 0 || helms === 0, running().join(", "));
    else assert.deepEqual([helms, addons], ending === "up" ? [0, 5] : [5, 0], running().join(", "));
}

/** What a colleague changed in the release is asked about while one generation serves, and gone on with as the error says. */
async function goOn(stack: MemoryStack, experiment: Experiment): Promise<void> {
    const { kind, message } = await stack.up();
    if (kind === "done") return;
    if (isGoneForGood(experiment)) return assert.match(message, /\[HP\d+\].*next: /s);
    assert.ok(experiment.act.changesRelease, message);
    assert.match(message, /\[HP23[05]\].*next: .*pulumi destroy/s);
    world.settle(60_000);
    assert.deepEqual([...generations()].sort(), [0, 5], "at the question");
    assertDone(await stack.destroy());
    assertDone(await stack.up());
}

/** While a colleague has Helm's started again, both run until that is answered. */
function assertNeverTwo({ startsHelms }: RivalAct): void {
    const isTheirs = (violation: string) =>
        startsHelms === true && violation.startsWith("two active controllers");
    assert.deepEqual(
        world.data.violations.filter((violation) => !isTheirs(violation)),
        [],
    );
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
        const acted = new Map(acts.map(({ name }) => [name, 0]));
        for (const experiment of chosen) {
            const { act, step, first, ending } = experiment;
            try {
                if (await tried(experiment)) acted.set(act.name, (acted.get(act.name) ?? 0) + 1);
            } catch (error) {
                wrong.push(`${act.name}, ${first} at ${step}, then ${ending}: ${(error as Error).message}`);
            }
        }
        for (const [name, count] of acted) console.log(`        ${count} × ${name}`);
        const total = [...acted.values()].reduce((sum, count) => sum + count, 0);
        console.log(`    ${chosen.length} experiments, ${total} acts, ${wrong.length} wrong`);
        assert.equal(wrong.length, 0, wrong.join("\n"));
        if (chosen.length < all.length) return;
        for (const [name, count] of acted)
            assert.ok(count > 0, `${name}: there was never anything to act on`);
    });

    /** Answers whether the colleague found anything to act on. */
    async function tried(experiment: Experiment): Promise<boolean> {
        const { act, step, first, ending } = experiment;
        world.restore(first === "up" ? snapshot : moved.data);
        const stack = new MemoryStack(world);
        if (first === "destroy") stack.load(moved.saved);
        let hasActed = false;
        const messages: string[] = [];
        const hear = ({ message }: Result) => {
            messages.push(message, ...((stack.resource?.outputs.drift ?? []) as string[]));
        };
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
        hear(await (first === "up" ? stack.up() : stack.destroy()));
        if (!hasActed) return false;
        assertNeverTwo(act);
        stack.log.progress = progress;
        world.settle(60_000);
        if (ending === "up") {
            if (stack.resource !== undefined) {
                const refresh = await stack.refresh();
                hear(refresh);
                assertDone(refresh);
            }
            await goOn(stack, experiment);
        } else assertDone(await stack.destroy());
        world.settle(60_000);
        assertServed(experiment);
        assertNeverTwo(act);
        act.assertKept(world, {
            first,
            ending,
            isOutside: isOutside(experiment),
            told: [...stack.progress, ...stack.warnings, ...messages].join("\n"),
        });
        return true;
    }
});
