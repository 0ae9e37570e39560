// check, diff, create, read, update and delete of the migration. Sole owner of Pulumi's result shapes; knows inputs, old outputs and a progress sink, not who calls.

import { describeBlocker } from "../../common/blocker";
import { canonicalJson } from "../../common/canonicalJson";
import { Owner } from "../../common/enums";
import { asMigrationError, ErrorCode, MigrationError } from "../../common/errors";
import { hasUnknown } from "../../common/unknown";
import { journalName } from "../adapters/kubernetes/journalSecrets";
import { SharedDiscoveries } from "../discovery/sharedDiscoveries";
import type { Journal } from "../engine/journal";
import { run } from "../engine/saga";
import type { Steps } from "../engine/step";
import { isJournalKey, type Vouchers } from "../engine/vouched";
import { upgradeAddon } from "../operations/addon/upgrade";
import { serveAgain } from "../operations/handover/serveAgain";
import type { MigrationStep } from "../plan/plan";
import { forReadOnlyPrincipal } from "../plan/readOnlyPrincipal";
import type { Log } from "../ports/world";
import { RunReport } from "../report/runReport";
import { whyNotWritable } from "../report/writeReport";
import { merged, type Values } from "../settings/settings";
import { driftOf, placeOf, reopenWhatDrifted } from "./drift";
import {
    type CheckFailure,
    changedProperties,
    changesOfCluster,
    IMMUTABLE,
    type MigrationInputs,
    PLANNED_WITHOUT,
    parseInputs,
    withPresentNames,
} from "./inputs";

import { type MigrationOutputs, MigrationPhase, outputsOf, plainJson, readOutputs } from "./outputs";
import { PartialFailure } from "./partialState";
import { configurationOf, Session, type SessionHost } from "./session";
import { isUndone, undoMove } from "./undoMove";
import { assertRegion, clusterArnOf } from "./whichCluster";

type Bag = Readonly<Record<string, unknown>>;

export interface CheckResult {
    readonly inputs: Record<string, unknown>;
    readonly failures: CheckFailure[];
}

const CONTINUE = "run `pulumi up` to continue, or `pulumi destroy` to go back";
const PLAN_UNKNOWN = "known after `pulumi up`: the plan needs inputs that another resource has yet to make";

export class Lifecycle {
    readonly #host: SessionHost;
    readonly #plans = new Map<string, Promise<readonly string[]>>();
    readonly #discoveries: SharedDiscoveries;

    constructor(host: SessionHost) {
        this.#host = host;
        this.#discoveries = new SharedDiscoveries(host.clock);
    }

