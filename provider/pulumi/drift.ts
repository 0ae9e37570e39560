// A session and the state of a move come in; what somebody changed since then goes out, and the steps that it undid are opened again.
import { ErrorCode, MigrationError } from "../../common/errors";
import type { JournalPlace } from "../adapters/connect";
import type { Journal } from "../engine/journal";
import { missingWorkloads } from "../operations/handover/stillServes";
import { MigrationStep } from "../plan/plan";
import { AddonStatus } from "../ports/world";
import { type MigrationOutputs, MigrationPhase } from "./outputs";
import type { Session } from "./session";

/** What refresh finds, a line each; empty when everything is as the state says. */
export async function driftOf(session: Session, outputs: Partial<MigrationOutputs>): Promise<string[]> {
    const isMoved = outputs.phase === MigrationPhase.Moved || outputs.phase === MigrationPhase.Committed;
    return [
        ...(isMoved ? await changesOutside(session, outputs) : []),
        ...(await untoldProgress(session, outputs)),
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
    // Whoever was away does not know what happened meanwhile: nothing is retired on an old look.
    if (!journal.isDone(MigrationStep.Finish)) await journal.rerun(MigrationStep.Verify);
    if (!journal.isDone(MigrationStep.RetireHelm)) return;
    const { name, namespace } = journal.plan.release;
    const visible = await world.releases.find(session.profile.chart, { name, namespace });
    if (visible.length > 0) await journal.rerun(MigrationStep.RetireHelm);
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

/** A command that was killed leaves the state as it was, and the journal where it came to. */
async function untoldProgress(session: Session, outputs: Partial<MigrationOutputs>): Promise<string[]> {
    const place = placeOf(outputs);
    if (place === undefined || outputs.phase === MigrationPhase.Committed) return [];
    const journal = await session.journals.read(place, undefined).catch((error: unknown) => {
        if (error instanceof MigrationError && error.code === ErrorCode.JournalUnvouched)
            return "strange" as const;
        throw error;
    });
    if (journal === "strange") return ["the journal in the cluster is not the one of this stack"];
    if (outputs.phase === MigrationPhase.OnHelm)
        return journal === undefined ? [] : ["a move was begun and not told to this stack"];
    if (journal === undefined) return ["the cluster's copy of the journal is gone"];
    const undone = (outputs.steps ?? []).find(
        ({ name, state }) => state === "done" && !journal.isDone(name as MigrationStep),
    );
    if (undone !== undefined) return [`an undo was begun: step ${undone.name} is not done any more`];
    const gone = await missingWorkloads(session.connection.world, journal.facts.workloads ?? []);
    return outputs.phase === MigrationPhase.Moved
        ? gone.map(({ kind, namespace, name }) => `${kind} ${namespace}/${name} of the add-on is gone`)
        : [];
}
