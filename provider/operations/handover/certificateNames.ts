// A Certificate of cert-manager, and the CRDs that trust its authority, come in; it gets other DNS names without a moment in which the API server does not trust what pods present. Every reissue is another authority: both are trusted until the pods are through.
import { keyOf, refTo, restoreFieldManagers } from "../../kubernetes/restore";
import { poll } from "../../ports/poll";
import type { KubernetesObject, ObjectRef, World } from "../../ports/world";
import { restoreBundles, trustAuthority } from "./caBundles";
import { bytesOf, sameBytes } from "./tlsSecrets";

const INJECT = "cert-manager.io/inject-ca-from";
/** Kubelets need longer than this to show a changed Secret. */
const LOOK_MS = 100;
/** What cert-manager has begun to sign it writes within this time, also over what was put back. */
const QUIET_MS = 2_000;

interface CertificateShape {
    readonly spec?: { readonly dnsNames?: readonly string[]; readonly secretName?: string };
    readonly status?: {
        readonly conditions?: readonly {
            readonly type: string;
            readonly status: string;
            readonly observedGeneration?: number;
        }[];
    };
}

/** What an undo needs. */
export interface NamesMemory {
    /** All of them as they were. */
    readonly certificate: KubernetesObject;
    readonly secret: KubernetesObject;
    readonly crds: readonly KubernetesObject[];
}

/** Undefined when none of the CRDs takes its authority from a Certificate that is there and was issued. */
export async function rememberNames(
    world: World,
    crds: readonly KubernetesObject[],
): Promise<NamesMemory | undefined> {
    const places = new Set(crds.flatMap(({ metadata }) => metadata.annotations?.[INJECT] ?? []));
    const [place, ...others] = places;
    if (place === undefined || others.length > 0) return undefined;
    const [namespace = "", name = ""] = place.split("/");
    const ref = { apiVersion: "cert-manager.io/v1", kind: "Certificate", namespace, name };
    const certificate = await world.objects.read(ref);
    const { secretName } = (certificate as CertificateShape | undefined)?.spec ?? {};
    if (certificate === undefined || secretName === undefined) return undefined;
    const secret = await world.objects.read({
        apiVersion: "v1",
        kind: "Secret",
        namespace,
        name: secretName,
    });
    if (secret === undefined) return undefined;
    return {
        certificate,
        secret,
        crds: crds.filter(({ metadata }) => metadata.annotations?.[INJECT] === place),
    };
}

export function formerNames({ certificate }: NamesMemory): readonly string[] {
    return (certificate as CertificateShape).spec?.dnsNames ?? [];
}

/** Ends when the certificate is issued and trusted; pods still present the former one, which stays trusted too. */
export async function changeNames(
    world: World,
    memory: NamesMemory,
    dnsNames: readonly string[],
    timeoutMs: number,
): Promise<void> {
    // Whoever injects would put the new authority in place of the one that pods present.
    await Promise.all(memory.crds.map((crd) => stopInjection(world, refTo(crd))));
    const certificate = refTo(memory.certificate);
    await setNames(world, certificate, dnsNames);
    const pace = { timeoutMs, pauseMs: LOOK_MS };
    const look = async () => {
        const isIssued = await isReady(world, certificate);
        await trustIssued(world, memory);
        return isIssued;
    };
    if (await poll(world.clock, pace, look, (isIssued) => isIssued)) return;
    throw notIssued(certificate, dnsNames, timeoutMs);
}

/** To be called again and again while anything waits: cert-manager may issue anew at any time. */
export async function trustIssued(world: World, { secret, crds }: NamesMemory): Promise<void> {
    const authority = bytesOf(await world.objects.read(refTo(secret)))["ca.crt"];
    if (authority !== undefined) await trust(world, crds, authority);
}

/** `awaitPods` returns when every pod presents a certificate for exactly the former names. */
export async function takeNamesBack(
    world: World,
    memory: NamesMemory,
    timeoutMs: number,
    awaitPods: () => Promise<void>,
): Promise<void> {
    const { certificate, secret, crds } = memory;
    await Promise.all(crds.map((crd) => stopInjection(world, refTo(crd))));
    await trust(world, crds, bytesOf(secret)["ca.crt"] ?? "");
    await setNames(world, refTo(certificate), formerNames(memory));
    await putBytesBack(world, memory, timeoutMs);
    await Promise.all([certificate, secret].map((former) => restoreOwners(world, former)));
    await awaitPods();
    await Promise.all(crds.map((crd) => restoreTrust(world, crd)));
}

async function putBytesBack(world: World, memory: NamesMemory, timeoutMs: number): Promise<void> {
    const [certificate, secret] = [refTo(memory.certificate), refTo(memory.secret)];
    const data = bytesOf(memory.secret);
    let quietSince: number | undefined;
    const look = async () => {
        const live = bytesOf(await world.objects.read(secret));
        const now = world.clock.now();
        if (sameBytes(live, data) && (await isReady(world, certificate))) {
            quietSince ??= now;
            return now - quietSince >= QUIET_MS;
        }
        quietSince = undefined;
        await trustIssued(world, memory);
        if (!sameBytes(live, data)) await world.objects.merge(secret, { data });
        return false;
    };
    const pace = { timeoutMs, pauseMs: LOOK_MS };
    if (!(await poll(world.clock, pace, look, (isQuiet) => isQuiet)))
        throw notIssued(certificate, formerNames(memory), timeoutMs);
}

async function restoreOwners(world: World, former: KubernetesObject): Promise<void> {
    await restoreFieldManagers(world, former, await world.objects.read(refTo(former)));
}

async function stopInjection(world: World, ref: ObjectRef): Promise<void> {
    const live = await world.objects.read(ref);
    if (live?.metadata.annotations?.[INJECT] !== undefined)
        await world.objects.merge(ref, { metadata: { annotations: { [INJECT]: null } } });
}

async function setNames(world: World, ref: ObjectRef, dnsNames: readonly string[]): Promise<void> {
    const live = (await world.objects.read(ref)) as CertificateShape | undefined;
    if (live === undefined) throw new Error(`${keyOf(ref)} is gone`);
    if (live.spec?.dnsNames?.join() !== dnsNames.join())
        await world.objects.merge(ref, { spec: { dnsNames } });
}

function trust(world: World, crds: readonly KubernetesObject[], authority: string): Promise<void> {
    return trustAuthority(world, { objects: crds.map(refTo) }, authority);
}

async function restoreTrust(world: World, former: KubernetesObject): Promise<void> {
    // First what whoever injects will want to find.
    await restoreBundles(world, former);
    const ref = refTo(former);
    const live = await world.objects.read(ref);
    const place = former.metadata.annotations?.[INJECT];
    if (live?.metadata.annotations?.[INJECT] !== place)
        await world.objects.merge(ref, { metadata: { annotations: { [INJECT]: place ?? null } } });
    await restoreOwners(world, former);
}

async function isReady(world: World, ref: ObjectRef): Promise<boolean> {
    const live = await world.objects.read(ref);
    const ready = (live as CertificateShape | undefined)?.status?.conditions?.find(
        ({ type }) => type === "Ready",
    );
    // The condition of another generation says nothing of the names as they are now.
    return ready?.status === "True" && ready.observedGeneration === live?.metadata.generation;
}

function notIssued(ref: ObjectRef, dnsNames: readonly string[], timeoutMs: number): Error {
    return new Error(
        `cert-manager did not issue ${keyOf(ref)} for ${dnsNames.join(", ")} within ${Math.round(timeoutMs / 1000)} s`,
    );
}