    async check(stored: Bag, news: Bag, log: Log): Promise<CheckResult> {
        const olds = withPresentNames(stored);
        const { inputs, failures, unknown } = parseInputs(news);
        const checked: Record<string, unknown> = { ...news };
        const frozen = IMMUTABLE.filter(
            (property) =>
                olds[property] !== undefined &&
                inputs[property] !== undefined &&
                olds[property] !== inputs[property],
        );
        const all = [
            ...failures,
            ...frozen.map((property) => ({
                property,
                reason: `cannot change from ${String(olds[property])} to ${String(inputs[property])}: this resource moved that one; add a second HelmToAddonMigration for the other, and destroy or commit this one`,
            })),
        ];
        const { report } = inputs;
        const unwritable =
            typeof report === "string" && report.trim() !== "" && !hasUnknown(report)
                ? await whyNotWritable(report)
                : undefined;
        if (unwritable !== undefined)
            all.push({ property: "report", reason: `cannot be written: ${unwritable}` });
        if (all.length > 0) return { inputs: checked, failures: all };
        const canPlan =
            olds.plan === undefined && unknown.every((property) => PLANNED_WITHOUT.includes(property));
        if (unknown.length > 0 && !canPlan)
            return { inputs: { ...checked, plan: [PLAN_UNKNOWN] }, failures: [] };
        if (
            Array.isArray(olds.plan) &&
            olds.plan[0] !== PLAN_UNKNOWN &&
            changesOfCluster(olds, news).length === 0
        ) {
            return { inputs: { ...checked, plan: olds.plan }, failures: [] };
        }
        try {
            return {
                inputs: {
                    ...checked,
                    plan: [
                        ...(await this.#planOnce(
                            inputs,
                            vouchersOf({}, news, olds),
                            olds.clusterName !== undefined,
                            log,
                        )),
                    ],
                },
                failures: [],
            };
        } catch (error) {
            if (error instanceof Blocked) return { inputs: checked, failures: [...error.failures] };
            const told = asMigrationError(
                error,
                "plan",
                "remove the cause and run the command again; nothing was changed",
            );
            return { inputs: checked, failures: [{ property: "clusterName", reason: told.message }] };
        }
    }

    diff(olds: Bag, news: Bag): { changes: boolean } {
        const outputs = readOutputs(olds);
        const changed = changedProperties((outputs.inputs ?? {}) as unknown as Bag, news);
        return { changes: this.#asksForWork(outputs, news) || changed.length > 0 };
    }

    /** Whether the cluster is to be changed, and not only the way to it. */
    #asksForWork(outputs: Partial<MigrationOutputs>, news: Bag): boolean {
        const wanted =
            news.desiredOwner === Owner.Helm
                ? MigrationPhase.OnHelm
                : news.commit === true
                  ? MigrationPhase.Committed
                  : undefined;
        const isFinal =
            wanted === undefined
                ? outputs.phase === MigrationPhase.Moved ||
                  outputs.phase === MigrationPhase.Stopped ||
                  outputs.phase === MigrationPhase.Committed
                : outputs.phase === wanted;
        const changed = changesOfCluster((outputs.inputs ?? {}) as unknown as Bag, news);
        return !isFinal || changed.length > 0 || (outputs.drift ?? []).length > 0;
    }

    async create(inputs: Bag, log: Log): Promise<{ id: string; outs: Record<string, unknown> }> {
        return this.#move(inputs, undefined, log, "create");
    }

    async update(olds: Bag, news: Bag, log: Log): Promise<Record<string, unknown>> {
        const outputs = readOutputs(olds);
        // A new way to the cluster is stored for the next refresh and destroy; nothing there changes.
        if (!this.#asksForWork(outputs, news)) {
            const { inputs } = parseInputs(news);
            assertRegion(clusterArnOf(outputs), inputs.region);
            return plainJson({ ...outputs, ...keyIn(news, olds), inputs });
        }
        const { outs } = await this.#move(news, outputs, log, "update");
        return outs;
    }

    async delete(olds: Bag, log: Log): Promise<void> {
        const outputs = readOutputs(olds);
        if (outputs.phase === MigrationPhase.OnHelm || outputs.phase === MigrationPhase.Committed) return;
        const inputs = inputsOf(outputs);
        const session = await this.#open(inputs, log, "destroy", vouchersOf(outputs, olds));
        const report = new RunReport(inputs.report, this.#host.clock, log, outputs);
        let journal: Journal | undefined;
        try {
            const place = placeOf(outputs) ?? (await session.journalPlace());
            if (place === undefined) throw noJournal();
            journal = await session.lockAndRead(place, outputs.journal);
            if (journal === undefined) throw noJournal();
            await undoMove(session, journal);
            report.ended(outputsAt(journal, session, MigrationPhase.OnHelm), journal);
        } catch (error) {
            throw failedDestroy(error, session, journal, report);
        } finally {
            await report.write();
            await session.close();
        }
    }

    async read(id: string, olds: Bag, log: Log): Promise<{ id: string; props: Record<string, unknown> }> {
        const outputs = readOutputs(olds);
        const session = await this.#open(inputsOf(outputs), log, "refresh", vouchersOf(outputs, olds));
        try {
            return { id, props: plainJson({ ...outputs, drift: await driftOf(session, outputs) }) };
        } finally {
            await session.close();
        }
    }

    async #move(
        raw: Bag,
        olds: Partial<MigrationOutputs> | undefined,
        log: Log,
        call: string,
    ): Promise<{ id: string; outs: Record<string, unknown> }> {
        const { inputs } = parseInputs(raw);
        const session = await this.#open(inputs, log, call, vouchersOf(olds ?? {}, raw, olds));
        const steps = session.steps;
        const report = new RunReport(inputs.report, this.#host.clock, log, olds ?? { inputs });
        let journal: Journal | undefined;
        const id = () => (journal ? idOf(journal) : "");
        const outs = (phase: MigrationPhase) => {
            const current = journal as Journal;
            const outputs = outputsAt(current, session, phase);
            report.ended(outputs, current);
            return plainJson({ ...outputs, ...keyIn(raw, olds) }) as unknown as Record<string, unknown>;
        };
        try {
            if (olds?.phase === MigrationPhase.Committed) {
                if (inputs.desiredOwner === Owner.Helm) throw committed();
                return {
                    id: "",
                    outs: { ...(await this.#adjustCommitted(inputs, olds, session)), ...keyIn(raw, olds) },
                };
            }
            const place = (olds && placeOf(olds)) ?? (await session.journalPlace());
            if (place !== undefined)
                journal = await session.lockAndRead(
                    place,
                    olds?.phase === MigrationPhase.OnHelm ? undefined : olds?.journal,
                );
            if (inputs.desiredOwner === Owner.Helm) {
                if (journal === undefined) throw nothingToUndo();
                await undoMove(session, journal);
                return { id: id(), outs: outs(MigrationPhase.OnHelm) };
            }
            // What was undone is planned anew: the cluster may be another one by now.
            if (journal !== undefined && (await isUndone(session, journal))) journal = undefined;
            journal ??= await session.begin();
            await reopenWhatDrifted(session, journal);
            await this.#run(steps, session, journal, inputs.until);
            // A step that was reopened behind `until` is still to come: the end is when all are done.
            const moved = steps.every(({ name }) => journal?.isDone(name));
            if (moved) await adjust(session, journal, inputs);
            if (inputs.commit === true && moved) {
                await journal.discard();
                return { id: id(), outs: outs(MigrationPhase.Committed) };
            }
            return {
                id: id(),
                outs: outs(moved ? MigrationPhase.Moved : MigrationPhase.Stopped),
            };
        } catch (error) {
            const told = asMigrationError(error, call, CONTINUE);
            report.failed(told);
            // Nothing was begun: a plain error stores nothing, and there is nothing to resume.
            if (journal === undefined || (journal.isEmpty() && journal.sequence === 0)) throw told;
            log.warn(told.message);
            throw new PartialFailure(id(), outs(MigrationPhase.Moving), [told.message]);
        } finally {
            await report.write();
            await session.close();
        }
    }

    async #run(
        steps: Steps,
        session: Session,
        journal: Journal,
        until: MigrationStep | undefined,
    ): Promise<void> {
        const { world } = session.connection;
        // Half an undo of a mover that fell silent: what it sent last takes away what is made here.
        if (journal.direction === "undo") await session.settle();
        session.follow(journal);
        try {
            await run(steps, world, journal, until);
        } catch (error) {
            await serveAgain(error, steps, world, journal);
            throw error;
        }
    }

    /** A committed move has no journal; version and settings of its add-on can still change. */
    async #adjustCommitted(
        inputs: MigrationInputs,
        olds: Partial<MigrationOutputs>,
        session: Session,
    ): Promise<Record<string, unknown>> {
        const wanted = wantedAddon(
            { version: olds.addonVersion ?? "", configurationValues: olds.addonConfiguration ?? "{}" },
            inputs,
        );
        const place = placeOf(olds);
        if (place !== undefined) await session.lock(place);
        const addonVersion = await upgradeAddon(
            session.connection.world,
            session.profile,
            { name: session.profile.addonName, ...wanted },
            session.installMs,
        );
        return plainJson({
            ...olds,
            addonVersion,
            addonConfiguration: wanted.configurationValues,
            inputs,
            drift: [],
        }) as Record<string, unknown>;
    }

    #open(inputs: MigrationInputs, log: Log, call: string, vouchers: Vouchers): Promise<Session> {
        return Session.open(inputs, this.#host, log, vouchers).catch((error: unknown) => {
            throw asMigrationError(
                error,
                call,
                "remove the cause and run the command again; nothing was changed",
            );
        });
    }

    /** The plan lines; one look at the cluster serves all checks of this process with the same inputs. */
    #planOnce(
        inputs: MigrationInputs,
        vouchers: Vouchers,
        isBegun: boolean,
        log: Log,
    ): Promise<readonly string[]> {
        const key = JSON.stringify([inputs, vouchers, isBegun]);
        const known = this.#plans.get(key);
        if (known !== undefined) return known;
        const asked = this.#planLines(inputs, vouchers, isBegun, log);
        this.#plans.set(key, asked);
        asked.catch(() => this.#plans.delete(key));
        return asked;
    }

    async #planLines(
        inputs: MigrationInputs,
        vouchers: Vouchers,
        isBegun: boolean,
        log: Log,
    ): Promise<readonly string[]> {
        const session = await this.#open(inputs, log, "plan", vouchers);
        try {
            const place = await session.journalPlace();
            const journal = place && (await session.readJournal(place, undefined));
            // A check is not handed the state, which alone may know the journal: what goes on with it looks again.
            if (journal === undefined && isBegun && session.strangers.length > 0)
                return ["continues the move, once its journal was compared with the state"];
            if (journal !== undefined)
                return linesOfBegunMove(
                    journal,
                    inputs,
                    session.steps.map(({ name }) => name),
                );
            const { plan, discovery, blockers: all } = await session.plan(this.#discoveries);
            const { blockers, note } = forReadOnlyPrincipal(discovery.preflight, all);
            if (blockers.length > 0 || plan === undefined) {
                throw new Blocked(
                    blockers.map((blocker) => ({
                        property: blocker.property,
                        reason: describeBlocker(blocker),
                    })),
                );
            }
            return inputs.desiredOwner === Owner.Helm
                ? ["nothing to do: Helm runs the operator"]
                : [...plan.lines, ...note];
        } finally {
            await session.close();
        }
    }
}

