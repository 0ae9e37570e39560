// Pairs of Services in, the old and the new name; requests to the new name reach the old pods, wherever these move, until the bridge is cut. Our Service has no selector, so that the add-on's own takes its place later.
import { PACKAGE_NAME } from "../../../common/ourMarks";
import { isAppliedByEks } from "../../kubernetes/appliedByEks";
import { onlyThis, refTo } from "../../kubernetes/objectRef";
import type { KubernetesObject, ObjectRef, World } from "../../ports/world";
import { type EndpointSlice, SERVICE_LABEL, SLICES, type SlicePort, slicesOf } from "./endpointSlices";
import {
    HandoverPart,
    isMarked,
    makeOwn,
    type OwnObjects,
    removeOwn,
    unmark,
    withMarks,
} from "./temporaryObjects";

const MANAGED_BY = "endpointslice.kubernetes.io/managed-by";
/** The endpoint controller leaves slices alone that name another manager. */
const SLICE_MANAGER = { [MANAGED_BY]: PACKAGE_NAME };

/** Both are Services. */
export interface Bridge {
    readonly from: ObjectRef;
    readonly to: ObjectRef;
}

interface ServicePort {
    readonly name?: string;
    readonly port: number;
    readonly protocol?: string;
}

export async function buildBridge(world: World, migrationId: string, bridge: Bridge): Promise<void> {
    const { from, to } = bridge;
    const old = await serviceOf(world, from);
    const { apiVersion, kind, name, namespace = "" } = to;
    const ports = portsOf(old).map(({ name: port, port: number, protocol = "TCP" }) => ({
        ...(port === undefined ? {} : { name: port }),
        port: number,
        protocol,
    }));
    const metadata = { name, namespace };
    await makeOwn(world, { apiVersion, kind, metadata, spec: { ports } }, ownOf(migrationId));
    await followBridge(world, migrationId, bridge);
}

/** To be called again and again: pods move. Writes only what changed. */
export async function followBridge(world: World, migrationId: string, bridge: Bridge): Promise<void> {
    const own = ownOf(migrationId);
    const { from, to } = bridge;
    const [old, next, sources, mine] = await Promise.all([
        serviceOf(world, from),
        serviceOf(world, to),
        slicesOf(world, from),
        slicesOf(world, to),
    ]);
    const wanted = sources.map((slice, index) => withMarks(mirrored(bridge, slice, index, [old, next]), own));
    const live = new Map(
        mine
            .filter((slice) => isMarked(slice, own) && !isOfController(slice))
            .map((one) => [one.metadata.name, one]),
    );
    for (const slice of wanted as EndpointSlice[]) {
        const there = live.get(slice.metadata.name);
        live.delete(slice.metadata.name);
        const { endpoints, ports } = slice;
        if (there === undefined) await world.objects.create(slice);
        else if (JSON.stringify([there.endpoints, there.ports]) !== JSON.stringify([endpoints, ports]))
            await world.objects.merge(refTo(slice), { endpoints, ports });
    }
    for (const gone of live.values()) await world.objects.remove(refTo(gone), onlyThis(gone));
}

/** Whether the new Service leads to a pod of its own: a Deployment may be available before the endpoint controller has named its pods. */
export async function leadsByItself(world: World, { to }: Bridge): Promise<boolean> {
    const slices = (await slicesOf(world, to)).filter(isOfController);
    return slices.some(({ endpoints = [] }) =>
        endpoints.some(({ conditions }) => conditions?.ready !== false),
    );
}

/** From here on only the pods behind the new Service itself are asked. */
export async function cutBridge(world: World, migrationId: string, { to }: Bridge): Promise<void> {
    await removeOwn(world, ownOf(migrationId), [SLICES], (slice) => {
        const { namespace, labels } = slice.metadata;
        return namespace !== to.namespace || labels?.[SERVICE_LABEL] !== to.name || isOfController(slice);
    });
}

/** All slices, and the Services that nobody else has taken; those of the add-on lose our marks only. */
export async function removeBridges(
    world: World,
    migrationId: string,
    bridges: readonly Bridge[],
    /** Of an undo: the add-on is gone, and its Services with it. */
    { isUndo }: { readonly isUndo: boolean } = { isUndo: false },
): Promise<void> {
    const own = ownOf(migrationId);
    if (isUndo) return removeOwn(world, own, [SLICES, ["v1", "Service"]], isOfController);
    for (const { to } of bridges) {
        const live = await world.objects.read(to);
        if (live !== undefined && isMarked(live, own) && isAppliedByEks(live)) await unmark(world, live, own);
    }
    await removeOwn(
        world,
        own,
        [SLICES, ["v1", "Service"]],
        (one) => isAppliedByEks(one) || isOfController(one),
    );
}

/** The endpoint controller puts the labels of a Service on its slices, ours among them: the add-on's pods are asked by these. */
function isOfController({ kind, metadata }: KubernetesObject): boolean {
    return kind === SLICES[1] && metadata.labels?.[MANAGED_BY] !== PACKAGE_NAME;
}

function mirrored(
    { to }: Bridge,
    { addressType, endpoints = [], ports = [] }: EndpointSlice,
    index: number,
    services: readonly [KubernetesObject, KubernetesObject],
): KubernetesObject {
    const { name, namespace = "" } = to;
    return {
        apiVersion: SLICES[0],
        kind: SLICES[1],
        metadata: {
            name: `${name}-bridge-${index}`,
            namespace,
            labels: { ...SLICE_MANAGER, [SERVICE_LABEL]: name },
        },
        addressType,
        // No `targetRef`: the pods are in another namespace.
        endpoints: endpoints.map(({ addresses, conditions = {} }) => ({ addresses, conditions })),
        ports: portsFor(services, ports),
    } as KubernetesObject;
}

/** The API server goes from the Service's port to its name, and from there to the slice: the name is the new Service's, the number the old pods'. */
function portsFor(
    [old, next]: readonly [KubernetesObject, KubernetesObject],
    source: readonly SlicePort[],
): SlicePort[] {
    return portsOf(next).flatMap(({ name = "", port, protocol = "TCP" }) => {
        const same = portsOf(old).find((one) => one.port === port);
        const found = same && source.find((one) => (one.name ?? "") === (same.name ?? ""));
        return found?.port === undefined ? [] : [{ name, port: found.port, protocol }];
    });
}

function portsOf({ spec }: KubernetesObject): readonly ServicePort[] {
    return (spec as { ports?: ServicePort[] } | undefined)?.ports ?? [];
}

async function serviceOf(world: World, ref: ObjectRef): Promise<KubernetesObject> {
    const live = await world.objects.read(ref);
    if (live === undefined) throw new Error(`Service ${ref.namespace}/${ref.name} is gone`);
    return live;
}

function ownOf(migrationId: string): OwnObjects {
    return { migrationId, part: HandoverPart.Bridge };
}
