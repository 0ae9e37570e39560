// The life cycle of the small resource that stands in the state before a move begins: when the move's own create was killed, destroying this one still finds the cluster's journal and goes back.
import { asMigrationError, ErrorCode, MigrationError } from "../../common/errors";
import { UNKNOWN } from "../../common/unknownValue";
import { isJournalKey, newJournalKey, type Vouchers } from "../engine/vouched";
import type { Log } from "../ports/world";
import { RunReport } from "../report/runReport";
import { strangersError } from "./foreignJournals";
import { type CheckFailure, type MigrationInputs, parseInputs } from "./inputs";
import type { Bag } from "./propertyBag";
import { Session, type SessionHost } from "./session";
import { destroyMove } from "./undoMove";
import { vouchersOf } from "./vouchers";

export class WayBackLifecycle {
    readonly #host: SessionHost;
    /** Clusters whose WayBack this process was asked to make anew: whoever then deletes an older one replaces it, and goes nowhere. */
    readonly #madeAnew: MigrationInputs[] = [];

    constructor(host: SessionHost) {
        this.#host = host;
    }

    /**
     * The move checks the inputs and tells what is wrong with them; told twice they would only be noise.
     * Gives the stack its key for the journal, once, and not in a preview: it stands in the state before the move's first write.
     */
    check(olds: Bag, news: Bag): { inputs: Bag; failures: CheckFailure[] } {
        if (olds.clusterName === undefined) this.#madeAnew.push(parseInputs(news).inputs);
        return { inputs: { ...news, journalKey: keyOf(olds, news) }, failures: [] };
    }

    diff(olds: Bag, news: Bag): { changes: boolean } {
        const told = (bag: Bag) => JSON.stringify([parseInputs(bag).inputs, bag.journalKey]);
        return { changes: told(olds) !== told(news) };
    }

    /** Remembers which cluster it is: a namesake elsewhere must not be taken for it later. */
    async create(inputs: Bag, log: Log): Promise<{ id: string; outs: Bag }> {
        const session = await Session.open(parseInputs(inputs).inputs, this.#host, log).catch(
            (error: unknown) => {
                throw asMigrationError(error, "create", "remove the cause and run `pulumi up` again");
            },
        );
        const { arn: clusterArn } = session.connection.cluster;
        await session.close();
        return { id: `${String(inputs.clusterName)}/way-back`, outs: { ...inputs, clusterArn } };
    }

    update({ clusterArn }: Bag, news: Bag): { outs: Bag } {
        return { outs: { ...news, ...(clusterArn === undefined ? {} : { clusterArn }) } };
    }

    read(id: string, props: Bag): { id: string; props: Bag } {
        return { id, props };
    }

    /** Nothing to do unless a journal is there: the move's own destroy, which comes first, removes it. */
    async delete(props: Bag, log: Log): Promise<void> {
        const { inputs } = parseInputs(props);
        if (this.#isReplaced(inputs)) {
            log.warn(
                `the resource WayBack of ${inputs.clusterName} was made anew by this update; nothing is undone, and \`pulumi destroy\` still does`,
            );
            return;
        }
        const vouchers = vouchersOf({}, props);
        const session = await this.#open(inputs, vouchers, log);
        if (session === undefined) return;
        const report = new RunReport(inputs.report, this.#host.clock, log, { inputs });
        await destroyMove(session, report, async () => {
            const place = await session.journals.place();
            if (place !== undefined) return session.lockAndRead(place, undefined);
            // A stack from before there were keys cannot tell whether the journal is its own.
            const unvouched = session.journals.strangers.filter(({ heldBy }) => heldBy === undefined);
            if (vouchers.keys.length === 0 && unvouched.length > 0) throw strangersError(unvouched);
            await session.connection.lock.removeAbandoned(this.#host.holder);
            return undefined;
        });
    }

    /** The resource alone was replaced, or has another name now: its move stays, or has begun anew and belongs to that one. */
    #isReplaced({ clusterName, region }: MigrationInputs): boolean {
        return this.#madeAnew.some(
            (made) =>
                made.clusterName === clusterName &&
                (made.region === undefined || region === undefined || made.region === region),
        );
    }

    /** Undefined when the cluster is gone: then there is nothing to go back to. */
    async #open(inputs: MigrationInputs, vouchers: Vouchers, log: Log): Promise<Session | undefined> {
        try {
            return await Session.open(inputs, this.#host, log, vouchers);
        } catch (error) {
            if (error instanceof MigrationError && error.code === ErrorCode.ClusterNotFound) return undefined;
            throw asMigrationError(
                error,
                "destroy",
                "remove the cause and run `pulumi destroy` again; nothing was changed",
            );
        }
    }
}

function keyOf(olds: Bag, news: Bag): unknown {
    if (isJournalKey(olds.journalKey)) return olds.journalKey;
    return news.journalKey === UNKNOWN ? UNKNOWN : newJournalKey();
}
