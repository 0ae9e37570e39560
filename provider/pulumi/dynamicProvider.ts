// Adapter between Pulumi's dynamic-provider process and the life cycle. Results are plain JSON, errors never carry a foreign id, no promise stays open.

import { MigrationError, messageOf } from "../../common/errors";
import { connect } from "../adapters/connect";
import { ignoreClosedPipes } from "../process/closedPipes";
import { engineLog, type ResourceLog } from "../process/engineLog";
import { thisProcess } from "../process/holder";
import { watchForStop } from "../process/stopSignals";
import { systemClock } from "../process/systemClock";
import { type CheckResult, Lifecycle, PartialFailure } from "./lifecycle";
import { plainJson } from "./outputs";
import { fitIntoTrailer } from "./partialState";
import type { SessionHost } from "./session";
import { WayBackLifecycle } from "./wayBack";

type Bag = Record<string, unknown>;

/** The last argument of the process is the address of the engine that started it. */
const engineAddress = /:\d+$/.test(process.argv[process.argv.length - 1] ?? "")
    ? process.argv[process.argv.length - 1]
    : undefined;
ignoreClosedPipes();
const logs = engineLog(engineAddress);
let callsAtWork = 0;
const host: SessionHost = {
    connect,
    clock: systemClock,
    holder: thisProcess(),
    // Left alone, the process would listen for ever.
    stop: watchForStop(engineAddress, () => {
        if (callsAtWork === 0) process.exit();
    }),
};
const lifecycle = new Lifecycle(host);
const wayBackLifecycle = new WayBackLifecycle(host);

function logFor(bag: Bag): ResourceLog {
    return logs.forResource(typeof bag.progressUrn === "string" ? bag.progressUrn : undefined);
}

/** Whatever is thrown becomes an Error whose text a person can use, and that the engine cannot mistake for partial state. */
async function guarded<T>(call: () => Promise<T> | T): Promise<T> {
    callsAtWork += 1;
    try {
        return plainJson(await call());
    } catch (error) {
        if (error instanceof PartialFailure) throw error;
        // The process prints an error with its stack beside the resource's own row: told once is enough.
        if (error instanceof MigrationError)
            throw Object.assign(new Error(error.message), { name: "", stack: "" });
        const text = `unexpected: ${messageOf(error)} [HP299]\nnext: run \`pulumi up\` to continue; if it happens again, report it with this text`;
        throw Object.assign(new Error(text), { stack: (error as Error | undefined)?.stack ?? "" });
    } finally {
        callsAtWork -= 1;
    }
}

/** A failed create or update keeps its state only in this form; `__provider` must be in it, or the resource could never be deleted. */
async function guardedWithState<T>(inputs: Bag, call: () => Promise<T>): Promise<T> {
    try {
        return await guarded(call);
    } catch (error) {
        if (!(error instanceof PartialFailure)) throw error;
        throw Object.assign(new Error(error.message), {
            id: error.id,
            properties: fitIntoTrailer(
                plainJson({
                    ...error.properties,
                    __provider: inputs.__provider,
                    progressUrn: inputs.progressUrn,
                }),
            ),
            reasons: error.reasons.length > 0 ? error.reasons : [error.message],
        });
    }
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
export const provider = {
    check: (olds: Bag, news: Bag) => guarded(() => check(olds, news)),
    diff: (_id: string, olds: Bag, news: Bag) => guarded(() => lifecycle.diff(olds, news)),
    create: (inputs: Bag) =>
        guardedWithState(inputs, async () => {
            const { id, outs } = await lifecycle.create(inputs, logFor(inputs));
            return { id, outs: { ...outs, progressUrn: inputs.progressUrn } };
        }),
    update: (_id: string, olds: Bag, news: Bag) =>
        guardedWithState(news, async () => ({
            outs: { ...(await lifecycle.update(olds, news, logFor(news))), progressUrn: news.progressUrn },
        })),
    read: (id: string, props: Bag) => guarded(() => lifecycle.read(id, props, logFor(props))),
    delete: (_id: string, props: Bag) => guarded(() => lifecycle.delete(props, logFor(props))),
};

/** The same for the resource that keeps the way back open. */
export const wayBack = {
    check: (olds: Bag, news: Bag) => guarded(() => wayBackLifecycle.check(olds, news)),
    diff: (_id: string, olds: Bag, news: Bag) => guarded(() => wayBackLifecycle.diff(olds, news)),
    create: (inputs: Bag) => guarded(() => wayBackLifecycle.create(inputs)),
    update: (_id: string, olds: Bag, news: Bag) => guarded(() => wayBackLifecycle.update(olds, news)),
    read: (id: string, props: Bag) => guarded(() => wayBackLifecycle.read(id, props)),
    delete: (_id: string, props: Bag) => guarded(() => wayBackLifecycle.delete(props, logFor(props))),
};