/** The newest key is written with; a journal that an older one marked stays readable. */
export function vouchersOf(
    outputs: Partial<MigrationOutputs>,
    ...bags: readonly (Bag | Partial<MigrationOutputs> | undefined)[]
): Vouchers {
    const { journal, phase } = outputs;
    const keys = bags.map((bag) => (bag as Bag | undefined)?.journalKey).filter(isJournalKey);
    const isOver = phase === MigrationPhase.OnHelm || phase === MigrationPhase.Committed;
    const clusterArn = [outputs, ...bags]
        .map((bag) => clusterArnOf(bag ?? {}))
        .find((arn) => arn !== undefined);
    return {
        keys: [...new Set(keys)],
        ...(clusterArn === undefined ? {} : { clusterArn }),
        ...(journal === undefined || isOver ? {} : { state: journal }),
    };
}

/** The key as it goes into the state: secret there, and in no message. */
function keyIn(...bags: readonly (Bag | Partial<MigrationOutputs> | undefined)[]): Bag {
    const [journalKey] = vouchersOf({}, ...bags).keys;
    return journalKey === undefined ? {} : { journalKey };
}

class Blocked extends Error {
    constructor(readonly failures: readonly CheckFailure[]) {
        super("blocked");
    }
}

function linesOfBegunMove(
    journal: Journal,
    inputs: MigrationInputs,
    order: readonly MigrationStep[],
): readonly string[] {
    if (inputs.desiredOwner === Owner.Helm) {
        const begun = [...order].reverse().filter((step) => journal.knows(step));
        return begun.map((step, index) => `${String(index + 1).padStart(2)} undo ${step}`);
    }
    const next = order.find((step) => !journal.isDone(step));
    return next === undefined ? journal.plan.lines : [`continues at ${next}`, ...journal.plan.lines];
}

