// A session in, the plan of its move out, with what journals of others mean for it. Nothing is written.
import type { Blocker } from "../../common/blocker";
import { ErrorCode } from "../../common/errors";
import type { SharedDiscoveries } from "../discovery/sharedDiscoveries";
import type { Plan } from "../plan/plan";
import { lookAnew, type PlannedMove, planMove } from "../planning/planMove";
import { dependencyProfiles } from "../profiles/dependencies";
import { OPERATOR_OF_ADDON } from "../profiles/hyperPodInference";
import { ADOPT, describeStrangers, noteOf, type Stranger } from "./journalDoor";
import { lookKey, moveRequestOf } from "./moveRequest";
import type { Session } from "./session";

/** Of a move that was not begun. Only a plan that nothing is done by may share its look at the cluster. */
export async function planFor(session: Session, shared?: SharedDiscoveries): Promise<PlannedMove> {
    const { connection, inputs, profile } = session;
    const request = moveRequestOf(inputs);
    const planned = await planMove(
        connection.world,
        connection.cluster,
        request,
        {
            profile,
            dependencies: dependencyProfiles,
            operatorOfAddon: OPERATOR_OF_ADDON,
            stepsFor: (plan) => session.stepsFor(plan),
        },
        shared === undefined ? lookAnew : (look) => shared.share(lookKey(inputs, request), look),
    );
    const { blockers, notes } = besideStrangers(session.journals.strangers, planned.plan);
    return {
        ...planned,
        plan: planned.plan && { ...planned.plan, lines: [...planned.plan.lines, ...notes] },
        blockers: [...blockers, ...planned.blockers],
    };
}

/** A journal of somebody else stands in the way where this move would write its own, and where it may be the reason that no release is found. */
function besideStrangers(
    strangers: readonly Stranger[],
    plan: Plan | undefined,
): { readonly blockers: readonly Blocker[]; readonly notes: readonly string[] } {
    const isInTheWay = ({ namespace, release }: Stranger) =>
        plan === undefined || (plan.release.namespace === namespace && plan.release.name === release);
    const inTheWay = strangers.filter(isInTheWay);
    return {
        blockers:
            inTheWay.length === 0
                ? []
                : [
                      {
                          code: ErrorCode.JournalUnvouched,
                          property: "adoptJournal",
                          what: describeStrangers(inTheWay),
                          remedy: ADOPT,
                      },
                  ],
        notes: strangers.filter((stranger) => !isInTheWay(stranger)).map(noteOf),
    };
}
