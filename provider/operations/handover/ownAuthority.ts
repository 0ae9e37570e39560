// The Secret of a webhook's server, and the configurations that trust it, come in; its pods get a certificate for other names, of an authority made for this move, without a moment in which it is not trusted. Of the authority only the certificate is kept: nobody can sign with it again.

import { keyOf, refTo } from "../../kubernetes/objectRef";
import { readMany } from "../../kubernetes/readMany";
import { restoreFieldManagers } from "../../kubernetes/restoreFieldManagers";
import {
    AUTHORITY,
    bytesOf,
    CERTIFICATE,
    certificateIn,
    putBytes,
    putCertificate,
    readSecret,
    sameBytes,
    sameNames,
    textOf,
    type Unfit,
    whyKept,
} from "../../kubernetes/tlsSecrets";
import type { KubernetesObject, ObjectRef, World } from "../../ports/world";
import { askAnew, bundlesOf, endTrust, restoreBundles, type Trusting, trustForMove } from "./caBundles";

/** What an undo needs; all objects as they were. */
export interface AuthorityMemory {
    readonly secret: KubernetesObject;
    /** Webhook configurations with entries for one of the Services. */
    readonly configurations: readonly KubernetesObject[];
    /** Under whose names requests reach the pods, old and new. */
    readonly services: readonly ObjectRef[];
}

export async function rememberAuthority(
    world: World,
    secret: ObjectRef,
    configurations: readonly KubernetesObject[],
    services: readonly ObjectRef[],
): Promise<AuthorityMemory | Unfit> {
    const live = await world.objects.read(secret);
    if (live === undefined) return { why: `${keyOf(secret)} is not there` };
    const why = whyKept(world, live, await world.objects.serverTime());
    return why === undefined ? { secret: live, configurations, services } : { why };
}

/** Ends when the certificate is there and trusted; pods still present the former one, which stays trusted too. */
export async function presentOwn(
    world: World,
    migrationId: string,
    memory: AuthorityMemory,
    dnsNames: readonly string[],
): Promise<void> {
    const live = await readSecret(world, refTo(memory.secret));
    const facts = certificateIn(world, live);
    if (facts?.isOwn === true && sameNames(facts.dnsNames, dnsNames)) {
        await trustOwn(world, migrationId, memory);
        return;
    }
    if (isOthers(world, live, memory)) throw changedByOthers(live);
    const like = textOf(memory.secret, CERTIFICATE);
    const issued = await world.certificates.issue({ like, dnsNames, now: await world.objects.serverTime() });
    // Pods may present it from the moment the Secret has it.
    await trust(world, migrationId, memory, Buffer.from(issued.authority).toString("base64"));
    await putCertificate(world, live, issued);
}

/** To be called again whenever somebody writes the configurations: EKS puts the add-on's authority in place of ours. */
export async function trustOwn(world: World, migrationId: string, memory: AuthorityMemory): Promise<void> {
    const live = await readSecret(world, refTo(memory.secret));
    const authority = bytesOf(live)[AUTHORITY];
    if (authority !== undefined && certificateIn(world, live)?.isOwn === true)
        await trust(world, migrationId, memory, authority);
}

/** From here on the API server asks no pod over a connection that it had before. */
export async function forgetConnections(
    world: World,
    migrationId: string,
    memory: AuthorityMemory,
): Promise<void> {
    await askAnew(world, migrationId, trusting(memory));
}

/** Whether the Secret holds the move's certificate, which is for the old and the new names. */
export async function presentsOwn(world: World, { secret }: AuthorityMemory): Promise<boolean> {
    return certificateIn(world, await world.objects.read(refTo(secret)))?.isOwn === true;
}

/** What Helm's pods present, whichever of the two certificates the Secret holds; and what the add-on's present, where `applied` is known. */
export async function trustFormer(
    world: World,
    migrationId: string,
    memory: AuthorityMemory,
    applied: readonly KubernetesObject[] = [],
): Promise<void> {
    for (const bundle of new Set([...memory.configurations, ...applied].flatMap(bundlesOf)))
        await trust(world, migrationId, memory, bundle);
    await trustOwn(world, migrationId, memory);
}

/** Whether the Secret's bytes, and who trusts them, are as they were. */
export async function isAsBefore(
    world: World,
    { secret, configurations }: AuthorityMemory,
): Promise<boolean> {
    const live = await readMany(world, [secret, ...configurations].map(refTo));
    return (
        sameBytes(bytesOf(live.get(keyOf(refTo(secret)))), bytesOf(secret)) &&
        configurations.every((one) => {
            const now = live.get(keyOf(refTo(one)));
            return now !== undefined && bundlesOf(now).join() === bundlesOf(one).join();
        })
    );
}

/** Once no pod presents our certificate any more. `applied` are the configurations as EKS left them, before ours was added again. */
export async function leaveToAddon(
    world: World,
    migrationId: string,
    memory: AuthorityMemory,
    applied: readonly KubernetesObject[],
): Promise<void> {
    await endTrust(world, migrationId, trusting(memory));
    await Promise.all(applied.map((one) => restoreOwners(world, one)));
}

/** `awaitPods` returns when every pod presents a certificate for exactly the former names. */
export async function takeOwnBack(
    world: World,
    migrationId: string,
    memory: AuthorityMemory,
    awaitPods: () => Promise<void>,
): Promise<void> {
    await trustFormer(world, migrationId, memory);
    const live = await readSecret(world, refTo(memory.secret));
    if (isOthers(world, live, memory)) throw changedByOthers(live);
    await putBytes(world, live, bytesOf(memory.secret));
    await restoreOwners(world, memory.secret);
    await awaitPods();
    await Promise.all(memory.configurations.map((one) => restoreBundles(world, one)));
    await Promise.all(memory.configurations.map((one) => restoreOwners(world, one)));
}

/** Neither what was remembered nor what the move put there. */
function isOthers(world: World, live: KubernetesObject, { secret }: AuthorityMemory): boolean {
    return certificateIn(world, live)?.isOwn !== true && !sameBytes(bytesOf(live), bytesOf(secret));
}

function changedByOthers({ metadata }: KubernetesObject): Error {
    return new Error(
        `somebody changed the certificate in Secret ${metadata.namespace}/${metadata.name} during the move`,
    );
}

function trust(world: World, migrationId: string, memory: AuthorityMemory, authority: string): Promise<void> {
    return trustForMove(world, migrationId, trusting(memory), authority);
}

function trusting({ configurations, services }: AuthorityMemory): Trusting {
    return { objects: configurations.map(refTo), services };
}

async function restoreOwners(world: World, former: KubernetesObject): Promise<void> {
    await restoreFieldManagers(world, former, await world.objects.read(refTo(former)));
}
