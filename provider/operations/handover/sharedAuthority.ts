// The Secret of a controller that signs its own certificates, and the place of the same Secret for the generation that waits, come in; both hold the same authority and one certificate for the names of both. Nothing that trusts the authority changes, and its key goes nowhere but into the second Secret.
import { keyOf, refTo, restoreFieldManagers } from "../../kubernetes/restore";
import {
    AUTHORITY,
    AUTHORITY_KEY,
    bytesOf,
    CERTIFICATE,
    certificateIn,
    putBytes,
    putCertificate,
    readSecret,
    sameNames,
    textOf,
    type Unfit,
    whyKept,
} from "../../kubernetes/tlsSecrets";
import type { KubernetesObject, ObjectRef, World } from "../../ports/world";
import type { Bridge } from "./bridge";
import { HandoverPart, isMarked, makeOwn, type OwnObjects, unmark } from "./onlyForTheMove";

/** What an undo needs. */
export interface SharedMemory {
    /** Of the generation that serves, as it was. */
    readonly serving: KubernetesObject;
    /** Of the generation that waits. */
    readonly waiting: ObjectRef;
    /** What was there already; absent when nothing was. */
    readonly former?: KubernetesObject;
}

export async function rememberShared(
    world: World,
    serving: ObjectRef,
    waiting: ObjectRef,
): Promise<SharedMemory | Unfit> {
    const [live, former] = await Promise.all([world.objects.read(serving), world.objects.read(waiting)]);
    if (live === undefined) return { why: `${keyOf(serving)} is not there` };
    const why = whyKept(world, live, await world.objects.serverTime());
    if (why !== undefined) return { why };
    if (textOf(live, AUTHORITY) === "" || textOf(live, AUTHORITY_KEY) === "")
        return { why: `${keyOf(serving)} does not hold its authority with its key` };
    return { serving: live, waiting, ...(former === undefined ? {} : { former }) };
}

/** Ends when both Secrets hold it; the pods that serve still present the former certificate, which the same authority signed. */
export async function shareAuthority(
    world: World,
    migrationId: string,
    memory: SharedMemory,
    dnsNames: readonly string[],
): Promise<void> {
    const live = await readSecret(world, refTo(memory.serving));
    if (!sameNames(certificateIn(world, live)?.dnsNames, dnsNames)) {
        const authority = { certificate: textOf(live, AUTHORITY), key: textOf(live, AUTHORITY_KEY) };
        const now = await world.objects.serverTime();
        const like = textOf(memory.serving, CERTIFICATE);
        await putCertificate(world, live, await world.certificates.issue({ like, dnsNames, now, authority }));
    }
    await giveToWaiting(world, migrationId, memory);
}

async function giveToWaiting(
    world: World,
    migrationId: string,
    { serving, waiting }: SharedMemory,
): Promise<void> {
    const shared = await readSecret(world, refTo(serving));
    const live = await world.objects.read(waiting);
    const data = bytesOf(shared);
    if (live !== undefined) {
        await putBytes(world, live, data);
        return;
    }
    const { apiVersion, kind, name, namespace = "" } = waiting;
    const { type } = serving as { type?: string };
    const secret = {
        apiVersion,
        kind,
        metadata: { name, namespace },
        ...(type === undefined ? {} : { type }),
        data,
    };
    await makeOwn(world, secret, ownOf(migrationId));
}

/** The generation that waited leads now: what it got is its own, and it renews it. */
export async function leaveShared(
    world: World,
    migrationId: string,
    { waiting }: SharedMemory,
): Promise<void> {
    const live = await world.objects.read(waiting);
    if (live !== undefined && isMarked(live, ownOf(migrationId)))
        await unmark(world, live, ownOf(migrationId));
}

/** `awaitPods` returns when every pod that serves presents a certificate for exactly the former names. */
export async function stopSharing(
    world: World,
    migrationId: string,
    { serving, waiting, former }: SharedMemory,
    awaitPods: () => Promise<void>,
): Promise<void> {
    const live = await world.objects.read(waiting);
    if (live !== undefined && former !== undefined) {
        await putBytes(world, live, bytesOf(former));
        await restoreOwners(world, former);
    } else if (live !== undefined && isMarked(live, ownOf(migrationId))) {
        const { uid } = live.metadata;
        await world.objects.remove(waiting, uid === undefined ? {} : { uid });
    }
    await putBytes(world, await readSecret(world, refTo(serving)), bytesOf(serving));
    await restoreOwners(world, serving);
    await awaitPods();
}

/** The names of a certificate, and the same ones for where each bridge leads to. */
export function namesOfBoth(names: readonly string[], bridges: readonly Bridge[]): readonly string[] {
    const renamed = bridges.flatMap(({ from, to }) =>
        names.flatMap((name) => {
            const [service, namespace, ...rest] = name.split(".");
            if (service !== from.name || (namespace !== undefined && namespace !== from.namespace)) return [];
            return [[to.name, ...(namespace === undefined ? [] : [to.namespace]), ...rest].join(".")];
        }),
    );
    return [...new Set([...names, ...renamed])];
}

async function restoreOwners(world: World, former: KubernetesObject): Promise<void> {
    await restoreFieldManagers(world, former, await world.objects.read(refTo(former)));
}

function ownOf(migrationId: string): OwnObjects {
    return { migrationId, part: HandoverPart.Certificate };
}
