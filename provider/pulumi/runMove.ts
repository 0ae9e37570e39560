// The work of create and update: the move to where the inputs want it. Answers id and outputs; what was begun and failed is a `PartialFailure`, which keeps the state.
import { randomUUID } from "node:crypto";
import { sameJson } from "../../common/canonicalJson";
import { Owner } from "../../common/enums";
import { asMigrationError } from "../../common/errors";
import type { SharedDiscoveries } from "../discovery/sharedDiscoveries";
import type { Journal } from "../engine/journal";
import { run } from "../engine/saga";
import { pauseInstead } from "../operations/handover/fallBackToPause";
import { SERVE_AGAIN_MS, serveAgain } from "../operations/handover/serveAgainOnFailure";
import { removeRecords } from "../operations/release/removeRecords";
import type { Log } from "../ports/world";
import { RunReport } from "../report/runReport";
import { adjustAddon, adjustCommitted } from "./adjustAddon";
import { beginMove } from "./beginMove";
import { placeOf, reopenWhatDrifted } from "./drift";
import { parseInputs } from "./inputs";
import { openSession } from "./openSession";
import { type MigrationOutputs, MigrationPhase, outputsAt, plainJson } from "./outputs";
import { PartialFailure } from "./partialState";
import { toldPlan } from "./planOutput";
import type { Bag } from "./propertyBag";
import { committed, homeDeleted, nothingToUndo } from "./refusals";
import type { Session, SessionHost } from "./session";
import { discard, isUndone, undoMove } from "./undoMove";
import { assertStops } from "./untilStep";
import { keyIn, vouchersOf } from "./vouchers";

export interface Moved {
    readonly id: string;
    readonly outs: Record<string, unknown>;
}

const CONTINUE = "run `pulumi up` to continue, or `pulumi destroy` to go back";

/** `olds` are the outputs of a resource that is there already; `call` is what people call this; `looks` are those that plans of this process share. */
export async function runMove(
    host: SessionHost,
    looks: SharedDiscoveries,
    raw: Bag,
    olds: Partial<MigrationOutputs> | undefined,
    log: Log,
    call: string,
): Promise<Moved> {
    const { inputs } = parseInputs(raw);
    const session = await openSession(host, inputs, log, call, vouchersOf(olds ?? {}, raw, olds));
    const report = new RunReport(inputs.report, host.clock, log, olds ?? { inputs });
    const claim = olds?.claim ?? randomUUID();
    let journal: Journal | undefined;
    let begunWith: readonly string[] = [];
    const result = (of: Journal, phase: MigrationPhase): Moved => {
        const outputs = { ...outputsAt(of, session, phase), claim };
        report.ended(outputs, of);
        // What was planned anew on the way is told as it is now.
        const told = sameJson(of.plan.lines, begunWith) ? toldPlan(raw) : {};
        return { id: idOf(of), outs: { ...(plainJson(outputs) as object), ...told, ...keyIn(raw, olds) } };
    };
    try {
        if (olds?.phase === MigrationPhase.Committed) {
            if (inputs.desiredOwner === Owner.Helm) throw committed();
            const outs = await adjustCommitted(session, olds);
            return { id: "", outs: { ...outs, ...toldPlan(raw), ...keyIn(raw, olds) } };
        }
        journal = await begunJournal(session, olds);
        if (inputs.desiredOwner === Owner.Helm) {
            if (journal === undefined) throw nothingToUndo();
            begunWith = journal.plan.lines;
            await undoMove(session, journal);
            return result(journal, MigrationPhase.OnHelm);
        }
        // What was undone is planned anew: the cluster may be another one by now.
        if (journal !== undefined && (await isUndone(session, journal))) journal = undefined;
        journal ??= await beginMove(session, looks);
        begunWith = journal.plan.lines;
        await journal.claim(claim);
        return result(journal, await goForward(session, journal));
    } catch (error) {
        const told = asMigrationError(error, call, CONTINUE);
        report.failed(told);
        // Nothing was begun: a plain error stores nothing, and there is nothing to resume.
        if (journal === undefined || (journal.isEmpty() && journal.sequence === 0)) throw told;
        const { id, outs } = result(journal, MigrationPhase.Moving);
        throw new PartialFailure(id, outs, [told.message]);
    } finally {
        await report.write();
        await session.close();
    }
}

/** The newer intact copy, under the lock. */
async function begunJournal(
    session: Session,
    olds: Partial<MigrationOutputs> | undefined,
): Promise<Journal | undefined> {
    const place = (olds && placeOf(olds)) ?? (await session.journals.place());
    if (place === undefined) return undefined;
    return session.lockAndRead(place, olds?.phase === MigrationPhase.OnHelm ? undefined : olds?.journal);
}

async function goForward(session: Session, journal: Journal): Promise<MigrationPhase> {
    const { inputs } = session;
    await reopenWhatDrifted(session, journal);
    await runSteps(session, journal);
    // A step that was reopened behind `until` is still to come: the end is when all are done.
    const steps = session.stepsFor(journal.plan);
    const next = steps.find(({ name }) => !journal.isDone(name));
    if (next !== undefined) {
        session.log.progress(
            `stopped after ${inputs.until}, as \`until\` asks; a later \`pulumi up\` goes on with ${next.name}`,
        );
        return MigrationPhase.Stopped;
    }
    await adjustAddon(session, journal);
    await tellHome(session, journal);
    if (inputs.commit !== true) return MigrationPhase.Moved;
    // The journal goes last: as long as it is there, a commit that was cut off is seen and finished.
    await removeRecords(session.connection.world, journal.plan);
    await discard(session, journal);
    session.log.progress("committed: records, backup and journal are gone, and with them the undo");
    return MigrationPhase.Committed;
}

/** Only what was in it is the worse for that: the add-on runs elsewhere. */
async function tellHome({ connection, log }: Session, { plan }: Journal): Promise<void> {
    const { namespace } = plan.release;
    if (await connection.home.stands(namespace)) return;
    log.warn(homeDeleted(namespace));
}

async function runSteps(session: Session, journal: Journal): Promise<void> {
    const { inputs } = session;
    const steps = session.stepsFor(journal.plan);
    assertStops(steps, journal.plan, inputs.until);
    const { world } = session.connection;
    // Half an undo of a mover that fell silent: what it sent last takes away what is made here.
    if (journal.direction === "undo") await session.settle();
    session.follow(journal);
    try {
        await run(steps, world, journal, inputs.until);
    } catch (error) {
        await serveAgain(error, session.stepsFor(journal.plan, SERVE_AGAIN_MS), world, journal);
        const isAgain = await pauseInstead(error, world, journal, (plan) => session.stepsFor(plan));
        if (!isAgain) throw error;
        await runSteps(session, journal);
    }
}

function idOf({ plan }: Journal): string {
    return `${plan.cluster.arn}/${plan.release.namespace}/${plan.release.name}`;
}
