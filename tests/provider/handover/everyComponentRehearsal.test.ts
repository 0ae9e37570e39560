// All three controllers' way to the add-on, all parts together: 60 s until any new pod is Ready, 20 s until pods see Secrets, real elections. Nobody's request is refused, but for metric values in the seconds in which KEDA's leadership goes over. HANDOVER_KILLS=n kills at a sample of n writes, =all at each.
import assert from "node:assert/strict";
import { isAppliedByEks } from "../../../provider/kubernetes/appliedByEks";
import { refTo } from "../../../provider/kubernetes/restore";
import { certificateIn } from "../../../provider/kubernetes/tlsSecrets";
import { beginBypass, endBypass } from "../../../provider/operations/handover/admissionBypass";
import {
    type Bridge,
    buildBridge,
    followBridge,
    removeBridges,
} from "../../../provider/operations/handover/bridge";
import {
    changeNames,
    type NamesMemory,
    rememberNames,
    trustIssued,
} from "../../../provider/operations/handover/certificateNames";
import { handOverComponent } from "../../../provider/operations/handover/handOverComponent";
import { holdLeases, leaseRef, rememberLeases } from "../../../provider/operations/handover/heldLeases";
import {
    type AuthorityMemory,
    leaveToAddon,
    presentOwn,
    rememberAuthority,
    trustOwn,
} from "../../../provider/operations/handover/ownAuthority";
import { waitForNames } from "../../../provider/operations/handover/presentedNames";
import { pointToNew, referencesToOld } from "../../../provider/operations/handover/references";
import {
    leaveShared,
    namesOfBoth,
    rememberShared,
    type SharedMemory,
    shareAuthority,
} from "../../../provider/operations/handover/sharedAuthority";
import { poll } from "../../../provider/ports/poll";
import type { KubernetesObject, ObjectRef, World } from "../../../provider/ports/world";
import { sample } from "../../faults/matrix";
import { ADDON, RELEASE } from "../memory/content";
import { OPERATOR_NAMESPACE as NEXT } from "../memory/operatorContent";
import type { Requests } from "../memory/requests";
import { MemoryWorld } from "../memoryWorld";
import { processOf, runKilled } from "./killed";

const ID = "0123456789abcdef";
const OLD = RELEASE.namespace;
const VALUES = "values of external metrics";
const { HANDOVER_KILLS: WANTED = "8", SEED = "1" } = process.env;
/** Until somebody goes on. */
const AWAY_MS = 5_000;
const object = (kind: string, namespace: string, name: string): ObjectRef => ({
    apiVersion: kind === "Deployment" ? "apps/v1" : "v1",
    kind,
    namespace,
    name,
});
const bridge = (name: string): Bridge => ({
    from: object("Service", OLD, name),
    to: object("Service", NEXT, name),
});
const CONVERSION = {
    from: object("Service", NEXT, "hyperpod-inference-operator-conversion-webhook"),
    to: object("Service", NEXT, "hyperpod-inference-conversion-webhook"),
};
const ALB = bridge("alb-webhook-service");
const ADAPTER = bridge("keda-operator-metrics-apiserver");
const ADMISSION = bridge("keda-admission-webhooks");
const BRIDGES = [CONVERSION, ALB, ADAPTER, ADMISSION];
const host = ({ namespace, name }: ObjectRef) => `${name}.${namespace}.svc`;
const both = ({ from, to }: Bridge) => [host(from), host(to)];
const KEDA = ["keda-operator", "keda-operator-metrics-apiserver", "keda-admission-webhooks"];
const SLOW = [...KEDA, "hyperpod-inference-alb", "hyperpod-inference-controller-manager"];
const TIMEOUT_MS = 300_000;

interface Memory {
    readonly names: NamesMemory;
    readonly alb: AuthorityMemory;
    readonly keda: SharedMemory;
    readonly references: readonly KubernetesObject[];
}

async function remember(ports: World): Promise<Memory> {
    const crds = await ports.objects.list("apiextensions.k8s.io/v1", "CustomResourceDefinition");
    const names = await rememberNames(ports, crds as KubernetesObject[]);
    const references = await referencesToOld(ports, crds, BRIDGES);
    const configurations = await referencesToOld(ports, [], [ALB]);
    const alb = await rememberAuthority(ports, object("Secret", OLD, "alb-tls"), configurations, [
        ALB.from,
        ALB.to,
    ]);
    const certs = (namespace: string) => object("Secret", namespace, "kedaorg-certs");
    const keda = await rememberShared(ports, certs(OLD), certs(NEXT));
    assert.ok(names && !("why" in alb) && !("why" in keda));
    return { names, alb, keda, references };
}

