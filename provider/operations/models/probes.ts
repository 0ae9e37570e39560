// Asks what users' requests ask: models through every served version, ingress creation, external metrics. Waits until all are answered.

import { ErrorCode, MigrationError } from "../../../common/errors";
import { mapConcurrently } from "../../../common/mapConcurrently";
import { groupOf, kindOf, pluralOf, storageVersionOf } from "../../kubernetes/customResourceDefinitions";
import { definitionsIn } from "../../kubernetes/customResources";
import { refTo } from "../../kubernetes/objectRef";
import { poll } from "../../ports/poll";
import type { ProbeAnswer, World } from "../../ports/world";
import type { Probe, Profile } from "../../profiles/profile";

const POLL_MS = 300;
const LOOKS = 6;
/** How often a wait looks which requests are refused: what is refused for seconds is known to half a second. */
export const MEASURED_EVERY_MS = 400;

export interface Asked {
    readonly probe: Probe;
    readonly answer: ProbeAnswer;
}

export async function probesOf(world: World, profile: Profile): Promise<readonly Probe[]> {
    const crds = await definitionsIn(world, profile.customResourceGroups);
    return profile.probes({ customResourceDefinitions: crds, namespace: "default" });
}

/** Where this principal may write models. Measured only: a webhook of somebody's own may be broken. */
export async function writeProbesOf(world: World, profile: Profile): Promise<readonly Probe[]> {
    const crds = await definitionsIn(world, profile.customResourceGroups);
    const probes = await mapConcurrently(crds, async (crd) => {
        const [model] = await world.objects.list(`${groupOf(crd)}/${storageVersionOf(crd)}`, kindOf(crd), {
            metadataOnly: true,
        });
        if (model === undefined) return [];
        const { namespace } = model.metadata;
        const right = {
            verb: "patch",
            group: groupOf(crd),
            resource: pluralOf(crd),
            ...(namespace ? { namespace } : {}),
        };
        const may = (await world.permissions?.allows(right)) ?? true;
        return may ? profile.writeProbes?.(crd, refTo(model)) : [];
    });
    return probes.flatMap((some) => some ?? []);
}

export async function ask(world: World, probes: readonly Probe[]): Promise<Asked[]> {
    return Promise.all(probes.map(async (probe) => ({ probe, answer: await world.objects.probe(probe) })));
}

/** A server that is not there or that says so: everything else (also "forbidden" and "not found") is an answer. */
export function isRefused({ answer }: Asked): boolean {
    return answer.status === 0 || answer.status >= 500 || answer.status === 429;
}

/** Kinds of requests that nobody answers, seen again and again: a single look may meet an API server that is busy for a moment. */
export async function refusedForGood(world: World, profile: Profile): Promise<readonly string[]> {
    let probes = await probesOf(world, profile);
    for (let look = 0; look < LOOKS && probes.length > 0; look++) {
        if (look > 0) await world.clock.sleep(POLL_MS);
        probes = (await ask(world, probes)).filter(isRefused).map(({ probe }) => probe);
    }
    return [...new Set(probes.map(({ request }) => request))].sort();
}

/** `exceptFor` are kinds of requests that need no answer. */
export async function waitForAnswers(
    world: World,
    profile: Profile,
    timeoutMs: number,
    exceptFor: readonly string[] = [],
    /** Runs at every look; what it throws ends the wait. */
    meanwhile: () => Promise<unknown> = async () => undefined,
): Promise<void> {
    const probes = (await probesOf(world, profile)).filter(({ request }) => !exceptFor.includes(request));
    const refused = await poll(
        world.clock,
        { timeoutMs, pauseMs: POLL_MS },
        async () => {
            const [asked] = await Promise.all([ask(world, probes), meanwhile()]);
            return asked.filter(isRefused);
        },
        ({ length }) => length === 0,
    );
    const [first] = refused;
    if (first === undefined) return;
    throw new MigrationError({
        code: ErrorCode.RequestsRefused,
        step: "verify",
        what: `refused for ${Math.round(timeoutMs / 1000)} s: ${[...new Set(refused.map(({ probe }) => probe.request))].join(", ")}`,
        why: first.answer.message,
        remedy: "look at the pods behind the webhook with `kubectl get pods -A`, then run `pulumi up` to continue or `pulumi destroy` to go back",
    });
}

function byRequest(probes: readonly Probe[]): ReadonlyMap<string, readonly Probe[]> {
    const kinds = new Map<string, Probe[]>();
    for (const probe of probes) kinds.set(probe.request, [...(kinds.get(probe.request) ?? []), probe]);
    return kinds;
}

/** Adds up how long each kind of request was refused, over as many looks as are taken. */
export class Refusals {
    readonly #times = new Map<string, { since: number | undefined; total: number }>();
    readonly #spans = new Map<string, { begin: number; end: number }>();
    /** Probes that were refused when they were asked last. */
    readonly #refused = new Set<Probe>();
    #turn = 0;

    constructor(
        readonly world: World,
        readonly probes: readonly Probe[],
        /** Measured beside them, and not waited for. */
        readonly measured: readonly Probe[] = [],
    ) {}

    /** Asks all. Answers whether any kind of request that is waited for is refused now. */
    look(): Promise<boolean> {
        return this.#ask(this.#all());
    }

    /** During a wait: of each kind one after the other in turn, or those that were refused. */
    glance(): Promise<boolean> {
        const turn = this.#turn++;
        const some = [...byRequest(this.#all()).values()].flatMap((kind) => {
            const refused = kind.filter((probe) => this.#refused.has(probe));
            return refused.length > 0 ? refused : kind.slice(turn % kind.length, (turn % kind.length) + 1);
        });
        return this.#ask(some);
    }

    #all(): Probe[] {
        return [...this.probes, ...this.measured];
    }

    async #ask(some: readonly Probe[]): Promise<boolean> {
        for (const asked of await ask(this.world, some)) {
            if (isRefused(asked)) this.#refused.add(asked.probe);
            else this.#refused.delete(asked.probe);
        }
        const all = this.#all();
        const refused = new Set([...this.#refused].map((probe) => probe.request));
        const now = this.world.clock.now();
        for (const request of new Set(all.map((probe) => probe.request))) {
            const before = this.#times.get(request) ?? { since: undefined, total: 0 };
            const total = before.total + (before.since === undefined ? 0 : now - before.since);
            this.#times.set(request, { since: refused.has(request) ? now : undefined, total });
            if (before.since !== undefined || refused.has(request))
                this.#spans.set(request, { begin: this.#spans.get(request)?.begin ?? now, end: now });
        }
        return this.probes.some(({ request }) => refused.has(request));
    }

    /** Whether any kind was refused at the last look. */
    isAnyRefused(): boolean {
        return [...this.#times.values()].some(({ since }) => since !== undefined);
    }

    /** From the first look at which a kind of request was refused to the first at which it was answered again for good. */
    spans(): ReadonlyMap<string, { readonly begin: number; readonly end: number }> {
        return this.#spans;
    }

    /** Milliseconds by kind of request. */
    totals(): Map<string, number> {
        return new Map([...this.#times].map(([request, { total }]) => [request, total]));
    }
}
