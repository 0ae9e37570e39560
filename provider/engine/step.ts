// What a step is, and what it is handed: world, plan, its own memory, and the backup that every undo reads from. Types only.
import type { MigrationStep, Plan, PlanDraft } from "../plan/plan";
import type { KubernetesObject, ObjectRef, World } from "../ports/world";
import type { MemoryCell } from "./memoryCell";

/** What a step is handed besides world and plan: its own memory, and the backup that every undo reads from. */
export interface StepContext<Memory> {
    readonly world: World;
    readonly plan: Plan;
    readonly memory: MemoryCell<Memory>;
    readonly journal: StepJournal;
    /** Nothing was done yet by this memory: it was journaled a moment ago. Absent where that cannot be told. */
    readonly isNew?: true;
}

export interface StepJournal {
    readonly backup: BackupStore;
    readonly migrationId: string;
    /** Facts for the outputs, not for undo: pauses, warnings. */
    note(facts: Partial<JournalFacts>): void;
    readonly facts: Readonly<JournalFacts>;
}

export interface JournalFacts {
    /** Seconds that each controller was away, until a pod of the add-on's was available, and each kind of request was refused. */
    pausedSeconds: Record<string, number>;
    warnings: string[];
    addonArn?: string;
    /** Random name of the create that the move stands for since. */
    claim?: string;
    /** What the add-on ran when it was installed. */
    workloads?: readonly ObjectRef[];
    /** Components whose work and requests have gone over to the add-on's pods, or are going over: of each other one, Helm's lead. */
    handedOver?: readonly string[];
    /** Requests go to the add-on's Services, and whoever serves presents these names. */
    redirected?: boolean;
    /** Webhook configurations as EKS left them, before an authority that is only for the move was trusted besides. */
    appliedByEks?: readonly KubernetesObject[];
    /** CRDs into which somebody writes an authority, before that was stopped for the hand-over: who owns the annotation that says so, and nothing else of them. */
    injected?: readonly KubernetesObject[];
    /** When the first controller was scaled down, milliseconds since the epoch. */
    pausedSince?: number | undefined;
    /** From when to when each controller was away and each kind of request was refused. */
    pauses?: readonly Pause[];
    /** Every run of a step, oldest first; at most the last 200. */
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

export interface BackupStore {
    /** False when the move was cut off before the backup was complete; then nothing was changed yet. */
    exists(): boolean;
    write(content: unknown): Promise<void>;
    read<T>(): Promise<T>;
    /** Content of a Secret in the cluster's copy alone: the state has no room for it. */
    keepApart(name: string, data: Readonly<Record<string, string>>): Promise<void>;
    keptApart(name: string): Promise<Readonly<Record<string, string>> | undefined>;
}

/** All that there is to say of one step, in one place. */
export interface Step<Name extends MigrationStep = MigrationStep, Memory = unknown> {
    readonly name: Name;
    /** Its undo's knowledge is read before the step before it begins, and journaled together with that step's end: no call is left between the two that could come earlier. */
    readonly remembersAhead?: true;
    /** What it will do, for people, in the plan's line of this step. */
    planLine(plan: PlanDraft): string;
    /** Read what undo will need. Journaled before apply runs. */
    remember(world: World, plan: Plan): Promise<Memory>;
    /** Safe to run again after a crash at any point of it. */
    apply(context: StepContext<Memory>): Promise<void>;
    /** Safe to run twice, and after a half-done apply. */
    undo(context: StepContext<Memory>): Promise<void>;
    /** What the world still shows of this step, a line each for people; none when it is undone. Absent where a step changes nothing. Only reads. */
    traces?(context: StepContext<Memory>): Promise<readonly string[]>;
}

// biome-ignore lint/suspicious/noExplicitAny: each step has a memory of its own type, which only itself reads back
export type Steps = readonly Step<MigrationStep, any>[];
