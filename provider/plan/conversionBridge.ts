// One controller that converts custom resources comes in, as it was found; what its requests are led over, or why they cannot be, goes out. Pure: every name is one that was found, but for the add-on's own Service.
import type { ReleaseController } from "../discovery/controllers";
import type { Discovery } from "../discovery/discover";
import { serviceOfAddon } from "../discovery/handover";
import { INJECT } from "../kubernetes/certManagerAnnotations";
import { keyOf } from "../kubernetes/objectRef";
import type { KubernetesObject, ObjectRef } from "../ports/world";
import type { HandoverSigns } from "../profiles/controllerSigns";
import type { Profile } from "../profiles/profile";
import { isStopped, leaseOf, selects } from "./helmsPods";
import type { ConversionBridge } from "./plan";

export interface BridgeDecision {
    readonly bridge?: ConversionBridge;
    /** Sentences. */
    readonly why: readonly string[];
}

interface Conversion {
    readonly conversion?: {
        readonly strategy?: string;
        readonly webhook?: {
            readonly clientConfig?: {
                readonly service?: { readonly namespace: string; readonly name: string };
            };
        };
    };
}

/** The first reason is enough: those behind it rest on what it says. */
export function conversionBridge(
    { workload }: ReleaseController,
    signs: HandoverSigns,
    discovery: Discovery,
    { addonNamespace }: Profile,
): BridgeDecision {
    if (isStopped(workload)) return because("it does not run now");
    const converted = discovery.definitions.filter((crd) => serviceOf(crd) !== undefined);
    const services = new Set(converted.map((crd) => keyOf(serviceOf(crd) as ObjectRef)));
    const from = converted[0] && serviceOf(converted[0]);
    if (from === undefined) return because("no CRD of the release is converted by a Service");
    if (services.size > 1)
        return because(`CRDs are converted by several Services: ${[...services].sort().join(", ")}`);
    const service = discovery.live.get(keyOf(from));
    if (service === undefined || !selects(service, workload))
        return because(`${keyOf(from)}, which converts the CRDs, does not lead to its pods alone`);
    const to = serviceOfAddon(addonNamespace, signs.service);
    if (keyOf(to) === keyOf(from)) return because(`${keyOf(from)} has the add-on's name already`);
    if (discovery.handover.taken.some((one) => keyOf(one) === keyOf(to)))
        return because(`${keyOf(to)} is there already`);
    const certificate = certificateOf(converted, from, discovery);
    if (typeof certificate === "string") return because(certificate);
    const lease = leaseOf(discovery.handover.leases, workload);
    if (typeof lease === "string") return because(lease);
    const crds = converted.map(({ metadata }) => metadata.name).sort();
    return { bridge: { from, to, certificate, crds, lease }, why: [] };
}

function because(reason: string): BridgeDecision {
    return { why: [reason] };
}

function serviceOf({ spec }: KubernetesObject): ObjectRef | undefined {
    const { strategy, webhook } = (spec as Conversion).conversion ?? {};
    const service = webhook?.clientConfig?.service;
    return strategy !== "Webhook" || service === undefined
        ? undefined
        : { apiVersion: "v1", kind: "Service", namespace: service.namespace, name: service.name };
}

/** That of cert-manager from which all of them take their authority; a sentence when there is none. */
function certificateOf(
    crds: readonly KubernetesObject[],
    { namespace, name }: ObjectRef,
    { live }: Discovery,
): ObjectRef | string {
    const places = new Set(crds.map(({ metadata }) => metadata.annotations?.[INJECT] ?? ""));
    const [place = "", ...more] = places;
    if (more.length > 0)
        return `the CRDs take their authority from several places: ${[...places].sort().join(", ")}`;
    if (place === "") return "cert-manager does not write the CRDs' authority";
    const [space = "", certificate = ""] = place.split("/");
    const ref = {
        apiVersion: "cert-manager.io/v1",
        kind: "Certificate",
        namespace: space,
        name: certificate,
    };
    const { dnsNames = [] } = (live.get(keyOf(ref))?.spec ?? {}) as { dnsNames?: readonly string[] };
    return dnsNames.includes(`${name}.${namespace}.svc`)
        ? ref
        : `${keyOf(ref)} of the release is not for the Service that converts the CRDs`;
}
