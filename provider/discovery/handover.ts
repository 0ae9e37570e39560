// Controllers of a release come in; what decides whether they can hand over without a pause goes out: who leads, which names of the add-on are taken, who asks them, and what they present. Writes nothing.
import { mapConcurrently } from "../../common/mapConcurrently";
import { AUTHORITY, AUTHORITY_KEY, certificateIn, textOf, whyKept } from "../kubernetes/tlsSecrets";
import { HANDOVER_RIGHTS, LEADERSHIP_RIGHTS } from "../permissions/clusterRights";
import type { ClusterRight, KubernetesObject, ObjectRef, World } from "../ports/world";
import { AskedFor, type HandoverSigns } from "../profiles/controllerSigns";
import type { Profile } from "../profiles/profile";
import type { ReleaseController } from "./controllers";

export interface FoundForHandover {
    /** Of the namespaces of the controllers that could hand over. */
    readonly leases: readonly KubernetesObject[];
    /** Services that are there under the names that the add-on's will have. */
    readonly taken: readonly ObjectRef[];
    /** Webhook configurations, whoever made them; none where no controller is asked on admission. */
    readonly configurations: readonly KubernetesObject[];
    /** Secrets that controllers mount which present what is in them; without that. */
    readonly secrets: readonly FoundSecret[];
    /** What this principal may not, and would have to. */
    readonly missingRights: readonly ClusterRight[];
    /** Those that let one write decide who leads, where generations have Leases of their own. */
    readonly missingForLeases: readonly ClusterRight[];
}

export interface FoundSecret {
    readonly ref: ObjectRef;
    /** Of the certificate in it. */
    readonly dnsNames: readonly string[];
    /** Why another certificate cannot be put there for the time of a move; absent when it can. */
    readonly kept?: string;
    /** It holds the authority with its key. */
    readonly isSigning: boolean;
    /** One of the same name is in the add-on's namespace already. */
    readonly isTaken: boolean;
}

interface PodTemplate {
    readonly template?: {
        readonly spec?: {
            readonly volumes?: readonly { readonly secret?: { readonly secretName?: string } }[];
        };
    };
}

/** Whose certificate comes from a Secret that it mounts. */
const PRESENTS: ReadonlySet<AskedFor> = new Set([AskedFor.Admission, AskedFor.Signed]);
const REGISTRATION = "admissionregistration.k8s.io/v1";
const WEBHOOKS = ["MutatingWebhookConfiguration", "ValidatingWebhookConfiguration"];

export async function findForHandover(
    world: World,
    { controllers: all, addonNamespace }: Profile,
    controllers: readonly ReleaseController[],
): Promise<FoundForHandover> {
    const known = controllers.flatMap(({ component, workload }) => {
        const signs = all.find((one) => one.component === component)?.handover;
        return signs === undefined ? [] : [{ workload, signs }];
    });
    const isAskedOnAdmission = known.some(({ signs }) => PRESENTS.has(signs.askedFor));
    const [found, configurations, missingRights, missingForLeases] = await Promise.all([
        mapConcurrently(known, (one) => findOne(world, addonNamespace, one.workload, one.signs)),
        isAskedOnAdmission
            ? Promise.all(WEBHOOKS.map((kind) => world.objects.list(REGISTRATION, kind)))
            : Promise.resolve([]),
        known.length > 0 ? missingForHandover(world, addonNamespace) : [],
        isAskedOnAdmission ? missingOf(world, LEADERSHIP_RIGHTS) : [],
    ]);
    return {
        missingRights,
        missingForLeases,
        leases: found.flatMap(({ leases }) => leases),
        taken: found.flatMap(({ taken }) => taken),
        configurations: configurations.flat(),
        secrets: found.flatMap(({ secrets }) => secrets),
    };
}

async function findOne(
    world: World,
    addonNamespace: string,
    workload: KubernetesObject,
    { askedFor, service: name }: HandoverSigns,
): Promise<Pick<FoundForHandover, "leases" | "taken" | "secrets">> {
    const service = serviceOfAddon(addonNamespace, name);
    const { namespace = "" } = workload.metadata;
    const [leases, there, secrets] = await Promise.all([
        world.objects.list("coordination.k8s.io/v1", "Lease", { namespace }),
        world.objects.read(service),
        PRESENTS.has(askedFor) ? secretsOf(world, workload, addonNamespace) : [],
    ]);
    return { leases, taken: there === undefined ? [] : [service], secrets };
}

async function secretsOf(
    world: World,
    { metadata, spec }: KubernetesObject,
    addonNamespace: string,
): Promise<FoundSecret[]> {
    const { namespace = "" } = metadata;
    const { volumes = [] } = (spec as PodTemplate).template?.spec ?? {};
    const names = volumes.flatMap(({ secret }) => secret?.secretName ?? []);
    const now = await world.objects.serverTime();
    const found = await mapConcurrently(names, async (name): Promise<FoundSecret[]> => {
        const ref = { apiVersion: "v1", kind: "Secret", namespace, name };
        const [live, next] = await Promise.all([
            world.objects.read(ref),
            world.objects.read({ ...ref, namespace: addonNamespace }),
        ]);
        if (live === undefined) return [];
        const kept = whyKept(world, live, now);
        const dnsNames = certificateIn(world, live)?.dnsNames ?? [];
        const isSigning = textOf(live, AUTHORITY) !== "" && textOf(live, AUTHORITY_KEY) !== "";
        const isTaken = next !== undefined;
        return [{ ref, dnsNames, isSigning, isTaken, ...(kept === undefined ? {} : { kept }) }];
    });
    return found.flat();
}

/** What this principal may not, where Services are led over. */
export async function missingForHandover(world: World, namespace: string): Promise<ClusterRight[]> {
    return missingOf(
        world,
        HANDOVER_RIGHTS.map((right) => ({ ...right, namespace })),
    );
}

async function missingOf(world: World, rights: readonly ClusterRight[]): Promise<ClusterRight[]> {
    const answers = await mapConcurrently(rights, async (right) => ({
        right,
        isAllowed: await world.permissions?.allows(right),
    }));
    return answers.flatMap(({ right, isAllowed }) => (isAllowed === false ? [right] : []));
}

export function serviceOfAddon(namespace: string, name: string): ObjectRef {
    return { apiVersion: "v1", kind: "Service", namespace, name };
}
