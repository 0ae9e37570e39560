// A session and the state of a move come in; what somebody changed since then goes out, and the steps that it undid are opened again.
import { ErrorCode, MigrationError } from "../../common/errors";
import type { JournalPlace } from "../connection/connection";
import { Journal } from "../engine/journal";
import { settingsChanged } from "../operations/addon/upgrade";
import { missingWorkloads } from "../operations/handover/assertServes";
import { runningOf, whoScaled } from "../operations/handover/stoppedControllers";
import { lostModelsAndCrds } from "../operations/models/lostModelsAndCrds";
import { MigrationStep } from "../plan/plan";
import { describeRival } from "../plan/rivals";
import { AddonStatus } from "../ports/world";
import { backupIn } from "./backupIn";
import { dependencyDrift, reopenDependencies } from "./dependencyDrift";
import { type MigrationOutputs, MigrationPhase } from "./outputs";
import { homeDeleted } from "./refusals";
import { rivalsOf } from "./rivalsOfAddon";
import type { Session } from "./session";

/** What refresh finds, a line each; empty when everything is as the state says. */
export async function driftOf(session: Session, outputs: Partial<MigrationOutputs>): Promise<string[]> {
    const isMoved = outputs.phase === MigrationPhase.Moved || outputs.phase === MigrationPhase.Committed;
    const journal = await clusterJournal(session, outputs);
    return [
        ...(isMoved ? await changesOutside(session, outputs) : []),
        ...untoldProgress(outputs, journal),
        ...(journal instanceof Journal ? await homeOf(session, journal) : []),
        ...(isMoved && journal instanceof Journal
            ? [
                  ...(await startedAgain(session, journal)),
                  ...(await goneOfAddon(session, journal)),
                  ...(await modelsGone(session, journal)),
                  ...(await dependencyDrift(session.connection.world, journal)),
              ]
            : []),
        ...(isMoved ? await rivalsSince(session, outputs, journal) : []),
    ];
}

/** Where the journal of a move lies, as the state tells it. */
export function placeOf(outputs: Partial<MigrationOutputs>): JournalPlace | undefined {
    const { movedFrom } = outputs;
    return movedFrom && { namespace: movedFrom.namespace, release: movedFrom.release };
}

/** What was undone from outside since it was done is done again. */
export async function reopenWhatDrifted(session: Session, journal: Journal): Promise<void> {
    if (!journal.isDone(MigrationStep.Install)) return;
    const { world } = session.connection;
    const addon = await world.addons.describe(journal.plan.addon.name);
    const gone = await missingWorkloads(world, journal.facts.workloads ?? []);
    if (
        addon === undefined ||
        gone.length > 0 ||
        (addon.status !== AddonStatus.Active && addon.status !== AddonStatus.Updating)
    ) {
        // Somebody may have helped themselves with Helm's controllers meanwhile: two must never run.
        await journal.rerun(MigrationStep.ScaleDown);
        await journal.rerun(MigrationStep.Install);
        await journal.rerun(MigrationStep.Verify);
    }
    await reopenDependencies(world, journal);
    // Whoever was away does not know what happened meanwhile: nothing is retired on an old look.
    if (!journal.isDone(MigrationStep.Finish)) await journal.rerun(MigrationStep.Verify);
    if (!journal.isDone(MigrationStep.RetireHelm)) return;
    if ((await modelsGone(session, journal)).length > 0) {
        await journal.rerun(MigrationStep.Install, { isOverwritten: true });
        await journal.rerun(MigrationStep.Verify);
    }
    const started = await startedAgain(session, journal);
    if (started.length > 0) {
        for (const line of started)
            session.log.warn(`${line}; it is stopped, and what was overwritten is applied again`);
        await journal.rerun(MigrationStep.Install, { isOverwritten: true });
        await journal.rerun(MigrationStep.Verify);
        await journal.rerun(MigrationStep.RetireHelm);
    }
    const { name, namespace } = journal.plan.release;
    const visible = await world.releases.find(session.profile.chart, { name, namespace });
    if (visible.length > 0) await journal.rerun(MigrationStep.RetireHelm);
}

