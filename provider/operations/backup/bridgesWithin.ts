// A planned handover comes in; Services, Leases, Secrets and CRDs of it that are neither the release's nor the add-on's go out. Pure.
import { keyOf } from "../../kubernetes/objectRef";
import {
    type AdmissionComponent,
    type HandingOver,
    handingOver,
    isConverting,
    isShared,
    type SharedComponent,
    servicesOf,
    together,
} from "../../plan/handoverOrder";
import type { Plan } from "../../plan/plan";
import type { KubernetesObject, ObjectRef } from "../../ports/world";
import type { Profile } from "../../profiles/profile";
import type { Ownable } from "./ownable";

/** Requests are led from a Service of the release to the add-on's, under a certificate of the release, for the models' CRDs and the release's webhooks. */
export function bridgesBeyond(
    plan: Plan,
    { profiles: [profile] }: Ownable,
    rendered: ReadonlyMap<string, KubernetesObject> | undefined,
): string[] {
    const known = new Set(plan.controllers.map(({ workload }) => keyOf(workload)));
    const isOwn = (ref: ObjectRef) => rendered === undefined || rendered.has(keyOf(ref));
    const groups = profile?.customResourceGroups ?? [];
    return handingOver(plan).flatMap((one) => {
        const { component } = one;
        const services = (profile?.controllers ?? [])
            .filter((known) => [known.component, known.handover?.signedBy].includes(component))
            .map(({ handover }) => handover?.service);
        const isAddons = ({ kind, namespace, name }: ObjectRef) =>
            kind === "Service" && namespace === profile?.addonNamespace && services.includes(name);
        const pairs = servicesOf(one);
        return [
            ...[...pairs.map(({ from }) => from), ...askingOf(one)].filter((ref) => !isOwn(ref)).map(keyOf),
            ...together(plan, one)
                .map(({ workload }) => keyOf(workload))
                .filter((key) => !known.has(key)),
            ...pairs.flatMap(({ to }) => (isAddons(to) ? [] : [keyOf(to)])),
            ...(isConverting(one)
                ? one.bridge.crds.filter((crd) => !groups.some((group) => crd.endsWith(`.${group}`)))
                : leasesBeyond(one, profile)),
        ];
    });
}

/** What is written besides Services, Leases and Secrets, and has to be the release's. */
function askingOf(one: HandingOver): readonly ObjectRef[] {
    if (isConverting(one)) return [one.bridge.certificate];
    return isShared(one) ? one.shared.references : one.admission.configurations;
}

/** Secret and Lease are where Helm's pods run; the other ones have the same names in the add-on's namespace. */
function leasesBeyond(one: AdmissionComponent | SharedComponent, profile: Profile | undefined): string[] {
    const { namespace } = one.workload;
    const { secret, lease, nextLease } = isShared(one) ? one.shared : one.admission;
    const isLease = ({ apiVersion, kind }: ObjectRef) =>
        apiVersion === "coordination.k8s.io/v1" && kind === "Lease";
    const isFine =
        isLease(lease) &&
        isLease(nextLease) &&
        lease.namespace === namespace &&
        nextLease.namespace === profile?.addonNamespace &&
        nextLease.name === lease.name;
    const isSecret = secret.kind === "Secret" && secret.namespace === namespace;
    const next = isShared(one) ? [one.shared.nextSecret] : [];
    const strays = next.filter(
        ({ kind, name, ...ref }) =>
            kind !== "Secret" || name !== secret.name || ref.namespace !== profile?.addonNamespace,
    );
    return [
        ...(isFine ? [] : [keyOf(lease), keyOf(nextLease)]),
        ...(isSecret ? [] : [keyOf(secret)]),
        ...strays.map(keyOf),
    ];
}
