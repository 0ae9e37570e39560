// A controller that signs for others and leads comes in with these, as they were found; what their requests are led over, or why they cannot be, goes out. Pure: every name is one that was found, but for the add-on's own Services.
import type { ReleaseController } from "../discovery/controllers";
import type { Discovery } from "../discovery/discover";
import { type FoundSecret, serviceOfAddon } from "../discovery/handover";
import { INJECT } from "../kubernetes/certManagerAnnotations";
import { keyOf, refTo } from "../kubernetes/objectRef";
import type { KubernetesObject } from "../ports/world";
import type { ControllerSigns, HandoverSigns } from "../profiles/controllerSigns";
import type { Profile } from "../profiles/profile";
import { distinct, servicesAsked } from "./askedServices";
import { isStopped, leaseOf, selects } from "./helmsPods";
import type { ServicePair, SharedBridge } from "./plan";

export interface SharedDecision {
    readonly shared?: SharedBridge;
    /** Sentences. */
    readonly why: readonly string[];
}

interface AskedPair extends ServicePair {
    readonly references: readonly KubernetesObject[];
}

/** The first reason is enough: those behind it rest on what it says. */
export function sharedBridge(
    { component, workload }: ReleaseController,
    signs: HandoverSigns,
    discovery: Discovery,
    profile: Profile,
): SharedDecision {
    const { live, handover, controllers, releases } = discovery;
    const { addonNamespace, runtimeObjects } = profile;
    const signed = controllers.flatMap((one) => {
        const known = profile.controllers.find((other) => other.component === one.component);
        return known?.handover?.signedBy === component ? [{ controller: one, signs: known }] : [];
    });
    const stopped = [{ component, workload }, ...signed.map(({ controller }) => controller)].find((one) =>
        isStopped(one.workload),
    );
    if (stopped !== undefined) return because(`${stopped.component} does not run now`);
    if (signed.length === 0) return because("it signs for nobody");
    const asked: AskedPair[] = [];
    for (const one of signed) {
        const found = askedOf(one.controller, one.signs, discovery, profile);
        if (typeof found === "string") return because(found);
        asked.push(found);
    }
    const found = secretOf(asked, handover.secrets);
    if (typeof found === "string") return because(found);
    const secret = found.ref;
    const kept = runtimeObjects(releases[0]?.namespace ?? "").map(keyOf);
    if (!live.has(keyOf(secret)) && !kept.includes(keyOf(secret)))
        return because(`${keyOf(secret)} is neither of the release nor among what a move keeps a copy of`);
    const lease = leaseOf(handover.leases, workload);
    if (typeof lease === "string") return because(lease);
    const leading = leadingOf(workload, signs, found, discovery, addonNamespace);
    if (typeof leading === "string") return because(leading);
    const references = distinct(asked.flatMap((one) => one.references.map(refTo)));
    return {
        shared: {
            leading,
            services: asked.map(({ from, to }) => ({ from, to })),
            secret,
            nextSecret: { ...secret, namespace: addonNamespace },
            references,
            lease,
            nextLease: { ...lease, namespace: addonNamespace },
        },
        why: [],
    };
}

function because(reason: string): SharedDecision {
    return { why: [reason] };
}

/** Who asks one of them, and through which Service; a sentence where that is not known. */
function askedOf(
    { component, workload }: ReleaseController,
    { serves, handover: signs }: ControllerSigns,
    { live, handover }: Discovery,
    { addonNamespace }: Profile,
): AskedPair | string {
    const aggregated = [...live.values()].filter(
        ({ kind, metadata }) => kind === "APIService" && metadata.name === serves.apiService,
    );
    const references = [...aggregated, ...handover.configurations].filter((one) => {
        return servicesAsked(one, live, workload).length > 0;
    });
    const [from, ...others] = distinct(references.flatMap((one) => servicesAsked(one, live, workload)));
    if (from === undefined) return `nobody asks a Service of the pods of ${component}`;
    if (others.length > 0)
        return `${component} is asked through several Services: ${[from, ...others].map(keyOf).sort().join(", ")}`;
    const foreign = references.find((one) => !live.has(keyOf(refTo(one))));
    if (foreign !== undefined)
        return `${keyOf(refTo(foreign))}, which is not of the release, asks ${keyOf(from)} too`;
    const injected = references.find(({ metadata }) => metadata.annotations?.[INJECT] !== undefined);
    if (injected !== undefined) return `cert-manager writes the authority of ${keyOf(refTo(injected))}`;
    const to = serviceOfAddon(addonNamespace, signs?.service ?? "");
    if (keyOf(to) === keyOf(from)) return `${keyOf(from)} has the add-on's name already`;
    return handover.taken.some((one) => keyOf(one) === keyOf(to))
        ? `${keyOf(to)} is there already`
        : { from, to, references };
}

/** The Service by which the others ask the one that leads; a sentence where the add-on's cannot ask it too. */
function leadingOf(
    workload: KubernetesObject,
    signs: HandoverSigns,
    { ref, dnsNames }: FoundSecret,
    { live, handover }: Discovery,
    addonNamespace: string,
): ServicePair | string {
    const own = [...live.values()].filter(
        (one) =>
            one.kind === "Service" &&
            selects(one, workload) &&
            dnsNames.includes(`${one.metadata.name}.${one.metadata.namespace}.svc`),
    );
    const [service, ...others] = own;
    if (service === undefined) return `the certificate in ${keyOf(ref)} is for no Service of its pods`;
    if (others.length > 0)
        return `the certificate in ${keyOf(ref)} is for several Services of its pods: ${own
            .map((one) => keyOf(refTo(one)))
            .sort()
            .join(", ")}`;
    const to = serviceOfAddon(addonNamespace, signs.service);
    return handover.taken.some((one) => keyOf(one) === keyOf(to))
        ? `${keyOf(to)} is there already`
        : { from: refTo(service), to };
}

/** The one that all of them present; a sentence when there is none, or when the other generation cannot have the same. */
function secretOf(asked: readonly AskedPair[], secrets: readonly FoundSecret[]): FoundSecret | string {
    const hosts = asked.map(({ from }) => `${from.name}.${from.namespace}.svc`);
    const found = secrets.filter(
        ({ ref, dnsNames }) =>
            ref.namespace === asked[0]?.from.namespace && hosts.every((host) => dnsNames.includes(host)),
    );
    const [ref, ...more] = distinct(found.map((one) => one.ref));
    const secret = found[0];
    if (ref === undefined || secret === undefined)
        return `no Secret that their pods mount holds a certificate for ${hosts.join(" and ")}`;
    if (more.length > 0)
        return `their pods mount several Secrets with a certificate for ${hosts.join(" and ")}`;
    if (secret.kept !== undefined) return secret.kept;
    if (!secret.isSigning) return `${keyOf(ref)} does not hold its authority with its key`;
    return secret.isTaken ? `a Secret ${ref.name} is in the add-on's namespace already` : secret;
}
