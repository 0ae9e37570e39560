// A session in, the journal of a new move out: planned, locked, and begun by nobody else meanwhile.
import { describeBlocker } from "../../common/blocker";
import { ErrorCode, MigrationError } from "../../common/errors";
import type { SharedDiscoveries } from "../discovery/sharedDiscoveries";
import { Journal } from "../engine/journal";
import { planFor } from "./planFor";
import { assertWithinReach } from "./refuseForeignMemory";
import type { Session } from "./session";

/** Begins under the lock; goes on with what another mover began while this one waited. `looks` may know that of the check, a moment ago. */
export async function beginMove(session: Session, looks: SharedDiscoveries): Promise<Journal> {
    const journal = await newJournal(session, looks);
    const { namespace, name } = journal.plan.release;
    const place = { namespace, release: name };
    const { waited } = await session.lock(place);
    looks.forget();
    const begun = await session.journals.read(place, undefined);
    if (begun !== undefined) await assertWithinReach(session.connection, begun, session.profile);
    if (begun !== undefined || !waited) return begun ?? journal;
    return newJournal(session);
}

/** Every blocker at once when there are any. */
async function newJournal(session: Session, looks?: SharedDiscoveries): Promise<Journal> {
    const { plan, blockers } = await planFor(session, looks && ((key, look) => looks.begin(key, look)));
    const [first] = blockers;
    if (first !== undefined || plan === undefined) {
        throw new MigrationError({
            code: first?.code ?? ErrorCode.ReleaseNotFound,
            step: "plan",
            what: blockers.map(describeBlocker),
            remedy: "remove what stands in the way, then run `pulumi up` again; nothing was changed",
        });
    }
    return Journal.begin(
        session.journals.store({ namespace: plan.release.namespace, release: plan.release.name }),
        plan,
        session.journals.vouchers.keys,
    );
}
