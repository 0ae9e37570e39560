// What a move can touch, read from the cluster in its live form, and the type in which the journal keeps it.
import { mapConcurrently } from "../../../common/mapConcurrently";
import { inOneLook } from "../../kubernetes/cachedReads";
import { groupOf } from "../../kubernetes/customResourceDefinitions";
import { customResourcesOf, definitions } from "../../kubernetes/customResources";
import { recordsSelector } from "../../kubernetes/helmMarks";
import { keyOf, refTo } from "../../kubernetes/objectRef";
import { readMany } from "../../kubernetes/readMany";
import type { Plan } from "../../plan/plan";
import type { KubernetesObject, ObjectRef, World } from "../../ports/world";
import type { Profile } from "../../profiles/profile";
import { objectsOfExistingAddon } from "../addon/objectsOfExistingAddon";

export interface Backup {
    /** Full live objects, managed fields included. */
    readonly objects: readonly KubernetesObject[];
    /** Looked for and not there: what appears under these names is not the user's. */
    readonly absent: readonly ObjectRef[];
    /** Those of `objects` that an add-on had made before the move, also one that was deleted with its objects kept. */
    readonly ofAddon?: readonly ObjectRef[];
    /** Release records, oldest first. The newest have their payload; those beyond `PAYLOADS_KEPT` have it apart, or are known by name alone. */
    readonly records: readonly KubernetesObject[];
    /** By the name of a record, the hash of what it holds: its copy lies in the cluster alone. */
    readonly apart?: Readonly<Record<string, string>>;
    /** The models. */
    readonly customResources: readonly KubernetesObject[];
    /** Resources of the other CRDs that come with the release: they would go with their CRD. */
    readonly otherCustomResources?: readonly KubernetesObject[];
    /** The namespace of the release, in which lock and journal lie too. Absent in backups of before. */
    readonly home?: KubernetesObject;
    /** Accounts that the release's pods run under without being its own; only made again where they are missing. */
    readonly accounts?: readonly KubernetesObject[];
    /** UIDs of the pods that serve models, by namespace/name. */
    readonly modelPods: Readonly<Record<string, string>>;
}

/** All but the release's records. */
export async function collect(
    outside: World,
    plan: Plan,
    profile: Profile,
): Promise<Omit<Backup, "records" | "apart">> {
    const world = inOneLook(outside);
    const refs = distinct([
        ...plan.objects,
        ...profile.runtimeObjects(plan.release.namespace),
        ...profile.sharedWithoutTrace,
    ]);
    const home = { apiVersion: "v1", kind: "Namespace", name: plan.release.namespace };
    const [live, overwritten, crds, replicaSets, ofAddon, namespace] = await Promise.all([
        readMany(world, refs),
        readMany(world, profile.appliedByAddon ?? []),
        definitions(world, profile),
        replicaSetsOf(world, plan),
        objectsOfExistingAddon(world, profile),
        world.objects.read(home),
    ]);
    const isOfModels = (crd: KubernetesObject) => profile.customResourceGroups.includes(groupOf(crd));
    const [customResources, otherCustomResources] = await Promise.all([
        customResourcesOf(world, crds.filter(isOfModels)),
        customResourcesOf(
            world,
            crds.filter((crd) => !isOfModels(crd)),
        ),
    ]);
    const found = [
        ...refs.flatMap((ref) => live.get(keyOf(ref)) ?? []),
        // Whoever owns them.
        ...overwritten.values(),
        ...crds,
        ...replicaSets,
        ...ofAddon,
    ];
    const accounts = await accountsOf(world, found);
    return {
        objects: [...new Map(found.map((object) => [keyOf(refTo(object)), object])).values()],
        absent: refs.filter((ref) => !live.has(keyOf(ref))).map(bare),
        ...(ofAddon.length === 0 ? {} : { ofAddon: ofAddon.map(refTo) }),
        customResources,
        ...(otherCustomResources.length === 0 ? {} : { otherCustomResources }),
        ...(namespace === undefined ? {} : { home: namespace }),
        ...(accounts.length === 0 ? {} : { accounts }),
        modelPods: await modelPods(world, customResources),
    };
}

