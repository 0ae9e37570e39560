// A process comes in; the methods of the move and of what its undo needs go out, for whichever of Pulumi's doors calls them. Knows no door.

import type { ResourceLog } from "../process/engineLog";
import type { Bag } from "./bag";
import { discreet, discreetWayBack } from "./discreetly";
import { type DynamicProvider, dynamicDoor } from "./guard";
import { Lifecycle } from "./lifecycle";
import type { SessionHost } from "./session";
import { WayBackLifecycle } from "./wayBack";

/** Each door says in its own way for which resource a bag of properties speaks. */
export type LogFor = (bag: Bag) => ResourceLog;

export function moveCalls(
    host: SessionHost,
    logFor: LogFor,
): { move: DynamicProvider; wayBack: DynamicProvider } {
    const lifecycle = discreet(new Lifecycle(host));
    const wayBackLifecycle = new WayBackLifecycle(host);
    const quietWayBack = discreetWayBack(wayBackLifecycle);
    return {
        move: {
            check: (olds, news) => lifecycle.check(olds, news, logFor(news)),
            diff: (_id, olds, news) => lifecycle.diff(olds, news),
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
    };
}

/** A plan is told beside the resource's row when it is not the one of before. */
export async function tellNewPlan(olds: Bag, inputs: Bag, log: ResourceLog): Promise<void> {
    const { plan } = inputs;
    if (!Array.isArray(plan) || JSON.stringify(plan) === JSON.stringify(olds.plan)) return;
    await log.tell(["what this update will do:", ...(plan as string[])].join("\n"));
}

/** The methods as Pulumi's dynamic-provider process calls them; what only that process needs goes in and out with the properties. */
export function dynamicMove(host: SessionHost, logFor: LogFor) {
    const { move, wayBack } = moveCalls(host, logFor);
    return {
        provider: dynamicDoor({
            ...move,
            async check(olds, { tellPlan, ...news }) {
                const result = await move.check(olds, news);
                if (tellPlan === true && (result.failures ?? []).length === 0)
                    await tellNewPlan(olds, result.inputs, logFor(news));
                return result;
            },
            async create(inputs) {
                const { id, outs } = await move.create(inputs);
                return { id, outs: { ...outs, progressUrn: inputs.progressUrn } };
            },
            async update(id, olds, news) {
                const { outs } = await move.update(id, olds, news);
                return { outs: { ...outs, progressUrn: news.progressUrn } };
            },
        }),
        wayBack: dynamicDoor(wayBack),
    };
}
