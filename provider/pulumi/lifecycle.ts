// check, diff, create, read, update and delete of the migration: the table of contents. Knows inputs, old outputs and a progress sink, not who calls.
import { SharedDiscoveries } from "../discovery/sharedDiscoveries";
import type { Log } from "../ports/world";
import { RunReport } from "../report/runReport";
import { type CheckResult, checkMove } from "./checkMove";
import { assertRegion, clusterArnOf } from "./clusterOfMove";
import { asksForWork, hasChanges } from "./diffMove";
import { driftOf, placeOf } from "./drift";
import { type MigrationInputs, parseInputs } from "./inputs";
import { cutOffSince } from "./interruptedCommand";
import { anotherClaim, isClaimedByAnother } from "./moveClaim";
import { openSession } from "./openSession";
import { type MigrationOutputs, MigrationPhase, plainJson, readOutputs } from "./outputs";
import { remaining } from "./pendingUpdateLines";
import { toldPlan } from "./planOutput";
import { PlanPreviews } from "./previewPlan";
import type { Bag } from "./propertyBag";
import { noInputs, noJournal } from "./refusals";
import { type Moved, runMove } from "./runMove";
import type { SessionHost } from "./session";
import { destroyMove } from "./undoMove";
import { keyIn, vouchersOf } from "./vouchers";

export class Lifecycle {
    readonly #host: SessionHost;
    readonly #looks: SharedDiscoveries;
    readonly #previews: PlanPreviews;

    constructor(host: SessionHost) {
        this.#host = host;
        this.#looks = new SharedDiscoveries(host.clock);
        this.#previews = new PlanPreviews(host, this.#looks);
    }

    check(olds: Bag, news: Bag, log: Log): Promise<CheckResult> {
        return checkMove(this.#previews, olds, news, log);
    }

    /** A destroy that was cut off leaves the state as it was: what it undid is work for the next update. */
    async diff(olds: Bag, news: Bag, log: Log): Promise<{ changes: boolean }> {
        const outputs = readOutputs(olds);
        return { changes: hasChanges(outputs, news) || (await this.#isCutOff(outputs, news, olds, log)) };
    }

    /** What an update will do that the state asks for, and not a change of the inputs: lines, as a preview tells them. */
    remaining(olds: Bag, news: Bag, log: Log): Promise<readonly string[]> {
        return remaining(this.#previews, this.#host, olds, news, log);
    }

    create(inputs: Bag, log: Log): Promise<Moved> {
        return runMove(this.#host, this.#looks, inputs, undefined, log, "create");
    }

    async update(olds: Bag, news: Bag, log: Log): Promise<Record<string, unknown>> {
        const outputs = readOutputs(olds);
        // A new way to the cluster, or the move of the state to another provider, is stored for the next refresh and destroy; nothing there changes.
        if (!asksForWork(outputs, news) && !(await this.#isCutOff(outputs, news, olds, log))) {
            const { inputs } = parseInputs(news);
            assertRegion(clusterArnOf(outputs), inputs.region);
            return plainJson({ ...outputs, ...toldPlan(news), ...keyIn(news, olds), inputs });
        }
        this.#looks.forget();
        const { outs } = await runMove(this.#host, this.#looks, news, outputs, log, "update");
        return outs;
    }

    /** Where inputs changed as well, these are what is asked for. */
    async #isCutOff(outputs: Partial<MigrationOutputs>, news: Bag, olds: Bag, log: Log): Promise<boolean> {
        if (hasChanges(outputs, news)) return false;
        return (await cutOffSince(this.#host, outputs, news, olds, log)).length > 0;
    }

    async delete(olds: Bag, log: Log): Promise<void> {
        const outputs = readOutputs(olds);
        if (outputs.phase === MigrationPhase.OnHelm || outputs.phase === MigrationPhase.Committed) return;
        this.#looks.forget();
        const inputs = inputsOf(outputs);
        const session = await openSession(this.#host, inputs, log, "destroy", vouchersOf(outputs, olds));
        const report = new RunReport(inputs.report, this.#host.clock, log, outputs);
        await destroyMove(session, report, async () => {
            const place = placeOf(outputs) ?? (await session.journals.place());
            const journal = place && (await session.lockAndRead(place, outputs.journal));
            if (journal === undefined) throw noJournal();
            if (!isClaimedByAnother(journal, outputs)) return journal;
            log.warn(anotherClaim(journal));
            return undefined;
        });
    }

    async read(id: string, olds: Bag, log: Log): Promise<{ id: string; props: Record<string, unknown> }> {
        const outputs = readOutputs(olds);
        const vouchers = vouchersOf(outputs, olds);
        const session = await openSession(this.#host, inputsOf(outputs), log, "refresh", vouchers);
        try {
            return { id, props: plainJson({ ...outputs, drift: await driftOf(session, outputs) }) };
        } finally {
            await session.close();
        }
    }
}

function inputsOf({ inputs }: Partial<MigrationOutputs>): MigrationInputs {
    if (inputs === undefined) throw noInputs();
    return inputs;
}
