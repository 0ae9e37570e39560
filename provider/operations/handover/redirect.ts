// One bridge and what its pods present come in; requests go to the add-on's Service, or back to Helm's, and at no moment to a name that a pod does not present under an authority that is trusted.

import { ErrorCode, isStopped, MigrationError, messageOf } from "../../../common/errors";
import { AVAILABLE_MS } from "../../../common/timeouts";
import { refTo } from "../../kubernetes/restore";
import { poll } from "../../ports/poll";
import type { KubernetesObject, ObjectRef, World } from "../../ports/world";
import { followBridge } from "./bridge";
import {
    areNamesBack,
    changeNames,
    formerNames,
    namesNow,
    takeNamesBack,
    trustIssued,
} from "./certificateNames";
import type { KeptBridge } from "./keptBridges";
import { waitForNames } from "./presentedNames";
import { areRedirected, namesService, pointToNew, pointToOld } from "./references";

/** Kubelets show a changed Secret after 60 to 90 s, and servers reload within another 60 s. */
const PRESENTED_MS = 5 * 60_000;
const LOOK_MS = 500;

/** Ends when whoever serves presents the add-on's names, and no others; that is asked also when another process has changed everything already. */
export async function redirect(world: World, migrationId: string, kept: KeptBridge): Promise<void> {
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
export async function turnBack(
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
    await availableAgain(world, migrationId, kept);
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
        if (isStopped(error)) throw error;
        world.log.warn(
            `requests to ${kept.component.component} pause during the undo, because it cannot present the names of both generations: ${messageOf(error)}`,
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
        meanwhile: () => keepUp(world, migrationId, kept),
    };
}

async function keepUp(world: World, migrationId: string, { component, names }: KeptBridge): Promise<void> {
    await Promise.all([trustIssued(world, names), followBridge(world, migrationId, component.bridge)]);
}

async function availableAgain(world: World, migrationId: string, kept: KeptBridge): Promise<void> {
    const { workload, component } = kept.component;
    const look = async () => {
        await keepUp(world, migrationId, kept);
        return world.workloads.status(workload);
    };
    const pace = { timeoutMs: AVAILABLE_MS, pauseMs: LOOK_MS };
    const isAvailable = (status: Awaited<ReturnType<typeof look>>) =>
        status?.upToDate === true && status.desired > 0 && status.available >= status.desired;
    if (isAvailable(await poll(world.clock, pace, look, isAvailable))) return;
    throw new MigrationError({
        code: ErrorCode.WorkloadTimeout,
        step: "undo redirect",
        what: `Helm's ${component} (${workload.namespace}/${workload.name}) is not available again`,
        remedy: "look at its pods with `kubectl describe pod`, then run the command again",
    });
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
