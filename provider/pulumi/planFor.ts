// A session in, the plan of its move out, with what journals of others mean for it. Nothing is written.
import type { SharedDiscoveries } from "../discovery/sharedDiscoveries";
import { lookAnew, type PlannedMove, planMove } from "../planning/planMove";
import { dependencyProfiles } from "../profiles/dependencies";
import { OPERATOR_OF_ADDON } from "../profiles/hyperPodInference";
import { lookKey, moveRequestOf } from "./moveRequest";
import type { Session } from "./session";
import { inTheWay, noteOf, strangersBlocker } from "./strangers";

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