/** Helm's controllers that somebody made or started again, with the field manager that did. */
async function startedAgain(session: Session, journal: Journal): Promise<string[]> {
    const { world } = session.connection;
    const running = await runningOf(
        world,
        journal.plan.controllers.map(({ workload }) => workload),
    );
    return running.map(
        (object) =>
            `${whoScaled(object)} started Helm's ${object.kind} ${object.metadata.namespace}/${object.metadata.name} again`,
    );
}

/** What is not any more as the move left it, a line each. */
async function changesOutside(session: Session, outputs: Partial<MigrationOutputs>): Promise<string[]> {
    const { profile } = session;
    const { world } = session.connection;
    const drift: string[] = [];
    const addon = await world.addons.describe(profile.addonName);
    if (addon === undefined) drift.push("the add-on is gone");
    else {
        if (addon.status !== AddonStatus.Active)
            drift.push(
                `the add-on is ${addon.status}: ${addon.issues.map(({ code, message }) => `${code} ${message}`).join("; ")}`,
            );
        if (addon.version !== outputs.addonVersion)
            drift.push(`the add-on's version is ${addon.version}, not ${outputs.addonVersion}`);
        const changed = settingsChanged(addon, outputs.addonConfiguration ?? "");
        if (changed.length > 0)
            drift.push(
                `settings of the add-on were changed outside, and the next update sets them back: ${changed.join(", ")}`,
            );
    }
    const place = placeOf(outputs);
    if (place !== undefined) {
        const releases = await world.releases.find(profile.chart, {
            name: place.release,
            namespace: place.namespace,
        });
        if (releases.length > 0) drift.push(`Helm sees release ${place.namespace}/${place.release} again`);
    }
    return drift;
}

export async function clusterJournal(
    session: Session,
    outputs: Partial<MigrationOutputs>,
): Promise<Journal | "strange" | undefined> {
    const place = placeOf(outputs);
    if (place === undefined || outputs.phase === MigrationPhase.Committed) return undefined;
    return session.journals.read(place, undefined).catch((error: unknown) => {
        if (error instanceof MigrationError && error.code === ErrorCode.JournalUnvouched)
            return "strange" as const;
        throw error;
    });
}

/** A command that was killed leaves the state as it was, and the journal where it came to. */
export function untoldProgress(
    outputs: Partial<MigrationOutputs>,
    journal: Journal | "strange" | undefined,
): string[] {
    if (placeOf(outputs) === undefined || outputs.phase === MigrationPhase.Committed) return [];
    if (journal === "strange") return ["the journal in the cluster is not the one of this stack"];
    if (outputs.phase === MigrationPhase.OnHelm)
        return journal === undefined ? [] : ["a move was begun and not told to this stack"];
    if (journal === undefined) return ["the cluster's copy of the journal is gone"];
    const undone = (outputs.steps ?? []).find(
        ({ name, state }) => state === "done" && !journal.isDone(name as MigrationStep),
    );
    return undone === undefined ? [] : [`an undo was begun: step ${undone.name} is not done any more`];
}

/** Controllers that work beside the add-on's by now, other than those that the journal knows. */
async function rivalsSince(
    session: Session,
    outputs: Partial<MigrationOutputs>,
    journal: Journal | "strange" | undefined,
): Promise<string[]> {
    const planned = journal instanceof Journal ? journal.plan.controllers : [];
    const rivals = await rivalsOf(
        session,
        outputs,
        planned.map(({ workload }) => workload),
    );
    return rivals.map((rival) => `${describeRival(rival)} beside the add-on's`);
}

/** Models, and their CRDs, that were there when the move began and went since, other than one by one. */
async function modelsGone({ connection: { world }, profile }: Session, journal: Journal): Promise<string[]> {
    // Of an undo that was cut off at its very end, whose backup goes before the journal does.
    if (journal.isEmpty()) return [];
    const backup = await backupIn(journal, world);
    return backup === undefined ? [] : lostModelsAndCrds(world, profile, backup);
}

async function homeOf({ connection }: Session, { plan }: Journal): Promise<string[]> {
    const { namespace } = plan.release;
    return (await connection.home.stands(namespace)) ? [] : [homeDeleted(namespace)];
}

/** Workloads of the add-on that somebody deleted. */
async function goneOfAddon({ connection }: Session, { facts }: Journal): Promise<string[]> {
    const gone = await missingWorkloads(connection.world, facts.workloads ?? []);
    return gone.map(({ kind, namespace, name }) => `${kind} ${namespace}/${name} of the add-on is gone`);
}
