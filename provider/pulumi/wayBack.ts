// The life cycle of the small resource that stands in the state before a move begins: when the move's own create was killed, destroying this one still finds the cluster's journal and goes back.
import { asMigrationError, ErrorCode, MigrationError } from "../../common/errors";
import type { Journal } from "../engine/journal";
import { isJournalKey, newJournalKey, type Vouchers } from "../engine/vouched";
import type { Log } from "../ports/world";
import { RunReport } from "../report/runReport";
import { type CheckFailure, type MigrationInputs, parseInputs } from "./inputs";
import { unvouched } from "./journalDoor";
import { failedDestroy, outputsAt, vouchersOf } from "./lifecycle";
import { MigrationPhase } from "./outputs";
import { Session, type SessionHost } from "./session";
import { undoMove } from "./undoMove";

type Bag = Readonly<Record<string, unknown>>;

export class WayBackLifecycle {
    readonly #host: SessionHost;

    constructor(host: SessionHost) {
        this.#host = host;
    }

    /**
     * The move checks the inputs and tells what is wrong with them; told twice they would only be noise.
     * Gives the stack its key for the journal, once: it stands in the state before the move's first write.
     */
    check(olds: Bag, news: Bag): { inputs: Bag; failures: CheckFailure[] } {
        const journalKey = isJournalKey(olds.journalKey) ? olds.journalKey : newJournalKey();
        return { inputs: { ...news, journalKey }, failures: [] };
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
        const vouchers = vouchersOf({}, props);
        const session = await this.#open(inputs, vouchers, log);
        if (session === undefined) return;
        const report = new RunReport(inputs.report, this.#host.clock, log, { inputs });
        let journal: Journal | undefined;
        try {
            const place = await session.journalPlace();
            if (place === undefined) {
                // A stack from before there were keys cannot tell whether the journal is its own.
                if (vouchers.keys.length === 0 && session.strangers.length > 0)
                    throw unvouched(session.strangers);
                await session.connection.lock.removeAbandoned(this.#host.holder);
                return;
            }
            journal = await session.lockAndRead(place, undefined);
            if (journal === undefined) return;
            await undoMove(session, journal);
            report.ended(outputsAt(journal, session, MigrationPhase.OnHelm), journal);
        } catch (error) {
            throw failedDestroy(error, session, journal, report);
        } finally {
            // The move's own destroy, which came first, wrote the page when there was no journal left.
            if (journal !== undefined) await report.write();
            await session.close();
        }
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
