// Which of the objects that EKS made are one add-on's: proved object by object from the profile's names, the add-on's namespace and links to what is proved. Deletes nothing; what is not proved is somebody else's.

import { groupOf } from "../../kubernetes/customResourceDefinitions";
import { EKS_MANAGER } from "../../kubernetes/fieldManagers";
import { carriesLabels } from "../../kubernetes/labels";
import { keyOf, onlyThis, refTo } from "../../kubernetes/objectRef";
import { readMany } from "../../kubernetes/readMany";
import type { KubernetesObject, ObjectRef, World } from "../../ports/world";
import type { Profile } from "../../profiles/profile";

/** An object that was proved; another one of its name is not it. */
export interface OwnedRef extends ObjectRef {
    readonly uid?: string;
}

export interface MadeByAddon {
    readonly own: readonly OwnedRef[];
    /** Made by EKS in the same time, and not proved to be this add-on's. */
    readonly unproved: readonly ObjectRef[];
    /** Kinds that could not be searched. */
    readonly unanswered: readonly string[];
}

/** Every add-on may have objects here. */
const SHARED_NAMESPACES = new Set(["kube-system", "default", "kube-public", "kube-node-lease"]);
const NAME_LABELS = ["app.kubernetes.io/name", "app.kubernetes.io/instance", "k8s-app"];

/** EKS applies all add-ons as one field manager, so the manager and the time alone prove nothing. What is proved to be of one of `beside`, which are made in the same time, is nobody's question. */
export async function madeByAddon(
    world: World,
    profile: Profile,
    since: string,
    beside: readonly Profile[] = [],
): Promise<MadeByAddon> {
    return provedOf(profile, await madeByEks(world, since, profile.extensionGroups), beside);
}

/** What EKS made, for whichever add-on. */
export interface MadeByEks {
    /** In their live form. */
    readonly objects: readonly KubernetesObject[];
    /** Kinds that could not be searched. */
    readonly unanswered: readonly string[];
    /** All that the cluster has. */
    readonly addons: readonly string[];
}

/** Of the kinds of extensions those of `groups` alone are searched when they are given. */
export async function madeByEks(
    world: World,
    since: string,
    groups: readonly string[] | undefined,
): Promise<MadeByEks> {
    const [{ objects, unanswered }, addons] = await Promise.all([
        world.objects.createdBy(EKS_MANAGER, since, groups),
        world.addons.list(),
    ]);
    const refs = objects.map(refTo);
    const found = await readMany(world, refs);
    return { objects: refs.flatMap((ref) => found.get(keyOf(ref)) ?? []), unanswered, addons };
}

export function provedOf(
    profile: Profile,
    { objects, unanswered, addons }: MadeByEks,
    beside: readonly Profile[],
): MadeByAddon {
    const ownOf = (one: Profile) =>
        ownAmong(
            objects,
            one,
            addons.filter((name) => name !== one.addonName),
        );
    const own = ownOf(profile);
    const known = new Set([...own, ...beside.flatMap(ownOf)]);
    return {
        own: own.map(ownedRef),
        unproved: objects.filter((object) => !known.has(object)).map(refTo),
        unanswered,
    };
}

export function ownedRef(object: KubernetesObject): OwnedRef {
    return { ...refTo(object), ...onlyThis(object) };
}

/** A line for people; undefined when everything was proved. What was there before the add-on, `former`, is not told. */
export function describeUnproved(
    profile: Profile,
    found: Pick<MadeByAddon, "unproved" | "unanswered">,
    former: readonly KubernetesObject[] = [],
): string | undefined {
    const { unanswered } = found;
    const known = new Set(former.map((object) => keyOf(refTo(object))));
    const unproved = found.unproved.filter((ref) => !known.has(keyOf(ref)));
    const parts = [
        ...(unproved.length === 0
            ? []
            : [
                  `EKS made these in the same time, and nothing proves that they are the add-on ${profile.addonName}'s: ${unproved.map(keyOf).sort().join(", ")}; an undo leaves them`,
              ]),
        ...(unanswered.length === 0
            ? []
            : [
                  `the cluster does not answer for ${[...unanswered].sort().join(", ")}, so what ${profile.addonName} made of these kinds is not known; an undo leaves it`,
              ]),
    ];
    return parts.length === 0 ? undefined : parts.join("; ");
}

/** Grows from what names and places prove to what that is linked with, until nothing is added. */
export function ownAmong(
    objects: readonly KubernetesObject[],
    profile: Profile,
    otherAddons: readonly string[],
): KubernetesObject[] {
    const candidates = objects.filter((object) => !isOfOther(object, profile, otherAddons));
    const own = new Set(candidates.filter((object) => isKnown(object, profile)));
    for (let before = -1; before < own.size; ) {
        before = own.size;
        for (const object of candidates)
            if (!own.has(object) && isLinked(object, own, objects)) own.add(object);
    }
    return [...own];
}

function isOfOther({ metadata }: KubernetesObject, profile: Profile, addons: readonly string[]): boolean {
    if (hasKnownName(metadata.name, profile)) return false;
    const { name, labels = {} } = metadata;
    return addons.some(
        (addon) =>
            name === addon ||
            name.startsWith(`${addon}-`) ||
            NAME_LABELS.some((label) => labels[label] === addon),
    );
}

