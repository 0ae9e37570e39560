// A Service and DNS names in; returns once every pod behind the Service presents a certificate for exactly these names. Read from the pods' own handshakes, never assumed after a time.
import { poll } from "../../ports/poll";
import type { ObjectRef, World } from "../../ports/world";
import { type Endpoint, readyEndpoints } from "./endpointSlices";
import { askPods, type PodAnswer } from "./probePods";

/** Which of the pods behind a Service have to present the names. */
export enum Answering {
    Each = "each",
    /** One is enough: the others do not listen. */
    One = "one",
}

export interface NamesRequest {
    readonly migrationId: string;
    /** Where the Services and slices are made through which pods are asked. */
    readonly namespace: string;
    readonly service: ObjectRef;
    readonly names: readonly string[];
    /** Each, when absent. */
    readonly answering?: Answering;
    readonly timeoutMs: number;
    /** Runs at every look: whoever waits here also keeps the bridges on the pods. */
    readonly meanwhile: () => Promise<unknown>;
}

export async function waitForNames(world: World, request: NamesRequest): Promise<void> {
    const { service, timeoutMs } = request;
    const started = world.clock.now();
    // Pods that move are asked anew.
    const round = async () => {
        const endpoints = await readyEndpoints(world, service);
        const left = Math.max(0, timeoutMs - (world.clock.now() - started));
        const answers = endpoints.length === 0 ? [] : await askRound(world, request, endpoints, left);
        return { endpoints, answers };
    };
    const last = await poll(world.clock, { timeoutMs, pauseMs: 1_000 }, round, ({ answers }) =>
        arePresented(answers, request),
    );
    if (!arePresented(last.answers, request)) throw notPresented(request, last.answers);
}

function askRound(
    world: World,
    request: NamesRequest,
    endpoints: readonly Endpoint[],
    timeoutMs: number,
): Promise<readonly PodAnswer[]> {
    const { migrationId, namespace, service, meanwhile } = request;
    return askPods(world, { migrationId, service, namespace, endpoints, timeoutMs }, async (answers) => {
        await meanwhile();
        if (arePresented(answers, request)) return true;
        return addressesIn(await readyEndpoints(world, service)) !== addressesIn(endpoints);
    });
}

function arePresented(
    answers: readonly PodAnswer[],
    { names, answering = Answering.Each }: NamesRequest,
): boolean {
    const wanted = [...names].sort().join();
    const isRight = (answer: PodAnswer) => [...(answer.names ?? [])].sort().join() === wanted;
    if (answering === Answering.One) return answers.some(isRight);
    return answers.length > 0 && answers.every(isRight);
}

function addressesIn(endpoints: readonly Endpoint[]): string {
    return endpoints.map(({ addresses }) => addresses.join()).join();
}

/** The time is over, and some pod presents another certificate. */
export class NotPresented extends Error {}

function notPresented({ service, names, timeoutMs }: NamesRequest, answers: readonly PodAnswer[]): Error {
    const told = answers.map((answer) => answer.names?.join(", ") ?? answer.message);
    return new NotPresented(
        `waited ${Math.round(timeoutMs / 1000)} s for the pods behind Service ${service.namespace}/${service.name} to present a certificate for ${names.join(", ")}; they present: ${told.join("; ") || "none is ready"}`,
    );
}
