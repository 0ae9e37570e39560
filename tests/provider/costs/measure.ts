// How many models comes in; how many calls to AWS and Kubernetes a preview, a move and its undo make goes out, and how many of them wait for one another. In memory: counts, not seconds.
import type { Connection } from "../../../provider/connection/connection";
import { AddonStatus, TaggedKind, type TaggedResource } from "../../../provider/ports/world";
import { compareIdentities, compareStates } from "../../../sandbox/compare/compare";
import { connectWith } from "../memory/connectWith";
import { ADDON } from "../memory/content";
import { everyDependency } from "../memory/dependencyContent";
import { assertDone, stateOf } from "../memory/expectations";
import { addModels } from "../memory/manyModels";
import { OPERATOR_NAMESPACE } from "../memory/operatorContent";
import { MemoryStack } from "../memoryStack";
import { MemoryWorld } from "../memoryWorld";

export interface Calls {
    aws: number;
    kubernetes: number;
}

export interface Cost extends Calls {
    /** Calls of the longest chain in which each waits for the one before; polls that wait for others are not in it. */
    readonly chain: number;
    /** How long it lasts at 50 and at 200 ms per call, in milliseconds. */
    readonly lasts: readonly [quick: number, slow: number];
}

export interface Costs {
    readonly preview: Cost;
    readonly up: Cost;
    readonly destroy: Cost;
    /** What differs from the start once the move is undone, a line each. */
    readonly leftByUndo: readonly string[];
}

type Phase = "preview" | "up" | "destroy";
const PHASES: readonly Phase[] = ["preview", "up", "destroy"];
/** Two speeds of the network: what the slower one adds is the chain. */
export const [QUICK_MS, SLOW_MS] = [50, 200] as const;
/** As on real nodes, where the operator's start-up probe waits. */
const CREATING_MS = 3 * 60_000;
const OPERATOR = `${OPERATOR_NAMESPACE}/hyperpod-inference-controller-manager`;
/** As the world in memory always has. */
const OWN_MODELS = 3;
const BALANCERS_PER_CALL = 20;
/** One list each: what a Kubernetes of today serves, without what only controllers make. */
const SEARCHED_KINDS = 41;

interface Run extends Pick<Costs, "leftByUndo"> {
    readonly calls: Record<Phase, Calls>;
    readonly ms: Record<Phase, number>;
}

export async function costsOf(models: number): Promise<Costs> {
    const [quick, slow] = [await run(models, QUICK_MS), await run(models, SLOW_MS)];
    const cost = (phase: Phase): Cost => ({
        ...quick.calls[phase],
        chain: Math.round((slow.ms[phase] - quick.ms[phase]) / (SLOW_MS - QUICK_MS)),
        lasts: [quick.ms[phase], slow.ms[phase]],
    });
    return {
        preview: cost("preview"),
        up: cost("up"),
        destroy: cost("destroy"),
        leftByUndo: [...quick.leftByUndo, ...slow.leftByUndo],
    };
}

async function run(models: number, roundTripMs: number): Promise<Run> {
    const world = new MemoryWorld();
    addModels(world, models - OWN_MODELS);
    const start = stateOf(world);
    const zero = () => ({ aws: 0, kubernetes: 0 });
    const calls: Run["calls"] = { preview: zero(), up: zero(), destroy: zero() };
    const ms: Run["ms"] = { preview: 0, up: 0, destroy: 0 };
    let phase: Phase = "preview";
    const looked = new Set<string>();
    const counted = connectWith((connection) => counting(connection, () => calls[phase], looked));
    const connect: typeof counted = (inWorld, mover) => {
        mover.roundTrip = () => world.clock.forMover(() => mover.isDead).sleep(roundTripMs);
        return counted(inWorld, mover);
    };
    const inputs = { clusterName: "demo", skipDependenciesMigration: true };
    const stack = new MemoryStack(world, inputs, true, connect);
    for (phase of PHASES) {
        const begin = world.data.now;
        looked.clear();
        if (phase === "preview") await stack.process().lifecycle.check({}, inputs, stack.log);
        else assertDone(await stack[phase]());
        ms[phase] = world.data.now - begin;
    }
    const end = stateOf(world);
    const leftByUndo = [...compareStates(start, end), ...compareIdentities(start, end)].map(
        ({ key, path }) => `${key} ${path}`,
    );
    return { calls, ms, leftByUndo };
}

