// Steps, world, plan and journal in; a world moved forward or back out. Knows no step, no add-on, no Pulumi.
import { FailedInStep } from "../../common/errors";
import type { MigrationStep, Plan, PlanDraft } from "../plan/plan";
import type { World } from "../ports/world";
import type { Journal } from "./journal";

/** What a step is handed besides world and plan: its own memory, and the backup that every undo reads from. */
export interface StepContext<Memory> {
    readonly world: World;
    readonly plan: Plan;
    readonly memory: Memory;
    readonly journal: StepJournal<Memory>;
}

export interface StepJournal<Memory> {
    /** Journals changed memory before the change that needs it. */
    amend(memory: Memory): Promise<void>;
    readonly backup: BackupStore;
    readonly migrationId: string;
    /** Facts for the outputs, not for undo: pauses, warnings. */
    note(facts: Partial<JournalFacts>): void;
    readonly facts: Readonly<JournalFacts>;
}

export interface JournalFacts {
    /** Seconds that each controller was away and each kind of request was refused. */
    pausedSeconds: Record<string, number>;
    warnings: string[];
    addonArn?: string;
    /** When the first controller was scaled down, milliseconds since the epoch. */
    pausedSince?: number | undefined;
    /** From when to when each controller was away and each kind of request was refused. */
    pauses?: readonly Pause[];
    /** Every run of a step, oldest first; at most the last `TIMELINE_KEPT`. */
    timeline?: readonly TimelineEntry[];
}

/** Milliseconds since the epoch. */
export interface Pause {
    readonly what: string;
    readonly of: "controller" | "request";
    readonly begin: number;
    readonly end: number;
}

/** One run of one step, by the clock of the process that ran it (milliseconds since the epoch). */
export interface TimelineEntry {
    readonly step: MigrationStep;
    readonly direction: "forward" | "undo";
    readonly begin: number;
    /** Absent when the process ended before the step did. */
    readonly end?: number;
    readonly failed?: true;
}

const TIMELINE_KEPT = 200;

export interface BackupStore {
    /** False when the move was cut off before the backup was complete; then nothing was changed yet. */
    exists(): boolean;
    write(content: unknown): Promise<void>;
    read<T>(): Promise<T>;
}

/** All that there is to say of one step, in one place. */
export interface Step<Name extends MigrationStep = MigrationStep, Memory = unknown> {
    readonly name: Name;
    /** What it will do, for people, in the plan's line of this step. */
    planLine(plan: PlanDraft): string;
    /** Read what undo will need. Journaled before apply runs. */
    remember(world: World, plan: Plan): Promise<Memory>;
    /** Safe to run again after a crash at any point of it. */
    apply(context: StepContext<Memory>): Promise<void>;
    /** Safe to run twice, and after a half-done apply. */
    undo(context: StepContext<Memory>): Promise<void>;
}

// biome-ignore lint/suspicious/noExplicitAny: each step has a memory of its own type, which only itself reads back
export type Steps = readonly Step<MigrationStep, any>[];

/** Runs what is not done yet, in order; stops after `until`. What an unproven journal says to be done is applied again, which writes nothing where it is. */
export async function run(
    steps: Steps,
    world: World,
    journal: Journal,
    until?: MigrationStep,
): Promise<void> {
    await journal.head("forward");
    for (const step of steps) {
        if (!journal.isDone(step.name) || journal.isUnproven)
            await named(step.name, () => runOne(step, world, journal));
        if (step.name === until) return;
    }
}

async function runOne(step: Step, world: World, journal: Journal): Promise<void> {
    await timed(journal, world, step.name, "forward", async () => {
        if (!journal.knows(step.name)) {
            world.log.progress(`${step.name}: looking`);
            await journal.open(step.name, await step.remember(world, journal.plan));
        } else {
            await journal.reopen(step.name);
        }
        world.log.progress(`${step.name}: started`);
        await step.apply(journal.contextOf(step.name, world));
    });
    await journal.close(step.name);
}

/** Undoes in reverse order everything that was begun, or what was begun since `downTo`. Stops at the first step that cannot be undone, so that nothing is undone over it. */
export async function undoSteps(
    steps: Steps,
    world: World,
    journal: Journal,
    downTo?: MigrationStep,
): Promise<void> {
    await journal.head("undo");
    for (const step of [...steps].reverse()) {
        if (journal.knows(step.name)) await named(`undo ${step.name}`, () => undoOne(step, world, journal));
        if (step.name === downTo) return;
    }
}

async function undoOne(step: Step, world: World, journal: Journal): Promise<void> {
    await timed(journal, world, step.name, "undo", async () => {
        world.log.progress(`undo ${step.name}: started`);
        await journal.markUndoing(step.name);
        await step.undo(journal.contextOf(step.name, world));
    });
    await journal.forget(step.name);
}

/** Whatever goes wrong is told with the step it went wrong in. */
async function named(step: string, work: () => Promise<void>): Promise<void> {
    try {
        await work();
    } catch (error) {
        throw new FailedInStep(step, error);
    }
}

/** Notes when the work began and ended; the journal's own writes around it carry the note along. */
async function timed(
    journal: Journal,
    { clock }: World,
    step: MigrationStep,
    direction: TimelineEntry["direction"],
    work: () => Promise<void>,
): Promise<void> {
    let entry: TimelineEntry = { step, direction, begin: clock.now() };
    const note = (now: TimelineEntry) => {
        const others = (journal.facts.timeline ?? []).filter((one) => one !== entry);
        entry = now;
        journal.note({ timeline: [...others, entry].slice(-TIMELINE_KEPT) });
    };
    note(entry);
    try {
        await work();
    } catch (error) {
        note({ ...entry, end: clock.now(), failed: true });
        throw error;
    }
    note({ ...entry, end: clock.now() });
}
