// Steps, world, plan and journal in; a world moved forward or back out. Knows no step, no add-on, no Pulumi.
import { FailedInStep } from "../../common/errors";
import type { MigrationStep } from "../plan/plan";
import type { World } from "../ports/world";
import type { Journal } from "./journal";
import type { Step, Steps, TimelineEntry } from "./step";
import { noteBegin, timed } from "./timeline";

/** Runs what is not done yet, in order; stops after `until`. What an unproven journal says to be done is applied again, which writes nothing where it is. */
export async function run(
    steps: Steps,
    world: World,
    journal: Journal,
    until?: MigrationStep,
): Promise<void> {
    await journal.head("forward");
    let opened: TimelineEntry | undefined;
    for (const [index, step] of steps.entries()) {
        if (!journal.isDone(step.name) || journal.isUnproven) {
            const next = step.name === until ? undefined : steps[index + 1];
            const at = (place: number) => placed(world, `${place}/${steps.length}`);
            const ahead =
                next?.remembersAhead === true ? await rememberedOf(next, at(index + 2), journal) : undefined;
            await named(step.name, () => applyOne(step, at(index + 1), journal, opened));
            const begin = world.clock.now();
            const remembered = ahead ?? (await rememberedBehind(step, next, at(index + 2), journal));
            opened = remembered && noteBegin(journal, { step: remembered.step, direction: "forward", begin });
            await named(step.name, () => journal.close(step.name, remembered, ahead !== undefined));
        }
        if (step.name === until) return;
    }
}

/** A step with the memory that it will be opened with. */
interface Remembered {
    readonly step: MigrationStep;
    readonly memory: unknown;
}

/** Undefined when there is none to open: it is the last one, or was begun before. */
async function rememberedOf(
    step: Step | undefined,
    world: World,
    journal: Journal,
): Promise<Remembered | undefined> {
    if (step === undefined || journal.knows(step.name)) return undefined;
    world.log.progress(`${step.name}: looking`);
    const remember = async () => ({ step: step.name, memory: await step.remember(world, journal.plan) });
    return named(step.name, remember);
}

/** What `next` cannot remember does not make `step` undone. */
async function rememberedBehind(
    step: Step,
    next: Step | undefined,
    world: World,
    journal: Journal,
): Promise<Remembered | undefined> {
    try {
        return await rememberedOf(next, world, journal);
    } catch (error) {
        await named(step.name, () => journal.close(step.name));
        throw error;
    }
}

/** `opened`: by the write that ended the step before, a moment ago; nothing when that opened none. */
async function applyOne(
    step: Step,
    world: World,
    journal: Journal,
    opened: TimelineEntry | undefined,
): Promise<void> {
    const { clock } = world;
    const entry = opened ?? noteBegin(journal, { step: step.name, direction: "forward", begin: clock.now() });
    await timed(journal, world, entry, async () => {
        const isNew = opened !== undefined || !journal.knows(step.name);
        if (!journal.knows(step.name)) {
            world.log.progress(`${step.name}: looking`);
            await journal.open(step.name, await step.remember(world, journal.plan));
        } else {
            await journal.reopen(step.name);
        }
        world.log.progress(`${step.name}: started`);
        await step.apply({ ...journal.contextOf(step.name, world), ...(isNew ? { isNew } : {}) });
    });
}

/** Undoes in reverse order everything that was begun, or what was begun since `downTo`. Stops at the first step that cannot be undone, so that nothing is undone over it. */
export async function undoSteps(
    steps: Steps,
    world: World,
    journal: Journal,
    downTo?: MigrationStep,
): Promise<void> {
    await journal.head("undo");
    const newestFirst = [...steps].reverse();
    const end =
        downTo === undefined ? steps.length : newestFirst.findIndex(({ name }) => name === downTo) + 1;
    const wanted = newestFirst.slice(0, end).filter(({ name }) => journal.knows(name));
    let begun: TimelineEntry | undefined;
    for (const [index, step] of wanted.entries()) {
        const at = placed(world, `${index + 1}/${wanted.length}`);
        const next = wanted[index + 1]?.name;
        begun = await named(`undo ${step.name}`, () => undoOne(step, at, journal, begun, next));
    }
}

/** Progress says how far the move is, whoever tells it. */
function placed(world: World, place: string): World {
    const { log } = world;
    return {
        ...world,
        log: {
            progress: (line) => log.progress(`${place} ${line}`),
            warn: (line) => log.warn(line),
        },
    };
}

/** What the world still shows of the move: of nothing that was begun, once its undo is complete. */
export async function tracesOf(steps: Steps, world: World, journal: Journal): Promise<readonly string[]> {
    const known = steps.filter(({ name }) => journal.knows(name));
    const traces = await Promise.all(
        known.map(({ name, traces }) => traces?.(journal.contextOf(name, world)) ?? []),
    );
    return traces.flat();
}

/** The write that ends it also says that the undo of `next` begins, which goes out. */
async function undoOne(
    step: Step,
    world: World,
    journal: Journal,
    begun: TimelineEntry | undefined,
    next: MigrationStep | undefined,
): Promise<TimelineEntry | undefined> {
    const note = (name: MigrationStep) =>
        noteBegin(journal, { step: name, direction: "undo", begin: world.clock.now() });
    await timed(journal, world, begun ?? note(step.name), async () => {
        world.log.progress(`undo ${step.name}: started`);
        if (journal.stateOf(step.name) !== "undoing") await journal.markUndoing(step.name);
        await step.undo(journal.contextOf(step.name, world));
    });
    const nextBegun = next === undefined ? undefined : note(next);
    await journal.forget(step.name, next);
    return nextBegun;
}

/** Whatever goes wrong is told with the step it went wrong in. */
async function named<T>(step: string, work: () => Promise<T>): Promise<T> {
    try {
        return await work();
    } catch (error) {
        throw new FailedInStep(step, error);
    }
}
