// The Secret of a controller that signs its own certificates, and the place of the same Secret for the generation that waits, come in; both hold the same authority and one certificate for the names of both. Nothing that trusts the authority changes, and its key goes nowhere but into the second Secret.
import { keyOf, refTo } from "../../kubernetes/objectRef";
import { restoreFieldManagers } from "../../kubernetes/restoreFieldManagers";
import {
    AUTHORITY,
    AUTHORITY_KEY,
    bytesOf,
    CERTIFICATE,
    certificateIn,
    putBytes,
    putCertificate,
    readSecret,
    sameBytes,
    sameNames,
    textOf,
} from "../../kubernetes/tlsSecrets";
import type { KubernetesObject, ObjectRef, World } from "../../ports/world";
import type { Bridge } from "./bridge";
import { HandoverPart, isMarked, makeOwn, type OwnObjects, removeOwn, unmark } from "./temporaryObjects";

/** What an undo needs. */
export interface SharedMemory {
    /** Of the generation that serves, as it was. */
    readonly serving: KubernetesObject;
    /** Of the generation that waits; nothing was there before. */
    readonly waiting: ObjectRef;
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

/** Without it the pods of the generation that waits find no certificate, and never get Ready. */
export async function giveToWaiting(
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
    { serving, waiting }: SharedMemory,
): Promise<void> {
    const live = await world.objects.read(waiting);
    // Whoever wrote the one it was made after writes this one from now on.
    if (live !== undefined && isMarked(live, ownOf(migrationId)))
        await unmark(world, live, ownOf(migrationId), serving.metadata.managedFields);
}

/** Byte for byte. Pods that present the other certificate still are trusted: the same authority signed it. */
export async function takeServingBack(world: World, { serving }: SharedMemory): Promise<void> {
    const live = await world.objects.read(refTo(serving));
    if (live === undefined) return;
    await putBytes(world, live, bytesOf(serving));
    await restoreFieldManagers(world, serving, await world.objects.read(refTo(serving)));
}

/** Whether the generation that served holds what it held before. */
export async function isUnshared(world: World, { serving }: SharedMemory): Promise<boolean> {
    return sameBytes(bytesOf(await world.objects.read(refTo(serving))), bytesOf(serving));
}

/** Throws when the generation that waited has another authority by now: nobody would trust the former one. */
export async function assertSameAuthority(world: World, { serving, waiting }: SharedMemory): Promise<void> {
    const live = await world.objects.read(waiting);
    if (live === undefined || textOf(live, AUTHORITY) === textOf(serving, AUTHORITY)) return;
    throw new Error(`${keyOf(waiting)} holds another authority than during the move`);
}

/** What the move made for the generation that waits, and nobody has taken over. */
export async function removeWaiting(world: World, migrationId: string): Promise<void> {
    await removeOwn(world, ownOf(migrationId), [["v1", "Secret"]]);
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

function ownOf(migrationId: string): OwnObjects {
    return { migrationId, part: HandoverPart.Certificate };
}
