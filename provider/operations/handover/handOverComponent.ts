// One component whose old and new pods both run: waits until the new ones are Available, then requests, work and leadership go over to them, in this order. At no moment without a pod that answers, at none with two that act.
import { TERMINATION_MS } from "../../../common/timeouts";
import { isAppliedByEks } from "../../kubernetes/appliedByEks";
import { poll } from "../../ports/poll";
import type { ObjectRef, World } from "../../ports/world";
import { type Bridge, cutBridge, followBridge, leadsByItself } from "./bridge";
import { type LeaseMemory, letRunOut, releaseLeases } from "./heldLeases";
import type { KeptBridges } from "./keptBridges";
import { oneWriteDecides } from "./leadershipRule";

const LOOK_MS = 500;
/** Until every API server has seen what was written: slices that are gone, entries that changed. */
const SEEN_MS = 1_000;

export interface GenerationPair {
    /** Deployments of the generation that serves and leads now; the first one leads. */
    readonly old: readonly ObjectRef[];
    /** Those that take over. */
    readonly next: readonly ObjectRef[];
    readonly bridges: readonly Bridge[];
    /** The one of them over which those that wait ask the one that leads: cut last, since nobody has values from then on until theirs leads. */
    readonly leading?: Bridge;
    /** Whether requests are still sent to this Service. */
    readonly isAsked: (service: ObjectRef) => Promise<boolean>;
    /** Asked for once no slice leads to the old pods any more. */
    readonly letConnectionsGo: () => Promise<void>;
    /** By which the old generation leads. */
    readonly lease: ObjectRef;
    /** Held so that the new generation does not lead before its time. */
    readonly leases: readonly LeaseMemory[];
    readonly timeoutMs: number;
    /** Those whose turn comes later: their pods move too. */
    readonly others: KeptBridges;
}

/** After a kill it is done again from the start: whatever was done already writes nothing. */
export async function handOverComponent(
    world: World,
    migrationId: string,
    {
        old,
        next,
        bridges,
        leading,
        isAsked,
        letConnectionsGo,
        lease,
        leases,
        timeoutMs,
        others,
    }: GenerationPair,
): Promise<void> {
    await poll(
        world.clock,
        { timeoutMs, pauseMs: LOOK_MS },
        async () => {
            // Old pods may move as long as they serve.
            for (const bridge of bridges) await followBridge(world, migrationId, bridge);
            await others.glance();
            const status = await Promise.all(next.map((ref) => world.workloads.status(ref)));
            const isAvailable = status.every((one) => one?.upToDate === true && one.available >= one.desired);
            return isAvailable ? serviceWithoutPods(world, bridges, isAsked) : "not available";
        },
        (missing) => missing === undefined,
    );
    // Throws with the pods' reasons when the time is over.
    await world.workloads.waitAvailable(next, LOOK_MS);
    const lost = await serviceWithoutPods(world, bridges, isAsked);
    if (lost !== undefined)
        throw new Error(`no EndpointSlice of ${lost} names a pod of the add-on that is Ready`);
    for (const bridge of await withoutPods(world, bridges))
        world.log.warn(
            `the add-on has no ${nameOf(bridge)}: requests go to one of another name, and paused from when EKS applied it until its pods were available`,
        );
    for (const bridge of bridges) if (bridge !== leading) await cutBridge(world, migrationId, bridge);
    await world.clock.sleep(SEEN_MS);
    await letConnectionsGo();
    await world.clock.sleep(SEEN_MS);
    // Nobody waits for a leader as long as these take to end.
    await others.during(() => stop(world, old.slice(1)));
    const held = leases.map(({ ref }) => ref);
    for (const to of held) await oneWriteDecides(world, migrationId, { from: lease, to });
    if (leading !== undefined) await cutBridge(world, migrationId, leading);
    await letRunOut(world, migrationId, held);
    await others.during(async () => {
        await stop(world, old.slice(0, 1));
        await releaseLeases(world, migrationId, leases);
    });
}

/** Those that nobody is behind but for the bridge. */
async function withoutPods(world: World, bridges: readonly Bridge[]): Promise<readonly Bridge[]> {
    const lead = await Promise.all(bridges.map((bridge) => leadsByItself(world, bridge)));
    return bridges.filter((_, index) => lead[index] !== true);
}

/** The first that would lead nowhere without the bridge, and is to. */
async function serviceWithoutPods(
    world: World,
    bridges: readonly Bridge[],
    isAsked: GenerationPair["isAsked"],
): Promise<string | undefined> {
    for (const bridge of await withoutPods(world, bridges))
        if (!(await isUnused(world, bridge, isAsked))) return nameOf(bridge);
    return undefined;
}

/** The add-on calls its own otherwise, and requests go there since EKS has applied it: ours leads to nobody whom anybody asks. */
async function isUnused(world: World, { to }: Bridge, isAsked: GenerationPair["isAsked"]): Promise<boolean> {
    const live = await world.objects.read(to);
    return (live === undefined || !isAppliedByEks(live)) && !(await isAsked(to));
}

function nameOf({ to }: Bridge): string {
    return `Service ${to.namespace}/${to.name}`;
}

async function stop(world: World, refs: readonly ObjectRef[]): Promise<void> {
    for (const ref of refs)
        if (((await world.workloads.replicas(ref)) ?? 0) > 0) await world.workloads.scale(ref, 0);
    if (refs.length > 0) await world.workloads.waitGone(refs, TERMINATION_MS);
}
