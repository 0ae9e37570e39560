// Adapter between Pulumi's dynamic-provider process and the life cycle.
import { connect } from "../adapters/connect";
import { ignoreClosedPipes } from "../process/closedPipes";
import { engineLog, type ResourceLog } from "../process/engineLog";
import { thisProcess } from "../process/holder";
import { watchForStop } from "../process/stopSignals";
import { systemClock } from "../process/systemClock";
import { type Bag, callsAtWork, guarded } from "./guard";
import { type CheckResult, Lifecycle } from "./lifecycle";
import type { SessionHost } from "./session";
import { WayBackLifecycle } from "./wayBack";

/** The last argument of the process is the address of the engine that started it. */
const engineAddress = /:\d+$/.test(process.argv[process.argv.length - 1] ?? "")
    ? process.argv[process.argv.length - 1]
    : undefined;
ignoreClosedPipes();
const logs = engineLog(engineAddress);
const host: SessionHost = {
    connect,
    clock: systemClock,
    holder: thisProcess(),
    // Left alone, the process would listen for ever.
    stop: watchForStop(engineAddress, () => {
        if (callsAtWork() === 0) process.exit();
    }),
};
const lifecycle = new Lifecycle(host);
const wayBackLifecycle = new WayBackLifecycle(host);

function logFor(bag: Bag): ResourceLog {
    return logs.forResource(typeof bag.progressUrn === "string" ? bag.progressUrn : undefined);
}

/** A preview of the CLI shows no inputs unless it is asked for details: a plan that is new is told beside them. */
async function check(olds: Bag, { tellPlan, ...news }: Bag): Promise<CheckResult> {
    const log = logFor(news);
    const result = await lifecycle.check(olds, news, log);
    const { plan } = result.inputs;
    const isNew = JSON.stringify(plan) !== JSON.stringify(olds.plan);
    if (tellPlan === true && result.failures.length === 0 && Array.isArray(plan) && isNew)
        await log.tell(["the plan, before anything changes:", ...(plan as string[])].join("\n"));
    return result;
}

/** Implements the protocol of `pulumi.dynamic.ResourceProvider`. */
export const provider = guarded({
    check,
    diff: (_id, olds, news) => lifecycle.diff(olds, news),
    create: async (inputs) => {
        const { id, outs } = await lifecycle.create(inputs, logFor(inputs));
        return { id, outs: { ...outs, progressUrn: inputs.progressUrn } };
    },
    update: async (_id, olds, news) => ({
        outs: { ...(await lifecycle.update(olds, news, logFor(news))), progressUrn: news.progressUrn },
    }),
    read: (id, props) => lifecycle.read(id, props, logFor(props)),
    delete: (_id, props) => lifecycle.delete(props, logFor(props)),
});

/** The same for the resource that keeps the way back open. */
export const wayBack = guarded({
    check: (olds, news) => wayBackLifecycle.check(olds, news),
    diff: (_id, olds, news) => wayBackLifecycle.diff(olds, news),
    create: (inputs) => wayBackLifecycle.create(inputs, logFor(inputs)),
    update: (_id, olds, news) => wayBackLifecycle.update(olds, news),
    read: (id, props) => wayBackLifecycle.read(id, props),
    delete: (_id, props) => wayBackLifecycle.delete(props, logFor(props)),
});
