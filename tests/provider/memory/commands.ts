// What can happen to a cluster with a migration in it, as random commands for fast-check: the mover's own, the user's and EKS's. Each says what must be true after it.
import fc from "fast-check";
import type { Difference, State } from "../../../sandbox/compare/capturedState";
import { type MemoryStack, MemoryStack as Stack } from "../memoryStack";
import { MemoryWorld } from "../memoryWorld";
import { ADDON, RELEASE, TEAM } from "./content";
import type { AddonRecord, Data, Outcome } from "./data";
import { assertDone, assertHarmless, assertSame } from "./expectations";
import type { Injection } from "./mover";
import { GROUP } from "./operatorContent";
import { isIssued } from "./sameButIssued";

/** What is expected; grows with what people do. */
export interface Expected {
    /** The state to which a destroy must lead, and the world it was taken from. */
    start: State;
    snapshot: Data;
    golden: State | undefined;
    /** Edited by people since the move began: theirs. */
    edited: Set<string>;
}

export interface Real {
    readonly world: MemoryWorld;
    readonly stack: MemoryStack;
}

export type Command = fc.AsyncCommand<Expected, Real>;

let shadow: MemoryWorld | undefined;

/** The state to which a move without disturbance leads from the same start. */
async function goldenOf(expected: Expected): Promise<State> {
    if (expected.golden === undefined) {
        shadow ??= new MemoryWorld();
        shadow.restore(expected.snapshot);
        shadow.data.outcomes.clear();
        assertDone(await new Stack(shadow).up());
        shadow.settle();
        expected.golden = shadow.capture(true);
    }
    return expected.golden;
}

export function isBegun({ world }: Real): boolean {
    return (
        world.store.raw({
            apiVersion: "v1",
            kind: "Secret",
            namespace: RELEASE.namespace,
            name: `pulumi-hyperpod-migration-${RELEASE.name}`,
        }) !== undefined
    );
}

/** People change things while Helm is the owner: that is the new start. */
function rebase(expected: Expected, real: Real): void {
    real.world.settle();
    if (isBegun(real) || real.stack.resource !== undefined) return;
    // The lock of a mover that died before its journal is no part of it: destroy takes it away.
    expected.start = real.world.capture(true);
    expected.snapshot = real.world.snapshot();
    expected.golden = undefined;
    expected.edited.clear();
}

const isTheirs = ({ edited }: Expected, { key }: Difference) =>
    [...edited].some((part) => key.includes(part));

/** EKS judges the health of an add-on by itself, and one that somebody deleted and that was made again has the tags of the move. */
const isEks = ({ key, path }: Difference) =>
    key === `eks:Addon ${ADDON}` && /^(status|issues|tags)/.test(path);

async function expectGolden(expected: Expected, real: Real, what: string): Promise<void> {
    real.world.settle();
    const ignore = (difference: Difference) =>
        isTheirs(expected, difference) ||
        isEks(difference) ||
        isIssued(difference) ||
        (difference.key.startsWith("Secret ") && difference.path.startsWith("metadata.managedFields"));
    assertSame(real.world.capture(true), await goldenOf(expected), what, ignore);
}

function expectStart(expected: Expected, real: Real, what: string): void {
    real.world.settle();
    const ignore = (difference: Difference) => isTheirs(expected, difference) || isEks(difference);
    assertSame(real.world.capture(), expected.start, what, ignore);
    rebase(expected, real);
}

function told(injection: Injection | undefined): string {
    return injection === undefined
        ? ""
        : `${injection.kind} ${injection.moment} write ${injection.write}${injection.times ? ` x${injection.times}` : ""}`;
}

class Up implements Command {
    constructor(
        readonly injection?: Injection,
        readonly outcome?: Outcome,
        readonly until?: string,
    ) {}

    check = () => true;

    async run(expected: Expected, real: Real): Promise<void> {
        const { stack, world } = real;
        if (this.outcome !== undefined) world.data.outcomes.set(ADDON, this.outcome);
        await stack.refresh();
        const result = await stack.up(this.until ? { until: this.until } : {}, this.injection);
        const failing = world.data.outcomes.size > 0;
        world.data.outcomes.clear();
        if (this.injection === undefined && !failing) assertDone(result);
        if (result.kind === "done" && stack.resource?.outputs.phase === "Moved")
            await expectGolden(expected, real, `${this}`);
        assertHarmless(world);
    }

    toString = () =>
        `up(${[told(this.injection), this.outcome, this.until && `until ${this.until}`].filter(Boolean).join(", ")})`;
}

class Destroy implements Command {
    constructor(readonly injection?: Injection) {}

    check = () => true;

    async run(expected: Expected, real: Real): Promise<void> {
        const result = await real.stack.destroy(this.injection);
        if (this.injection === undefined) assertDone(result);
        if (result.kind === "done") expectStart(expected, real, `${this}`);
        assertHarmless(real.world);
    }

    toString = () => `destroy(${told(this.injection)})`;
}

class ToHelm implements Command {
    constructor(readonly injection?: Injection) {}

    check = () => true;

    async run(expected: Expected, real: Real): Promise<void> {
        if (!isBegun(real)) return;
        await real.stack.refresh();
        const result = await real.stack.up({ desiredOwner: "Helm" }, this.injection);
        if (this.injection === undefined) assertDone(result);
        if (result.kind === "done") expectStart(expected, real, `${this}`);
        assertHarmless(real.world);
    }

    toString = () => `up(desiredOwner Helm${this.injection ? `, ${told(this.injection)}` : ""})`;
}

/** Somebody else's hands; `change` says under which names. */
class ByHand implements Command {
    constructor(
        readonly what: string,
        readonly change: (real: Real) => readonly string[],
    ) {}

