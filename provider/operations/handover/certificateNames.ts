// A Certificate of cert-manager, and the CRDs that trust its authority, come in; it gets other DNS names without a moment in which the API server does not trust what pods present. Every reissue is another authority: both are trusted until the pods are through.
import { INJECT } from "../../kubernetes/certManagerAnnotations";
import { keyOf, refTo } from "../../kubernetes/objectRef";
import { restoreFieldManagers } from "../../kubernetes/restoreFieldManagers";
import { conditionOf } from "../../kubernetes/statusConditions";
import { bytesOf, sameBytes } from "../../kubernetes/tlsSecrets";
import type { ConversionBridge } from "../../plan/plan";
import { poll } from "../../ports/poll";
import type { KubernetesObject, ObjectRef, World } from "../../ports/world";
import { bundlesOf, restoreBundles, trustAuthority } from "./caBundles";

/** Kubelets need longer than this to show a changed Secret. */
const LOOK_MS = 100;
/** What cert-manager has begun to sign it writes within this time, also over what was put back. */
const QUIET_MS = 2_000;

interface CertificateShape {
    readonly spec?: { readonly dnsNames?: readonly string[]; readonly secretName?: string };
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

/** The same from objects as they were; throws where one of them is missing. */
export function namesIn(
    objects: readonly KubernetesObject[],
    { certificate: place, crds }: Pick<ConversionBridge, "certificate" | "crds">,
): NamesMemory {
    const one = (ref: ObjectRef) => {
        const found = objects.find((object) => keyOf(refTo(object)) === keyOf(ref));
        if (found === undefined) throw new Error(`${keyOf(ref)} is not in the backup`);
        return found;
    };
    const certificate = one(place);
    const { namespace = "" } = place;
    const { secretName: name = "" } = (certificate as CertificateShape).spec ?? {};
    return {
        certificate,
        secret: one({ apiVersion: "v1", kind: "Secret", namespace, name }),
        crds: crds.map((crd) =>
            one({ apiVersion: "apiextensions.k8s.io/v1", kind: "CustomResourceDefinition", name: crd }),
        ),
    };
}

/** Whether cert-manager has issued it for exactly these names. */
async function isIssuedFor(
    world: World,
    { certificate }: NamesMemory,
    dnsNames: readonly string[],
): Promise<boolean> {
    const live = (await world.objects.read(refTo(certificate))) as CertificateShape | undefined;
    return live?.spec?.dnsNames?.join() === dnsNames.join() && isReady(world, refTo(certificate));
}

/** Whether certificate, its bytes, and who trusts it are as they were. */
export async function areNamesBack(world: World, memory: NamesMemory): Promise<boolean> {
    const { secret, crds } = memory;
    if (!(await isIssuedFor(world, memory, formerNames(memory)))) return false;
    if (!sameBytes(bytesOf(await world.objects.read(refTo(secret))), bytesOf(secret))) return false;
    const live = await Promise.all(crds.map((crd) => world.objects.read(refTo(crd))));
    return crds.every((crd, index) => {
        const now = live[index];
        return (
            now !== undefined &&
            bundlesOf(now).join() === bundlesOf(crd).join() &&
            now.metadata.annotations?.[INJECT] === crd.metadata.annotations?.[INJECT]
        );
    });
}

/** For which names it is to be now. */
export async function namesNow(world: World, { certificate }: NamesMemory): Promise<readonly string[]> {
    const live = (await world.objects.read(refTo(certificate))) as CertificateShape | undefined;
    return live?.spec?.dnsNames ?? [];
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
    if (await poll(world.clock, pace, look, (isQuiet) => isQuiet)) return;
    const problem = notIssued(certificate, formerNames(memory), timeoutMs);
    if (!sameBytes(bytesOf(await world.objects.read(secret)), data)) throw problem;
    // Nobody issues anything: what was put back stays.
    world.log.warn(`${problem.message}; its former bytes are back`);
}

async function restoreOwners(world: World, former: KubernetesObject): Promise<void> {
    await restoreFieldManagers(world, former, await world.objects.read(refTo(former)));
}

/** Whoever injects authorities leaves this object alone from here on. */
export async function stopInjection(world: World, ref: ObjectRef): Promise<void> {
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
    const ready = conditionOf(live, "Ready");
    // The condition of another generation says nothing of the names as they are now.
    return ready?.status === "True" && ready.observedGeneration === live?.metadata.generation;
}

/** The time is over, and it is not issued. */
export class NotIssued extends Error {}

function notIssued(ref: ObjectRef, dnsNames: readonly string[], timeoutMs: number): Error {
    return new NotIssued(
        `cert-manager did not issue ${keyOf(ref)} for ${dnsNames.join(", ")} within ${Math.round(timeoutMs / 1000)} s`,
    );
}