/** What a move costs whose add-on is CREATING for three minutes. */
export interface SlowCosts {
    /** How often EKS is asked for the add-on meanwhile. */
    readonly describes: number;
    readonly kubernetes: number;
}

export async function slowCosts(): Promise<SlowCosts> {
    const world = new MemoryWorld({}, { startUpMs: { [OPERATOR]: CREATING_MS } });
    const calls = { aws: 0, kubernetes: 0 };
    let describes = 0;
    const connect = connectWith((connection) => {
        const { addons } = connection.world;
        const describe = addons.describe.bind(addons);
        const watched = async (name: string) => {
            if (name === ADDON && world.data.addons.get(ADDON)?.status === AddonStatus.Creating)
                describes += 1;
            return describe(name);
        };
        Object.assign(addons, { describe: watched });
        return counting(connection, () => calls, new Set());
    });
    const inputs = { clusterName: "demo", skipDependenciesMigration: true };
    assertDone(await new MemoryStack(world, inputs, true, connect).up());
    return { describes, kubernetes: calls.kubernetes };
}

/** Kubernetes calls of a move with four dependencies beside each other, whose add-ons take eleven seconds. */
export async function callsWithDependencies(): Promise<number> {
    const { world } = everyDependency();
    const calls = { aws: 0, kubernetes: 0 };
    const connect = connectWith((connection) => counting(connection, () => calls, new Set()));
    assertDone(await new MemoryStack(world, undefined, true, connect).up());
    return calls.kubernetes;
}

/** Every port with a count before each of its methods. `looked`: the second plan of one process gets what the first one read. */
function counting(connection: Connection, calls: () => Calls, looked: Set<string>): Connection {
    const { objects, addons, identities, tags } = connection.world;
    const look = ({ kind, id }: TaggedResource) => {
        const resource = `${kind} ${id}`;
        if (looked.delete(resource)) return 0;
        looked.add(resource);
        return 1;
    };
    const weights: Record<string, (...given: never[]) => number> = {
        look,
        readAll: (resources: readonly TaggedResource[]) => requests(resources),
        put: (seen: readonly { resource: TaggedResource }[]) =>
            requests(seen.map(({ resource }) => resource)),
        // A look before each but those of ACM, which compares by itself.
        takeAway: (resources: readonly TaggedResource[]) =>
            requests(resources) + requests(resources.filter(({ kind }) => kind !== TaggedKind.Certificate)),
        replace: () => 2,
        createdBy: () => SEARCHED_KINDS,
    };
    for (const [port, side] of [
        [objects, "kubernetes"],
        [addons, "aws"],
        [identities, "aws"],
        [tags, "aws"],
    ] as const)
        for (const name of methodsOf(port)) {
            const method = (port as unknown as Record<string, (...given: never[]) => unknown>)[name];
            Object.assign(port, {
                [name]: (...given: never[]) => {
                    calls()[side] += weights[name]?.(...given) ?? 1;
                    return method?.apply(port, given);
                },
            });
        }
    return connection;
}

/** Load balancers go together, the others one by one. */
function requests(resources: readonly TaggedResource[]): number {
    const balancers = resources.filter(({ kind }) => kind === TaggedKind.LoadBalancer).length;
    return resources.length - balancers + Math.ceil(balancers / BALANCERS_PER_CALL);
}

function methodsOf(port: object): string[] {
    const prototype = Object.getPrototypeOf(port) as object;
    return Object.getOwnPropertyNames(prototype).filter((name) => name !== "constructor");
}
