// Checked inputs in, the plan's lines as `pulumi preview` shows them out, or what stands in the way. Writes nothing; the same inputs are looked at once per process.
import { type Blocker, describeBlocker } from "../../common/blocker";
import { Owner } from "../../common/enums";
import { ErrorCode } from "../../common/errors";
import type { SharedDiscoveries } from "../discovery/sharedDiscoveries";
import type { Journal } from "../engine/journal";
import type { Vouchers } from "../engine/vouched";
import type { MigrationStep } from "../plan/plan";
import { previewMove, previewUndo } from "../plan/preview";
import { forReadOnlyPrincipal } from "../plan/readOnlyPrincipal";
import type { Log } from "../ports/world";
import type { CheckFailure, MigrationInputs } from "./inputs";
import { openSession } from "./openSession";
import { planFor } from "./planFor";
import type { SessionHost } from "./session";

/** Why there is no plan: every blocker, by the input it is about. */
export class Blocked extends Error {
    readonly failures: readonly CheckFailure[];

    constructor(blockers: readonly Blocker[]) {
        super("blocked");
        this.failures = blockers.map((blocker) => ({
            property: blocker.property,
            reason: describeBlocker(blocker),
        }));
    }
}

export class PlanPreviews {
    readonly #host: SessionHost;
    readonly #previews = new Map<string, Promise<readonly string[]>>();
    readonly #discoveries: SharedDiscoveries;

    constructor(host: SessionHost, discoveries: SharedDiscoveries) {
        this.#host = host;
        this.#discoveries = discoveries;
    }

    /** `isBegun`: the state knows of a move. Throws `Blocked`. */
    linesOf(
        inputs: MigrationInputs,
        vouchers: Vouchers,
        isBegun: boolean,
        log: Log,
    ): Promise<readonly string[]> {
        const key = JSON.stringify([inputs, vouchers, isBegun]);
        const known = this.#previews.get(key);
        if (known !== undefined) return known;
        const asked = this.#look(inputs, vouchers, isBegun, log);
        this.#previews.set(key, asked);
        asked.catch(() => this.#previews.delete(key));
        return asked;
    }

    async #look(
        inputs: MigrationInputs,
        vouchers: Vouchers,
        isBegun: boolean,
        log: Log,
    ): Promise<readonly string[]> {
        const session = await openSession(this.#host, inputs, log, "plan", vouchers);
        try {
            const { journals } = session;
            const place = await journals.place();
            const journal = place && (await journals.read(place, undefined));
            // A check is not handed the state, which alone may know the journal: what goes on with it looks again.
            if (journal === undefined && isBegun && journals.strangers.length > 0)
                return ["continues the move, once its journal was compared with the state"];
            if (journal !== undefined)
                return linesOfBegunMove(
                    journal,
                    inputs,
                    session.stepsFor(journal.plan).map(({ name }) => name),
                );
            const {
                plan,
                discovery,
                blockers: all,
            } = await planFor(session, (key, look) => this.#discoveries.share(key, look));
            // The cluster's journal is gone with a commit or an undo that was cut off, and the release may be too: the state knows how far that was.
            if (isBegun && plan === undefined && all.every(({ code }) => code === ErrorCode.ReleaseNotFound))
                return ["continues from the journal in the stack's state; the cluster has none any more"];
            const { blockers, note } = forReadOnlyPrincipal(discovery.preflight, all);
            if (blockers.length > 0 || plan === undefined) throw new Blocked(blockers);
            return inputs.desiredOwner === Owner.Helm
                ? ["nothing to do: Helm runs the operator"]
                : [...previewMove(plan, new Set(), inputs), ...note];
        } finally {
            await session.close();
        }
    }
}

function linesOfBegunMove(
    journal: Journal,
    inputs: MigrationInputs,
    order: readonly MigrationStep[],
): readonly string[] {
    if (inputs.desiredOwner === Owner.Helm) {
        return previewUndo(
            journal.plan,
            order.filter((step) => journal.knows(step)),
        );
    }
    return previewMove(journal.plan, new Set(order.filter((step) => journal.isDone(step))), inputs);
}
