// A session in, the plan of its move out, with what journals of others mean for it. Nothing is written.
import type { Discovery } from "../discovery/discover";
import { lookAnew, type PlannedMove, planMove } from "../planning/planMove";
import { dependencyProfiles } from "../profiles/dependencies";
import { OPERATOR_OF_ADDON } from "../profiles/hyperPodInference";
import { inTheWay, noteOf, strangersBlocker } from "./foreignJournals";
import { lookKey, moveRequestOf } from "./moveRequest";
import type { Session } from "./session";

/** How a look is had that others of this process may have taken: the key names what is looked at. */
export type LookByKey = (key: string, discover: () => Promise<Discovery>) => Promise<Discovery>;

/** Of a move that was not begun; looks anew unless `look` knows better. */
export async function planFor(session: Session, look?: LookByKey): Promise<PlannedMove> {
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
        look === undefined ? lookAnew : (discover) => look(lookKey(inputs, request), discover),
    );
    const { strangers } = session.journals;
    const { plan, discovery } = planned;
    const blocking = inTheWay(strangers, plan === undefined ? discovery.releases : [plan.release]);
    const notes = strangers.filter((stranger) => !blocking.includes(stranger)).map(noteOf);
    return {
        ...planned,
        plan: plan && { ...plan, lines: [...plan.lines, ...notes] },
        // Whatever else is wrong is told of a cluster that another move may be at work on.
        blockers: blocking.length > 0 ? [strangersBlocker(blocking)] : planned.blockers,
    };
}
