// One bridge and what its pods present come in; requests go to the add-on's Service, or back to Helm's, and at no moment to a name that a pod does not present under an authority that is trusted.
import { PRESENTED_MS } from "../../../common/timeouts";
import { refTo } from "../../kubernetes/objectRef";
import type { BridgedComponent } from "../../plan/handoverOrder";
import type { KubernetesObject, ObjectRef, World } from "../../ports/world";
import { availableAgain } from "./awaitHelmPods";
import { followBridge } from "./bridge";
import {
    areNamesBack,
    changeNames,
    formerNames,
    type NamesMemory,
    NotIssued,
    namesNow,
    takeNamesBack,
    trustIssued,
} from "./certificateNames";
import { NotPresented, waitForNames } from "./presentedNames";
import { areRedirected, namesService, pointToNew, pointToOld } from "./serviceReferences";

export interface KeptBridge {
    readonly component: BridgedComponent;
    /** What its pods presented before the move, and who trusted it. */
    readonly names: NamesMemory;
    /** Also runs at every look. */
    readonly meanwhile?: () => Promise<unknown>;
}

/** Ends when whoever serves presents the add-on's names, and no others; that is asked also when another process has changed everything already. */
export async function redirectConversion(
    world: World,
    migrationId: string,
    one: KeptBridge,
    meanwhile: () => Promise<unknown>,
): Promise<void> {
    const kept = { ...one, meanwhile };
    const { names, component } = kept;
    const { bridge } = component;
    const isThere = areRedirected(await live(world, names.crds), bridge);
    if (!isThere) {
        await present(world, migrationId, kept, bothNames(kept), bridge.from);
        await pointToNew(world, names.crds.map(refTo), [bridge]);
    } else await settle(world, migrationId, kept, bridge.to);
    // Whoever serves is behind it by now, of whichever generation.
    await present(world, migrationId, kept, namesUnder(kept, bridge.to), bridge.to);
}

/** Helm's pods run and get all requests when this ends; the add-on's may run beside them. Writes nothing where everything is as it was. */
export async function turnConversionBack(
    world: World,
    migrationId: string,
    kept: KeptBridge,
    replicas: number,
): Promise<void> {
    const { names, component } = kept;
    const { bridge, workload } = component;
    const isBack = (await live(world, names.crds)).every((crd) => !namesService(crd, bridge.to));
    const runs = ((await world.workloads.replicas(workload)) ?? 0) > 0;
    if (isBack && runs && (await areNamesBack(world, names))) return;
    const isPresented = isBack || (await presentedOrTold(world, migrationId, kept, bridge.to));
    if (!runs) await world.workloads.scale(workload, replicas);
    await availableAgain(world, component, () => keepConversion(world, migrationId, kept));
    if (!isBack && isPresented) await presentedOrTold(world, migrationId, kept, bridge.from);
    if (!isBack) await pointToOld(world, names.crds, [bridge]);
    await takeNamesBack(world, names, PRESENTED_MS, () =>
        waitForNames(world, request(world, migrationId, kept, formerNames(names), bridge.from)),
    );
}

/** An undo has to go on without cert-manager too: then requests pause until pods present what they presented before. */
async function presentedOrTold(
    world: World,
    migrationId: string,
    kept: KeptBridge,
    service: ObjectRef,
): Promise<boolean> {
    try {
        await settle(world, migrationId, kept, service);
        await present(world, migrationId, kept, bothNames(kept), service);
        return true;
    } catch (error) {
        if (!(error instanceof NotIssued || error instanceof NotPresented)) throw error;
        world.log.warn(
            `requests to ${kept.component.component} pause during the undo, because it cannot present the names of both generations: ${error.message}`,
        );
        return false;
    }
}

/** Two certificates for the same names cannot be told apart: what was asked for before is presented before anything else is. */
async function settle(
    world: World,
    migrationId: string,
    kept: KeptBridge,
    service: ObjectRef,
): Promise<void> {
    const now = await namesNow(world, kept.names);
    await waitForNames(world, request(world, migrationId, kept, now, service));
}

/** Every pod behind the Service presents exactly these names when this ends. */
async function present(
    world: World,
    migrationId: string,
    kept: KeptBridge,
    dnsNames: readonly string[],
    service: ObjectRef,
): Promise<void> {
    await changeNames(world, kept.names, dnsNames, PRESENTED_MS);
    await waitForNames(world, request(world, migrationId, kept, dnsNames, service));
}

function request(
    world: World,
    migrationId: string,
    kept: KeptBridge,
    names: readonly string[],
    service: ObjectRef,
) {
    return {
        migrationId,
        namespace: service.namespace ?? "",
        service,
        names,
        timeoutMs: PRESENTED_MS,
        meanwhile: () => Promise.all([keepConversion(world, migrationId, kept), kept.meanwhile?.()]),
    };
}

export async function keepConversion(
    world: World,
    migrationId: string,
    { component, names }: KeptBridge,
): Promise<void> {
    await Promise.all([trustIssued(world, names), followBridge(world, migrationId, component.bridge)]);
}

async function live(world: World, crds: readonly KubernetesObject[]): Promise<readonly KubernetesObject[]> {
    const found = await Promise.all(crds.map((crd) => world.objects.read(refTo(crd))));
    return found.flatMap((crd) => crd ?? []);
}

function bothNames(kept: KeptBridge): readonly string[] {
    return [...new Set([...formerNames(kept.names), ...namesUnder(kept, kept.component.bridge.to)])];
}

/** The certificate's names for the former Service, as they are for another one: no name is assumed. */
function namesUnder({ names, component }: KeptBridge, { name, namespace }: ObjectRef): readonly string[] {
    const { from } = component.bridge;
    const [former, now] = [`${from.name}.${from.namespace}.`, `${name}.${namespace}.`];
    return formerNames(names).map((one) =>
        one.startsWith(former) ? `${now}${one.slice(former.length)}` : one,
    );
}