/** Pods behind the models: those that a custom resource owns, through a Deployment or directly. */
export async function modelPods(
    world: World,
    customResources: readonly KubernetesObject[],
): Promise<Record<string, string>> {
    const namespaces = [...new Set(customResources.map(({ metadata }) => metadata.namespace ?? ""))];
    const models = uidsOf(customResources);
    const found: Record<string, string> = {};
    await mapConcurrently(namespaces, async (namespace) => {
        const [deployments, replicaSets, pods] = await Promise.all(
            ["apps/v1/Deployment", "apps/v1/ReplicaSet", "v1/Pod"].map((type) => {
                const [, apiVersion = "", kind = ""] = /^(.*)\/(\w+)$/.exec(type) ?? [];
                return world.objects.list(apiVersion, kind, { namespace, metadataOnly: true });
            }),
        );
        const owned = ownedBy(deployments ?? [], models);
        const sets = ownedBy(replicaSets ?? [], uidsOf(owned));
        for (const { metadata } of ownedBy(pods ?? [], new Set([...models, ...uidsOf(sets)]))) {
            found[`${namespace}/${metadata.name}`] = metadata.uid ?? "";
        }
    });
    return found;
}

function uidsOf(objects: readonly KubernetesObject[]): Set<string> {
    return new Set(objects.map(({ metadata }) => metadata.uid ?? ""));
}

function ownedBy(objects: readonly KubernetesObject[], owners: ReadonlySet<string>): KubernetesObject[] {
    return objects.filter(({ metadata }) =>
        (metadata.ownerReferences ?? []).some(({ uid }) => owners.has(uid)),
    );
}

interface Pods {
    readonly spec?: { readonly template?: { readonly spec?: { readonly serviceAccountName?: string } } };
}

/** Made by others, as by `eksctl create iamserviceaccount`: without them no pod of the release starts again. */
async function accountsOf(
    world: World,
    objects: readonly KubernetesObject[],
): Promise<readonly KubernetesObject[]> {
    const known = new Set(objects.map((object) => keyOf(refTo(object))));
    const used = objects.flatMap(({ kind, metadata: { namespace = "" }, ...object }): ObjectRef[] => {
        const name = (object as Pods).spec?.template?.spec?.serviceAccountName;
        return kind === "ReplicaSet" || name === undefined || name === "default"
            ? []
            : [{ apiVersion: "v1", kind: "ServiceAccount", namespace, name }];
    });
    const others = distinct(used).filter((ref) => !known.has(keyOf(ref)));
    return [...(await readMany(world, others)).values()];
}

/** The rollout history of the Deployments: without it one that is made again would start at revision 1. */
async function replicaSetsOf(world: World, plan: Plan): Promise<KubernetesObject[]> {
    const deployments = plan.objects.filter(({ kind }) => kind === "Deployment");
    const namespaces = [...new Set(deployments.map(({ namespace }) => namespace ?? ""))];
    const names = new Set(deployments.map(({ namespace, name }) => `${namespace}/${name}`));
    const lists = await Promise.all(
        namespaces.map((namespace) => world.objects.list("apps/v1", "ReplicaSet", { namespace })),
    );
    return lists
        .flat()
        .filter(({ metadata }) =>
            (metadata.ownerReferences ?? []).some(({ name }) => names.has(`${metadata.namespace}/${name}`)),
        );
}

export async function recordsOf(world: World, plan: Plan): Promise<KubernetesObject[]> {
    const secrets = await world.objects.list("v1", "Secret", {
        namespace: plan.release.namespace,
        labelSelector: recordsSelector(plan.release.name),
        metadataOnly: true,
    });
    return secrets.filter(({ metadata }) => plan.release.records.includes(metadata.name));
}

function distinct(refs: readonly ObjectRef[]): ObjectRef[] {
    return [...new Map(refs.map((ref) => [keyOf(ref), ref])).values()];
}

function bare({ apiVersion, kind, namespace, name }: ObjectRef): ObjectRef {
    return { apiVersion, kind, name, ...(namespace ? { namespace } : {}) };
}