/** Version and settings as they are wished now, on the add-on that runs. */
async function adjust(session: Session, journal: Journal, inputs: MigrationInputs): Promise<void> {
    const { addon } = journal.plan;
    const wanted = wantedAddon(addon, inputs);
    const { configurationValues } = wanted;
    const version = await upgradeAddon(
        session.connection.world,
        session.profile,
        { name: addon.name, ...wanted },
        session.installMs,
    );
    if (version === addon.version && configurationValues === addon.configurationValues) return;
    await journal.revise({
        ...addon,
        version,
        configurationValues,
        whyVersion: inputs.addonVersion ? "pinned by addonVersion" : addon.whyVersion,
    });
}

function wantedAddon(
    now: { readonly version: string; readonly configurationValues: string },
    inputs: MigrationInputs,
): { version?: string; known: string; configurationValues: string } {
    return {
        known: now.version,
        ...(inputs.addonVersion === undefined ? {} : { version: inputs.addonVersion }),
        configurationValues: canonicalJson(
            merged(JSON.parse(now.configurationValues) as Values, configurationOf(inputs)),
        ),
    };
}

/** The outputs of a journal as it stands. */
export function outputsAt(journal: Journal, session: Session, phase: MigrationPhase): MigrationOutputs {
    const order = session.steps.map(({ name }) => name);
    return outputsOf(journal, session.inputs, phase, order, journalName(journal.plan.release.name));
}