/** Up to where references point at the new Services, and the operator's certificate is the add-on's. */
async function premove(ports: World, { names, alb, keda, references }: Memory): Promise<void> {
    for (const one of BRIDGES) await buildBridge(ports, ID, one);
    const kept = () =>
        Promise.all([trustIssued(ports, names), ...BRIDGES.map((one) => followBridge(ports, ID, one))]);
    const pods = (service: ObjectRef, presented: readonly string[]) =>
        waitForNames(ports, {
            migrationId: ID,
            namespace: NEXT,
            service,
            names: presented,
            timeoutMs: TIMEOUT_MS,
            meanwhile: kept,
        });
    const kedas = namesOfBoth(certificateIn(ports, keda.serving)?.dnsNames ?? [], KEDA.map(bridge));
    await changeNames(ports, names, both(CONVERSION), TIMEOUT_MS);
    await presentOwn(ports, ID, alb, both(ALB));
    await shareAuthority(ports, ID, keda, kedas);
    await pods(CONVERSION.from, both(CONVERSION));
    await pods(ALB.from, both(ALB));
    await pods(ADAPTER.from, kedas);
    await pods(ADMISSION.from, kedas);
    await pointToNew(ports, references.map(refTo), BRIDGES);
    await changeNames(ports, names, [host(CONVERSION.to)], TIMEOUT_MS);
    await pods(CONVERSION.from, [host(CONVERSION.to)]);
}

/** What the journal would keep besides the memories. */
interface Kept {
    /** The configurations as EKS left them. */
    applied?: readonly KubernetesObject[];
}

async function install(ports: World, { alb }: Memory, kept: Kept, isBypassed: boolean): Promise<void> {
    const configurations = alb.configurations.map(refTo);
    if ((await ports.addons.describe(ADDON)) === undefined) {
        if (isBypassed) await beginBypass(ports, configurations, alb.services, "2099-01-01T00:00:00.000Z");
        const version = "v1.4.0-eksbuild.1";
        await ports.addons.create({ name: ADDON, version, configurationValues: "{}", token: ID });
    }
    const read = async () =>
        (await Promise.all(configurations.map((ref) => ports.objects.read(ref)))).filter(
            (one) => one !== undefined,
        );
    kept.applied ??= await poll(ports.clock, { timeoutMs: 60_000, pauseMs: 200 }, read, (all) =>
        all.every(isAppliedByEks),
    );
    await trustOwn(ports, ID, alb);
    await endBypass(ports, configurations);
}

const component = (
    old: readonly ObjectRef[],
    next: readonly string[],
    bridges: readonly Bridge[],
    leases: Leases,
) => ({
    old,
    next: next.map((name) => object("Deployment", NEXT, name)),
    bridges,
    leases,
    timeoutMs: TIMEOUT_MS,
});

type Leases = Awaited<ReturnType<typeof rememberLeases>>;

/** After a kill it is done again from the start. */
async function handOverAll(
    ports: World,
    memory: Memory,
    leases: { readonly alb: Leases; readonly keda: Leases },
    kept: Kept,
    isBypassed = true,
): Promise<void> {
    const existing = await ports.addons.describe(ADDON);
    if (existing === undefined) {
        await holdLeases(ports, ID, [...leases.alb, ...leases.keda]);
        await premove(ports, memory);
    }
    await install(ports, memory, kept, isBypassed);
    const inOld = (names: readonly string[]) => names.map((name) => object("Deployment", OLD, name));
    await handOverComponent(ports, ID, component(inOld(KEDA), KEDA, [ADAPTER, ADMISSION], leases.keda));
    await handOverComponent(
        ports,
        ID,
        component(inOld([`${RELEASE.name}-alb`]), ["hyperpod-inference-alb"], [ALB], leases.alb),
    );
    const manager = object("Deployment", NEXT, "hyperpod-inference-operator-controller-manager");
    await handOverComponent(
        ports,
        ID,
        component([manager], ["hyperpod-inference-controller-manager"], [CONVERSION], []),
    );
    await leaveToAddon(ports, ID, memory.alb, kept.applied ?? []);
    await leaveShared(ports, ID, memory.keda);
    await removeBridges(ports, ID, BRIDGES);
}