function hasKnownName(name: string, { addonName, addonPrefix, addonNames }: Profile): boolean {
    return (
        name === addonName ||
        name.startsWith(`${addonName}-`) ||
        (addonPrefix !== undefined && name.startsWith(addonPrefix)) ||
        addonNames?.test(name) === true
    );
}

function isKnown(object: KubernetesObject, profile: Profile): boolean {
    const { name, namespace, labels = {} } = object.metadata;
    const place = profile.addonNamespace;
    if (hasKnownName(name, profile)) return true;
    if ([profile.addonName, profile.chart].includes(labels["app.kubernetes.io/name"] ?? "")) return true;
    if (object.kind === "CustomResourceDefinition")
        return [...profile.customResourceGroups, ...profile.otherCustomResourceGroups].includes(
            groupOf(object),
        );
    if (SHARED_NAMESPACES.has(place)) return false;
    const isPlace = object.kind === "Namespace" && name === place;
    return namespace === place || isPlace || placesNamedBy(object).includes(place);
}

interface Links {
    readonly subjects?: readonly {
        readonly kind?: string;
        readonly name?: string;
        readonly namespace?: string;
    }[];
    readonly webhooks?: readonly { readonly clientConfig?: { readonly service?: ServiceRef } }[];
    readonly roleRef?: { readonly kind: string; readonly name: string };
    readonly spec?: {
        readonly service?: ServiceRef;
        readonly selector?: Readonly<Record<string, unknown>>;
        readonly template?: {
            readonly metadata?: { readonly labels?: Readonly<Record<string, string>> };
            readonly spec?: PodSpec;
        };
    };
}

interface ServiceRef {
    readonly name?: string;
    readonly namespace?: string;
}

interface PodSpec {
    readonly serviceAccountName?: string;
    readonly priorityClassName?: string;
    readonly volumes?: readonly {
        readonly configMap?: { readonly name?: string };
        readonly secret?: { readonly secretName?: string };
    }[];
}

/** Namespaces of the service accounts that a binding names, and of the services that requests are sent to. */
function placesNamedBy(object: KubernetesObject): (string | undefined)[] {
    const { subjects = [], webhooks = [], spec } = object as KubernetesObject & Links;
    return [
        ...subjects.map(({ namespace }) => namespace),
        ...webhooks.map(({ clientConfig }) => clientConfig?.service?.namespace),
        spec?.service?.namespace,
    ];
}

function isLinked(
    object: KubernetesObject,
    own: ReadonlySet<KubernetesObject>,
    all: readonly KubernetesObject[],
): boolean {
    const { kind, metadata } = object;
    const { subjects = [], webhooks = [], spec } = object as KubernetesObject & Links;
    const proved = [...own];
    const has = (ownKind: string, { name, namespace }: ServiceRef) =>
        proved.some(
            (one) =>
                one.kind === ownKind && one.metadata.name === name && one.metadata.namespace === namespace,
        );
    const owners = metadata.ownerReferences ?? [];
    if (owners.some(({ uid }) => proved.some((one) => one.metadata.uid === uid))) return true;
    switch (kind) {
        case "ClusterRoleBinding":
        case "RoleBinding":
            return subjects.length > 0 && subjects.every((subject) => has("ServiceAccount", subject));
        case "ClusterRole":
        case "Role": {
            const binders = all.filter((one) => boundRole(one) === keyOf(refTo(object)));
            return binders.length > 0 && binders.every((one) => own.has(one));
        }
        case "MutatingWebhookConfiguration":
        case "ValidatingWebhookConfiguration":
            return (
                webhooks.length > 0 &&
                webhooks.every(({ clientConfig }) => has("Service", clientConfig?.service ?? {}))
            );
        case "APIService":
            return has("Service", spec?.service ?? {});
        default:
            return proved.some((workload) => isUsedBy(object, workload));
    }
}

/** What a workload's pods run under, mount, and are reached by. */
function isUsedBy({ kind, metadata, spec }: KubernetesObject, workload: KubernetesObject): boolean {
    const { template } = (workload as KubernetesObject & Links).spec ?? {};
    if (template === undefined) return false;
    const pod = template.spec ?? {};
    if (kind === "PriorityClass") return pod.priorityClassName === metadata.name;
    if (metadata.namespace !== workload.metadata.namespace) return false;
    switch (kind) {
        case "ServiceAccount":
            return pod.serviceAccountName === metadata.name;
        case "ConfigMap":
            return (pod.volumes ?? []).some(({ configMap }) => configMap?.name === metadata.name);
        case "Secret":
            return (pod.volumes ?? []).some(({ secret }) => secret?.secretName === metadata.name);
        case "Service":
        case "PodDisruptionBudget": {
            const { selector = {} } = (spec ?? {}) as { selector?: Record<string, unknown> };
            const wanted = (selector.matchLabels as Record<string, unknown> | undefined) ?? selector;
            return Object.keys(wanted).length > 0 && carriesLabels(template.metadata?.labels, wanted);
        }
        default:
            return false;
    }
}

function boundRole(object: KubernetesObject): string | undefined {
    const { roleRef } = object as KubernetesObject & Links;
    if (roleRef === undefined) return undefined;
    const { namespace } = object.metadata;
    const place = roleRef.kind === "Role" && namespace !== undefined ? { namespace } : {};
    return keyOf({ apiVersion: object.apiVersion, kind: roleRef.kind, name: roleRef.name, ...place });
}
