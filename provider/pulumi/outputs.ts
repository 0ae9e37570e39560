// The outputs of the resource: how a journal reads as Pulumi state. Sole owner of their shape; old shapes must stay readable.

import { journalName } from "../adapters/kubernetes/journalSecrets";
import type { Journal } from "../engine/journal";
import type { JournalCopy } from "../ports/journalStore";
import { type MigrationInputs, withPresentNames } from "./inputs";
import type { Session } from "./session";

const OUTPUT_SCHEMA = 2;

/** How far a move has come. */
export enum MigrationPhase {
    /** Begun, and not at its end: the next `pulumi up` continues. */
    Moving = "Moving",
    /** Stopped where `until` said. */
    Stopped = "Stopped",
    /** The add-on runs; an undo is possible. */
    Moved = "Moved",
    /** Helm runs again, everything is as it was. */
    OnHelm = "OnHelm",
    /** The add-on runs; no undo is possible any more. */
    Committed = "Committed",
}

export interface StepOutput {
    readonly name: string;
    /** `pending`, `open`, `done` or `undoing`. */
    readonly state: string;
}

export interface MovedFrom {
    readonly release: string;
    readonly namespace: string;
    readonly revision: number;
    readonly chart: string;
    readonly chartVersion: string;
    readonly operatorVersion: string;
}

export interface BackupOutput {
    readonly namespace: string;
    readonly secret: string;
    readonly hash: string;
}

export interface MigrationOutputs {
    readonly schemaVersion: number;
    readonly phase: MigrationPhase;
    readonly plan: readonly string[];
    readonly steps: readonly StepOutput[];
    readonly nextStep: string;
    readonly addonVersion: string;
    /** ARN of the cluster that the move was begun on. */
    readonly clusterArn?: string;
    readonly addonArn: string;
    readonly addonConfiguration: string;
    readonly movedFrom: MovedFrom;
    readonly backup: BackupOutput;
    /** Random name of the resource's create. */
    readonly claim?: string;
    readonly pausedSeconds: Readonly<Record<string, number>>;
    readonly warnings: readonly string[];
    readonly drift: readonly string[];
    /** Secret. */
    readonly journal?: JournalCopy;
    /** Secret. What was asked for; a later delete is handed the outputs alone. */
    readonly inputs: MigrationInputs;
}

/** The outputs of a journal as it stands. */
export function outputsAt(
    journal: Journal,
    session: Pick<Session, "stepsFor" | "inputs">,
    phase: MigrationPhase,
): MigrationOutputs {
    const { plan, facts } = journal;
    const order = session.stepsFor(plan).map(({ name }) => name);
    const pending = order.find((step) => !journal.isDone(step));
    const copy = journal.copy();
    return {
        schemaVersion: OUTPUT_SCHEMA,
        phase,
        plan: plan.lines,
        steps: order.map((name) => ({ name, state: journal.stateOf(name) ?? "pending" })),
        nextStep: pending ?? "",
        clusterArn: plan.cluster.arn,
        addonVersion: plan.addon.version,
        addonArn: phase === MigrationPhase.OnHelm ? "" : (facts.addonArn ?? ""),
        addonConfiguration: plan.addon.configurationValues,
        movedFrom: {
            release: plan.release.name,
            namespace: plan.release.namespace,
            revision: plan.release.revision,
            chart: plan.release.chart,
            chartVersion: plan.release.chartVersion,
            operatorVersion: plan.release.operatorVersion,
        },
        backup: {
            namespace: plan.release.namespace,
            secret: journalName(plan.release.name),
            hash: copy.hash,
        },
        ...(facts.claim === undefined ? {} : { claim: facts.claim }),
        pausedSeconds: facts.pausedSeconds,
        warnings: [...plan.warnings, ...facts.warnings],
        drift: [],
        ...(phase === MigrationPhase.OnHelm || phase === MigrationPhase.Committed ? {} : { journal: copy }),
        inputs: session.inputs,
    };
}

/** The outputs as any version stored them, in the shape of this one; what is no output of ours passes through. */
export function readOutputs(stored: Readonly<Record<string, unknown>>): Partial<MigrationOutputs> {
    // Before schema 2 the inputs were called wishes, and the settings of the add-on like the input.
    const { wishes, configurationValues, ...rest } = stored;
    const inputs = rest.inputs ?? wishes;
    const addonConfiguration = rest.addonConfiguration ?? configurationValues;
    return {
        ...rest,
        ...(inputs === undefined ? {} : { inputs: withPresentNames(inputs as MigrationInputs) }),
        ...(addonConfiguration === undefined ? {} : { addonConfiguration: addonConfiguration as string }),
    } as Partial<MigrationOutputs>;
}

/** Pulumi cannot store `undefined`, and turns class instances into empty objects. */
export function plainJson<T>(value: T): T {
    return value === undefined ? value : (JSON.parse(JSON.stringify(value)) as T);
}