async function rehearsal() {
    const startUpMs = Object.fromEntries(SLOW.map((name) => [`${NEXT}/${name}`, 60_000]));
    const world = new MemoryWorld({}, { elections: true, secretDelayMs: 20_000, startUpMs });
    world.settle(60_000);
    const { ports } = await processOf(world);
    const memory = await remember(ports);
    const leases = {
        alb: await rememberLeases(ports, [leaseRef(NEXT, "aws-load-balancer-controller-leader")]),
        keda: await rememberLeases(ports, [leaseRef(NEXT, "operator.keda.sh")]),
    };
    return { world, memory, leases };
}

function assertHandedOver(world: MemoryWorld, { alb }: Memory, { applied = [] }: Kept, told: string): void {
    assert.deepEqual(world.data.violations, [], told);
    assert.deepEqual(world.store.all("EndpointSlice"), [], told);
    const acting = world.data.acts.filter(({ until }) => until === undefined).map(({ pod }) => pod);
    const isNext = (pod: string) => pod.startsWith(`${NEXT}/`) && !pod.includes("inference-operator-");
    assert.ok(acting.length === 3 && acting.every(isNext), `${told}: ${acting.join()}`);
    const content = (all: readonly (KubernetesObject | undefined)[]) => all.map((one) => one?.webhooks);
    const withoutBypass = JSON.parse(JSON.stringify(content(applied)), (key, value) =>
        key === "matchConditions" ? undefined : value,
    );
    const left = alb.configurations.map((one) => world.store.raw(refTo(one)));
    assert.deepEqual(content(left), withoutBypass, `${told}: exactly what EKS applied`);
}

/** What was refused; values are, while a new adapter that is Ready has no leader beside it until the Lease is given back. */
function assertRefused({ refused }: Requests, valueSeconds: number, told: string): void {
    const { [VALUES]: values, ...others } = Object.fromEntries(refused);
    const reasons = Object.entries(others).map(([kind, one]) => `${kind}: ${[...one.reasons].join()}`);
    assert.deepEqual(reasons, [], told);
    assert.ok((values?.milliseconds ?? 0) <= valueSeconds * 1000, `${told}: ${values?.milliseconds} ms`);
}

describe("every controller's way to the add-on, all parts together", () => {
    it("refuses nothing but metric values for seconds, and no two leaders act", async () => {
        const { world, memory, leases } = await rehearsal();
        const requests = world.watchRequests();
        const kept: Kept = {};
        await handOverAll((await processOf(world)).ports, memory, leases, kept);
        world.settle(60_000);
        assertHandedOver(world, memory, kept, "at the end");
        assertRefused(requests, 6, "at the end");
    });

    it("without the bypass refuses ingresses from EKS's apply until our authority is back: the world tells", async () => {
        const { world, memory, leases } = await rehearsal();
        const requests = world.watchRequests();
        await handOverAll((await processOf(world)).ports, memory, leases, {}, false);
        const { looks = 0, reasons } = requests.refused.get("ingress creation") ?? {};
        assert.ok(looks > 0);
        assert.match([...(reasons ?? [])].join(), /unknown authority/);
    });

    it("killed at a write and begun again in time: the same end, and no more refused than while somebody was away", async () => {
        const { world, memory, leases } = await rehearsal();
        const snapshot = world.snapshot();
        const { ports, mover } = await processOf(world);
        await handOverAll(ports, memory, leases, {});
        const all = mover.writes.flatMap((what, index) =>
            (["before", "after"] as const).map((moment) => ({ what, write: index + 1, moment })),
        );
        assert.ok(all.length > 120, `${all.length} kills`);
        const kills = WANTED === "all" ? all : sample(all, Number(WANTED), Number(SEED));
        for (const { what, ...injection } of kills) {
            const told = `killed ${injection.moment} write ${injection.write} (${what})`;
            world.restore(snapshot);
            const requests = world.watchRequests();
            const kept: Kept = {};
            const work = (again: World) => handOverAll(again, memory, leases, kept);
            assert.ok(await runKilled(world, work, { ...injection, kind: "crash" }), told);
            world.settle(AWAY_MS);
            assert.equal(await runKilled(world, work), false, told);
            world.settle(60_000);
            assertHandedOver(world, memory, kept, told);
            assertRefused(requests, 6 + AWAY_MS / 1000, told);
        }
    }).timeout(600_000);
});
