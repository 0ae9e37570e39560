// A process comes in; the methods of the move and of what its undo needs go out, for whichever of Pulumi's doors calls them. Knows no door.

import type { ResourceLog } from "../process/engineLog";
import { type DynamicProvider, dynamicDoor } from "./guardMethods";
import { Lifecycle } from "./lifecycle";
import type { Bag } from "./propertyBag";
import { discreet, discreetWayBack } from "./redactSecrets";
import { FORMER_PROGRESS_URN } from "./rowUrn";
import type { SessionHost } from "./session";
import { tellNewPlan, tellPlan } from "./tellBesideRow";
import { WayBackLifecycle } from "./wayBack";

/** What an update will do that the state asks for, and not a change of the inputs. */
export type Remaining = (olds: Bag, news: Bag) => Promise<readonly string[]>;

/** Each door says in its own way for which resource a bag of properties speaks. */
export type LogFor = (bag: Bag) => ResourceLog;

export function moveCalls(
    host: SessionHost,
    logFor: LogFor,
): { move: DynamicProvider; wayBack: DynamicProvider; remaining: Remaining } {
    const lifecycle = discreet(new Lifecycle(host));
    const wayBackLifecycle = new WayBackLifecycle(host);
    const quietWayBack = discreetWayBack(wayBackLifecycle);
    return {
        move: {
            check: (olds, news) => lifecycle.check(olds, news, logFor(news)),
            diff: (_id, olds, news) => lifecycle.diff(olds, news, logFor(news)),
            create: (inputs) => lifecycle.create(inputs, logFor(inputs)),
            update: async (_id, olds, news) => ({ outs: await lifecycle.update(olds, news, logFor(news)) }),
            read: (id, props) => lifecycle.read(id, props, logFor(props)),
            delete: (_id, props) => lifecycle.delete(props, logFor(props)),
        },
        wayBack: {
            check: (olds, news) => wayBackLifecycle.check(olds, news),
            diff: (_id, olds, news) => wayBackLifecycle.diff(olds, news),
            create: (inputs) => quietWayBack.create(inputs, logFor(inputs)),
            update: (_id, olds, news) => quietWayBack.update(olds, news),
            read: (id, props) => wayBackLifecycle.read(id, props),
            delete: (_id, props) => quietWayBack.delete(props, logFor(props)),
        },
        remaining: (olds, news) => lifecycle.remaining(olds, news, logFor(news)),
    };
}

/** The methods as Pulumi's dynamic-provider process calls them; what only that process needs goes in and out with the properties. */
export function dynamicMove(host: SessionHost, logFor: LogFor) {
    const { move, wayBack, remaining } = moveCalls(host, logFor);
    /** Resources whose check had nothing new to tell in this preview; only their diff is handed the state. */
    const untold = new Set<unknown>();
    return {
        provider: dynamicDoor({
            ...move,
            async check(olds, { tellPlan: isPreview, ...news }) {
                const result = await move.check(olds, news);
                if (isPreview !== true || (result.failures ?? []).length > 0) return result;
                if (!(await tellNewPlan(olds, result.inputs, logFor(news)))) untold.add(news.__progressUrn);
                return result;
            },
            async diff(id, olds, news) {
                const answer = await move.diff(id, olds, news);
                if (answer.changes && untold.delete(news.__progressUrn))
                    await tellPlan(await remaining(olds, news), logFor(news));
                return answer;
            },
            async create(inputs) {
                const { id, outs } = await move.create(inputs);
                return { id, outs: { ...outs, __progressUrn: inputs.__progressUrn } };
            },
            async update(id, olds, news) {
                const { outs } = await move.update(id, olds, news);
                const { [FORMER_PROGRESS_URN]: _, ...kept } = outs;
                return { outs: { ...kept, __progressUrn: news.__progressUrn } };
            },
        }),
        wayBack: dynamicDoor(wayBack),
    };
}
