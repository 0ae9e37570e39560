// The cluster's journals and what the stack can say for them come in; the journal of this stack goes out. One that the stack did not begin is never read as its own: it is named, and left alone.

import { ErrorCode, MigrationError } from "../../common/errors";
import type { Connection, JournalPlace } from "../connection/connection";
import { Journal } from "../engine/journal";
import { type JournalDocument, openCopy } from "../engine/journalDocument";
import { isVouched, type JournalBinding, markOf, type Vouchers } from "../engine/vouched";
import type { JournalCopy, JournalStore } from "../ports/journalStore";
import { type Stranger, strangersError } from "./foreignJournals";

/** The release that the inputs name, as far as they do. */
export interface MeantRelease {
    readonly namespace: string | undefined;
    readonly release: string | undefined;
}

export class JournalDoor {
    #strangers: readonly Stranger[] = [];

    constructor(
        readonly connection: Connection,
        readonly vouchers: Vouchers,
        readonly meant: MeantRelease,
    ) {}

    /** Journals seen so far that this stack did not begin, or that are over. */
    get strangers(): readonly Stranger[] {
        return this.#strangers;
    }

    /** Where the journal of this stack's move lies, if there is one in the cluster. */
    async place(): Promise<JournalPlace | undefined> {
        const ours = await this.#find();
        const [place, another] = ours;
        if (another === undefined) return place;
        throw new MigrationError({
            code: ErrorCode.SeveralReleases,
            step: "journal",
            what: `several moves have a journal in this cluster: ${ours.map(({ namespace, release }) => `${namespace}/${release}`).join(", ")}`,
            remedy: "name the one to continue with `releaseName` and `releaseNamespace`",
        });
    }

    store(place: JournalPlace): JournalStore {
        const [key] = this.vouchers.keys;
        return this.connection.journalStore(place, (hash) =>
            key === undefined ? undefined : markOf(key, hash, this.#bindingOf(place)),
        );
    }

    /** The newer intact copy. Throws when the cluster's is not this stack's, and the state's does not answer for the move alone. */
    async read(place: JournalPlace, state: JournalCopy | undefined): Promise<Journal | undefined> {
        const store = this.store(place);
        const found = await store.readHead();
        // One that is over says nothing about a move, and stands in the way of the next.
        if (found?.heldBy !== undefined) this.#strangers = [{ ...place, ...found }];
        const head = found?.heldBy === undefined ? found : undefined;
        const isOurs = head === undefined || isVouched(head, this.#bindingOf(place), this.vouchers);
        if (!isOurs) this.#refuseUnlessOlder({ ...place, ...head }, state);
        const cluster = isOurs && head !== undefined ? await store.read() : undefined;
        const journal = Journal.resume(store, cluster, state, this.vouchers.keys);
        if (journal !== undefined) this.#checkBinding(journal, place);
        return journal;
    }

    async #find(): Promise<JournalPlace[]> {
        const places = (await this.connection.journals()).filter((place) => this.#isMeant(place));
        const found = await Promise.all(
            places.map(async (place) => ({ place, head: await this.store(place).readHead() })),
        );
        const ours: JournalPlace[] = [];
        const strangers: Stranger[] = [];
        for (const { place, head } of found) {
            if (head === undefined) continue;
            const { hash, heldBy } = head;
            if (heldBy !== undefined) strangers.push({ ...place, hash, heldBy });
            else if (isVouched(head, this.#bindingOf(place), this.vouchers)) ours.push(place);
            else strangers.push({ ...place, hash });
        }
        this.#strangers = strangers;
        return ours;
    }

    #isMeant({ namespace, release }: JournalPlace): boolean {
        const { meant } = this;
        return (
            (meant.release === undefined || release === meant.release) &&
            (meant.namespace === undefined || namespace === meant.namespace)
        );
    }

    #bindingOf(place: JournalPlace): JournalBinding {
        return { clusterArn: this.connection.cluster.arn, ...place };
    }

    /** A copy that says less than the state's is out of date or damaged, whoever wrote it. */
    #refuseUnlessOlder(
        stranger: Stranger & { readonly document: string },
        state: JournalCopy | undefined,
    ): void {
        const there = openedOr(stranger);
        const here = state && openedOr(state);
        if (there === undefined) {
            // Damaged is told as damaged, where no other copy is.
            if (here === undefined) openCopy(stranger);
            return;
        }
        if (here === undefined || there.migrationId !== here.migrationId || there.sequence > here.sequence)
            throw strangersError([stranger]);
    }

    #checkBinding({ plan }: Journal, { namespace, release }: JournalPlace): void {
        const { arn } = this.connection.cluster;
        if (plan.cluster.arn === arn && plan.release.namespace === namespace && plan.release.name === release)
            return;
        throw new MigrationError({
            code: ErrorCode.JournalForeign,
            step: "journal",
            what: `the journal of release ${namespace}/${release} is about release ${plan.release.namespace}/${plan.release.name} of ${plan.cluster.arn}, not of ${arn}`,
            remedy: "check `clusterName`, `region`, `kubeconfig` and `context`: they must be those of the move; nothing was changed",
        });
    }
}

/** Undefined when it is damaged; a later version is told. */
export function openedOr(copy: JournalCopy): JournalDocument | undefined {
    try {
        return openCopy(copy).document;
    } catch (error) {
        if (error instanceof MigrationError && error.code === ErrorCode.JournalDamaged) return undefined;
        throw error;
    }
}