    check = () => true;

    async run(expected: Expected, real: Real): Promise<void> {
        for (const part of this.change(real)) expected.edited.add(part);
        rebase(expected, real);
        assertHarmless(real.world);
    }

    toString = () => this.what;
}

const by = { manager: "kubectl-edit", operation: "Update" } as const;

function editShop({ world }: Real): string[] {
    world.store.merge(
        { apiVersion: "v1", kind: "ConfigMap", namespace: "shop", name: "shop-settings" },
        { data: { colour: `blue ${world.data.counter}` } },
        by,
    );
    return ["shop/shop-settings"];
}

function editModel({ world }: Real): string[] {
    world.store.merge(
        { apiVersion: `${GROUP}/v1`, kind: "InferenceEndpointConfig", namespace: TEAM, name: "llama8b" },
        { spec: { replicas: `${world.data.counter}` } },
        by,
    );
    return [`${TEAM}/llama8b`];
}

function scaleModel({ world }: Real): string[] {
    const ref = { apiVersion: "apps/v1", kind: "Deployment", namespace: TEAM, name: "qwen7b" };
    const replicas = ((world.store.raw(ref)?.spec as { replicas: number } | undefined)?.replicas ?? 1) % 3;
    world.store.merge(ref, { spec: { replicas: replicas + 1 } }, by);
    return [`${TEAM}/qwen7b`];
}

/** Helm finds no release while its records are hidden; before that it makes a revision and changes its objects. */
function helmUpgrade(real: Real): string[] {
    const { world } = real;
    if (isBegun(real) || real.stack.resource !== undefined) return [];
    const helm = { manager: "helm", operation: "Update" } as const;
    const records = world.store.list("v1", "Secret", {
        namespace: RELEASE.namespace,
        labelSelector: `owner=helm,name=${RELEASE.name}`,
    });
    const newest = [...records]
        .sort((a, b) => Number(a.metadata.labels?.version) - Number(b.metadata.labels?.version))
        .pop();
    if (newest === undefined) return [];
    const revision = String(Number(newest.metadata.labels?.version) + 1);
    const ref = {
        apiVersion: "v1",
        kind: "Secret",
        namespace: RELEASE.namespace,
        name: newest.metadata.name,
    };
    world.store.merge(ref, { metadata: { labels: { status: "superseded" } } }, helm);
    world.store.create(
        {
            apiVersion: "v1",
            kind: "Secret",
            metadata: {
                name: newest.metadata.name.replace(/\d+$/, revision),
                namespace: RELEASE.namespace,
                labels: { ...newest.metadata.labels, version: revision, status: "deployed" },
            },
            type: "helm.sh/release.v1",
            data: newest.data,
        },
        helm,
    );
    world.store.merge(
        { apiVersion: "apps/v1", kind: "Deployment", namespace: RELEASE.namespace, name: "keda-operator" },
        { spec: { template: { metadata: { annotations: { "helm-revision": revision } } } } },
        helm,
    );
    world.store.merge(
        { apiVersion: "rbac.authorization.k8s.io/v1", kind: "ClusterRole", name: "keda-operator" },
        { metadata: { labels: { "helm-revision": revision } } },
        helm,
    );
    return [];
}

function changeAddon({ world }: Real, change: (addon: AddonRecord) => AddonRecord | undefined): void {
    const addon = world.data.addons.get(ADDON);
    if (addon === undefined || addon.work !== undefined) return;
    const next = change(addon);
    if (next === undefined) world.data.addons.delete(ADDON);
    else world.data.addons.set(ADDON, next);
}

const write = fc.integer({ min: 1, max: 150 });
const moment = fc.constantFrom("before" as const, "after" as const);
const crash: fc.Arbitrary<Injection> = fc.record({ write, moment, kind: fc.constant("crash" as const) });
const failure: fc.Arbitrary<Injection> = fc.record({
    write,
    moment,
    kind: fc.constant("fail" as const),
    times: fc.integer({ min: 1, max: 3 }),
});
const hand = (what: string, change: (real: Real) => readonly string[]) =>
    fc.constant(new ByHand(what, change));

export const commands: fc.Arbitrary<Command>[] = [
    fc.constant(new Up()),
    fc
        .constantFrom("backUp", "scaleDown", "install", "retireHelm")
        .map((until) => new Up(undefined, undefined, until)),
    crash.map((injection) => new Up(injection)),
    crash.map((injection) => new Up(injection)),
    failure.map((injection) => new Up(injection)),
    fc
        .constantFrom("CREATE_FAILED" as const, "DEGRADED" as const)
        .map((outcome) => new Up(undefined, outcome)),
    fc.constant(new Destroy()),
    crash.map((injection) => new Destroy(injection)),
    failure.map((injection) => new Destroy(injection)),
    fc.option(crash, { nil: undefined }).map((injection) => new ToHelm(injection)),
    hand("edit the shop", editShop),
    hand("edit a model", editModel),
    hand("scale a model's pods", scaleModel),
    hand("helm upgrade", helmUpgrade),
    hand("delete the add-on, keeping its objects", (real) => {
        changeAddon(real, () => undefined);
        return [];
    }),
    hand("the add-on becomes DEGRADED", (real) => {
        changeAddon(real, (addon) => ({
            ...addon,
            status: "DEGRADED" as AddonRecord["status"],
            issues: [{ code: "InsufficientNumberOfReplicas", message: "pods", resourceIds: [] }],
        }));
        return [];
    }),
    fc.integer({ min: 1, max: 120 }).map(
        (seconds) =>
            new ByHand(`wait ${seconds} s`, ({ world }) => {
                world.settle(seconds * 1000);
                return [];
            }),
    ),
];