/** The error of a way back that stopped half-way, told to the report too. */
export function failedDestroy(
    error: unknown,
    session: Session,
    journal: Journal | undefined,
    report: RunReport,
): MigrationError {
    const told = asMigrationError(
        error,
        "destroy",
        "remove the cause and run `pulumi destroy` again; it goes on where it stopped",
    );
    if (journal !== undefined) report.ended(outputsAt(journal, session, MigrationPhase.Moving), journal);
    report.failed(told);
    return told;
}

function inputsOf(outputs: Partial<MigrationOutputs>): MigrationInputs {
    if (outputs.inputs === undefined) {
        throw new MigrationError({
            code: ErrorCode.JournalDamaged,
            step: "state",
            what: "the resource's state holds no inputs",
            remedy: "run `pulumi up` once, which writes them anew, then run the command again",
        });
    }
    return outputs.inputs;
}

function idOf({ plan }: Journal): string {
    return `${plan.cluster.arn}/${plan.release.namespace}/${plan.release.name}`;
}

function noJournal(): MigrationError {
    return new MigrationError({
        code: ErrorCode.JournalDamaged,
        step: "destroy",
        what: "neither the cluster nor Pulumi state holds the journal of this move, so the way back is unknown",
        remedy: "restore an earlier state of the stack (`pulumi stack import`); or keep the add-on and forget the move with `pulumi state delete`; nothing was changed",
    });
}

function nothingToUndo(): MigrationError {
    return new MigrationError({
        code: ErrorCode.InvalidInput,
        step: "plan",
        what: "desiredOwner is Helm, but no move was begun: Helm runs the operator already",
        remedy: "remove `desiredOwner`, or the resource",
    });
}

function committed(): MigrationError {
    return new MigrationError({
        code: ErrorCode.InvalidInput,
        step: "plan",
        what: "desiredOwner is Helm, but the move was committed: the backup that the way back needs was removed",
        remedy: "remove `desiredOwner`; to go back all the same, delete the add-on with preserve and install the chart anew",
    });
}
