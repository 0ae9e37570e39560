// One controller that the API server asks on admission comes in, as it was found; what its requests are led over, or why they cannot be, goes out. Pure: every name is one that was found, but for the add-on's own Service.
import type { ReleaseController } from "../discovery/controllers";
import type { Discovery } from "../discovery/discover";
import { serviceOfAddon } from "../discovery/handover";
import { INJECT } from "../kubernetes/certManagerAnnotations";
import { clientConfigsOf } from "../kubernetes/clientConfigs";
import { keyOf, refTo } from "../kubernetes/objectRef";
import type { KubernetesObject, ObjectRef } from "../ports/world";
import type { HandoverSigns } from "../profiles/controllerSigns";
import type { Profile } from "../profiles/profile";
import { distinct, serviceNamed, servicesAsked } from "./askedServices";
import { isStopped, leaseOf } from "./helmsPods";
import type { AdmissionBridge } from "./plan";

export interface AdmissionDecision {
    readonly admission?: AdmissionBridge;
    /** Sentences. */
    readonly why: readonly string[];
}

/** The first reason is enough: those behind it rest on what it says. */
export function admissionBridge(
    { workload }: ReleaseController,
    signs: HandoverSigns,
    { live, handover, releases }: Discovery,
    { addonNamespace, runtimeObjects }: Profile,
    isBypassed: boolean,
): AdmissionDecision {
    if (isStopped(workload)) return because("it does not run now");
    const asked = handover.configurations.filter((one) => servicesAsked(one, live, workload).length > 0);
    const [from, ...others] = distinct(asked.flatMap((one) => servicesAsked(one, live, workload)));
    if (from === undefined) return because("no webhook configuration asks a Service of its pods");
    if (others.length > 0)
        return because(
            `its webhooks ask several Services: ${[from, ...others].map(keyOf).sort().join(", ")}`,
        );
    const foreign = asked.find((one) => !live.has(keyOf(refTo(one))));
    if (foreign !== undefined)
        return because(`${keyOf(refTo(foreign))}, which is not of the release, asks ${keyOf(from)} too`);
    const to = serviceOfAddon(addonNamespace, signs.service);
    if (keyOf(to) === keyOf(from)) return because(`${keyOf(from)} has the add-on's name already`);
    if (handover.taken.some((one) => keyOf(one) === keyOf(to)))
        return because(`${keyOf(to)} is there already`);
    const distrusted = asked.map((one) => whyNotTrusted(one, from)).find((why) => why !== undefined);
    if (distrusted !== undefined) return because(distrusted);
    const secret = secretFor(from, workload, handover.secrets);
    if (typeof secret === "string") return because(secret);
    const kept = runtimeObjects(releases[0]?.namespace ?? "").map(keyOf);
    if (!live.has(keyOf(secret)) && !kept.includes(keyOf(secret)))
        return because(`${keyOf(secret)} is neither of the release nor among what a move keeps a copy of`);
    const lease = leaseOf(handover.leases, workload);
    if (typeof lease === "string") return because(lease);
    const configurations = asked.map(refTo).sort((a, b) => (keyOf(a) < keyOf(b) ? -1 : 1));
    const nextLease = { ...lease, namespace: addonNamespace };
    return { admission: { from, to, secret, configurations, lease, nextLease, isBypassed }, why: [] };
}

function because(reason: string): AdmissionDecision {
    return { why: [reason] };
}

/** Another authority is added to the one that is there, and nobody may write it meanwhile. */
function whyNotTrusted(configuration: KubernetesObject, from: ObjectRef): string | undefined {
    const name = keyOf(refTo(configuration));
    if (configuration.metadata.annotations?.[INJECT] !== undefined)
        return `cert-manager writes the authority of ${name}`;
    const entries = [...clientConfigsOf(configuration).values()].filter((config) => {
        const service = serviceNamed(config);
        return service !== undefined && keyOf(service) === keyOf(from);
    });
    return entries.every(({ caBundle }) => caBundle)
        ? undefined
        : `${name} names no authority that its pods are trusted under`;
}

/** A sentence when it is not known what its pods present, or when nothing else can be put there. */
function secretFor(
    { namespace, name }: ObjectRef,
    { metadata }: KubernetesObject,
    secrets: Discovery["handover"]["secrets"],
): ObjectRef | string {
    const host = `${name}.${namespace}.svc`;
    const [found, ...more] = secrets.filter(
        ({ ref, dnsNames }) => ref.namespace === metadata.namespace && dnsNames.includes(host),
    );
    if (found === undefined) return `no Secret that its pods mount holds a certificate for ${host}`;
    if (more.length > 0) return `its pods mount several Secrets with a certificate for ${host}`;
    return found.kept ?? found.ref;
}
