// Secrets of TLS servers come in; what their certificates say goes out, and data is put into them and back. Signs nothing.

import type { CertificateFacts, IssuedCertificate, KubernetesObject, ObjectRef, World } from "../ports/world";
import { keyOf, refTo } from "./objectRef";

export const CERTIFICATE = "tls.crt";
export const AUTHORITY = "ca.crt";
export const AUTHORITY_KEY = "ca.key";
const KEY = "tls.key";
/** What cert-manager writes on Secrets that it keeps. */
const KEPT_BY_CERT_MANAGER = "cert-manager.io/certificate-name";

/** Why a part of the handover cannot be done here. */
export interface Unfit {
    /** For the plan. */
    readonly why: string;
}

/** Data of a Secret, base64. */
export type Bytes = Readonly<Record<string, string>>;

export function bytesOf(secret: KubernetesObject | undefined): Bytes {
    return (secret?.data ?? {}) as Bytes;
}

export function sameBytes(one: Bytes, other: Bytes): boolean {
    const keys = Object.keys(other);
    return Object.keys(one).length === keys.length && keys.every((key) => one[key] === other[key]);
}

export function textOf(secret: KubernetesObject | undefined, key: string): string {
    return Buffer.from(bytesOf(secret)[key] ?? "", "base64").toString();
}

export function certificateIn(
    world: World,
    secret: KubernetesObject | undefined,
): CertificateFacts | undefined {
    return world.certificates.read(textOf(secret, CERTIFICATE));
}

/** Why another certificate cannot be put there for the time of a move; undefined when it can. */
export function whyKept(world: World, secret: KubernetesObject, now: string): string | undefined {
    const name = `Secret ${secret.metadata.namespace}/${secret.metadata.name}`;
    const keeper = secret.metadata.annotations?.[KEPT_BY_CERT_MANAGER];
    if (keeper !== undefined) return `cert-manager keeps ${name} for its Certificate ${keeper}`;
    if ((secret as { immutable?: boolean }).immutable === true) return `${name} is immutable`;
    const facts = certificateIn(world, secret);
    if (facts === undefined) return `${name} holds no certificate`;
    return Date.parse(facts.notAfter) > Date.parse(now)
        ? undefined
        : `the certificate in ${name} ended on ${facts.notAfter}`;
}

export function sameNames(one: readonly string[] = [], other: readonly string[] = []): boolean {
    return [...one].sort().join() === [...other].sort().join();
}

export async function readSecret(world: World, ref: ObjectRef): Promise<KubernetesObject> {
    const live = await world.objects.read(ref);
    if (live === undefined) throw new Error(`${keyOf(ref)} is gone`);
    return live;
}

/** On top of what was read: another writer's change is not overwritten unseen. */
export async function putCertificate(
    world: World,
    live: KubernetesObject,
    { authority, certificate, key }: IssuedCertificate,
): Promise<void> {
    const data = { [AUTHORITY]: base64(authority), [CERTIFICATE]: base64(certificate), [KEY]: base64(key) };
    const { resourceVersion = "" } = live.metadata;
    await world.objects.merge(refTo(live), { metadata: { resourceVersion }, data });
}

/** Exactly these keys and bytes. */
export async function putBytes(world: World, live: KubernetesObject, data: Bytes): Promise<void> {
    if (sameBytes(bytesOf(live), data)) return;
    const gone = Object.keys(bytesOf(live)).filter((key) => !(key in data));
    const { resourceVersion = "" } = live.metadata;
    await world.objects.merge(refTo(live), {
        metadata: { resourceVersion },
        data: { ...Object.fromEntries(gone.map((key) => [key, null])), ...data },
    });
}

function base64(text: string): string {
    return Buffer.from(text).toString("base64");
}
