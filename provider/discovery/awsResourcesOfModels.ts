// Looks for the AWS resources that belong to the models: by owner references, by the paths of the custom resources, by the load balancer controller's own tags. Never by a name alone. Writes nothing.
import { mapConcurrently } from "../../common/mapConcurrently";
import {
    type BucketOwner,
    type KubernetesObject,
    TaggedKind,
    type TaggedResource,
    type World,
} from "../ports/world";
import type { OwnedResources, ProfileOwnership } from "../profiles/profile";
import { type Candidate, hasTraces, loadBalancersOf, type Owned } from "./loadBalancersOfModels";

export interface FoundResource {
    readonly resource: TaggedResource;
    /** "InferenceEndpointConfig team-a/llama8b". */
    readonly owner: string;
    readonly tags: Readonly<Record<string, string>>;
}

export interface FoundBucket {
    readonly name: string;
    /** The models that name it, for people. */
    readonly models: readonly string[];
    readonly owner: BucketOwner;
    /** Whether an object is there that one of these models names as its own. */
    readonly isUsed: boolean;
}

export interface FoundOwned {
    readonly resources: readonly FoundResource[];
    /** What is shared with others, gone, or not readable. */
    readonly notes: readonly string[];
    readonly unreadable: readonly string[];
    /** Whose tags were asked for, whether they exist or not. */
    readonly asked: readonly TaggedResource[];
    /** Buckets that the models name and that the operator's managed policy does not reach. */
    readonly buckets: readonly FoundBucket[];
}

/** Small answers of two services. */
const LOOKS_AT_ONCE = 96;
const CERTIFICATES = "alb.ingress.kubernetes.io/certificate-arn";

export async function findOwned(
    world: World,
    ownership: ProfileOwnership,
    cluster: { readonly name: string; readonly accountId: string },
    customResources: readonly KubernetesObject[],
): Promise<FoundOwned> {
    const facts = customResources.map((resource) => ({
        owner: nameOf(resource),
        uid: resource.metadata.uid ?? "",
        ...ownership.resourcesOf(resource),
    }));
    if (facts.length === 0) return { resources: [], notes: [], unreadable: [], asked: [], buckets: [] };
    const [ingresses, services] = await Promise.all([
        world.objects.list("networking.k8s.io/v1", "Ingress"),
        mapConcurrently(
            [...new Set(customResources.map(({ metadata }) => metadata.namespace ?? ""))],
            (namespace) => world.objects.list("v1", "Service", { namespace }),
        ),
    ]);
    const owners = new Map(facts.map(({ uid, owner }) => [uid, owner]));
    const owned = [...ingresses, ...services.flat()].flatMap((object) => {
        const owner = (object.metadata.ownerReferences ?? [])
            .map(({ uid }) => owners.get(uid))
            .find((name) => name !== undefined);
        return owner === undefined ? [] : [{ object, owner }];
    });
    const unowned = ingresses.filter((ingress) => !owned.some(({ object }) => object === ingress));
    const named = namedAfterModels(unowned, ownership, customResources);
    const others = unowned.filter((ingress) => !named.some(({ object }) => object === ingress));
    const hosts = facts.flatMap(({ owner, hosts: all }) => all.map((host) => ({ owner, host })));
    const traces = { owned, named, others, hosts };
    const notes: string[] = [];
    const balancers = hasTraces(traces)
        ? loadBalancersOf(await world.tags.loadBalancers(), cluster.name, traces, notes)
        : [];
    notes.push(...withoutLoadBalancer(customResources, balancers));
    const candidates = [
        ...balancers,
        ...certificatesOf(facts, owned, others, notes),
        ...facts.flatMap(({ owner, s3Objects }) =>
            s3Objects.map(({ bucket, key }) => ({
                owner,
                resource: { kind: TaggedKind.S3Object, id: `s3://${bucket}/${key}` },
            })),
        ),
    ];
    const distinct = [
        ...new Map(candidates.map((one) => [`${one.resource.kind} ${one.resource.id}`, one])).values(),
    ];
    const unreadable: string[] = [];
    const read = await mapConcurrently(
        distinct,
        async ({ resource, owner, tags }: Candidate): Promise<FoundResource | undefined> => {
            try {
                const found = tags ?? (await world.tags.look(resource));
                if (found !== undefined) return { resource, owner, tags: found };
                notes.push(`${resource.id}, named by ${owner}, does not exist`);
            } catch (error) {
                unreadable.push(`${resource.id} (${(error as Error).message})`);
            }
            return undefined;
        },
        LOOKS_AT_ONCE,
    );
    const resources = read
        .filter((one) => one !== undefined)
        .sort((a, b) => (keyOfResource(a) < keyOfResource(b) ? -1 : 1));
    const buckets = await bucketsOf(world, ownership, cluster.accountId, facts, resources);
    const asked = distinct.map(({ resource }) => resource);
    return { resources, notes: notes.sort(), unreadable: unreadable.sort(), asked, buckets };
}

/** A name in a custom resource proves nothing: whoever may write models could name any bucket. */
async function bucketsOf(
    { tags }: World,
    { coveredBuckets }: ProfileOwnership,
    accountId: string,
    facts: readonly (OwnedResources & { readonly owner: string })[],
    found: readonly FoundResource[],
): Promise<FoundBucket[]> {
    const names = [...new Set(facts.flatMap(({ buckets }) => buckets))].sort();
    return mapConcurrently(
        names.filter((name) => !name.startsWith(coveredBuckets)),
        async (name) => ({
            name,
            models: facts.filter(({ buckets }) => buckets.includes(name)).map(({ owner }) => owner),
            owner: await tags.bucketOwner(name, accountId),
            isUsed: found.some(({ resource }) => resource.id.startsWith(`s3://${name}/`)),
        }),
    );
}

/** Ingresses without an owner reference that are called as the operator calls a model's; a name that fits two models proves nothing. */
function namedAfterModels(
    ingresses: readonly KubernetesObject[],
    ownership: ProfileOwnership,
    models: readonly KubernetesObject[],
): Owned[] {
    const owners = new Map<string, Set<string>>();
    for (const model of models)
        for (const { namespace, name } of ownership.ingressesOf(model)) {
            const key = `${namespace}/${name}`;
            owners.set(
                key,
                new Set([...(owners.get(key) ?? []), `${model.metadata.namespace}/${model.metadata.name}`]),
            );
        }
    return ingresses.flatMap((object) => {
        const { namespace, name } = object.metadata;
        const [model, another] = owners.get(`${namespace}/${name}`) ?? [];
        const found = models.find(({ metadata }) => `${metadata.namespace}/${metadata.name}` === model);
        return found === undefined || another !== undefined ? [] : [{ object, owner: nameOf(found) }];
    });
}

/** Models without one may have none; the others could not be changed by the add-on. */
function withoutLoadBalancer(models: readonly KubernetesObject[], found: readonly Candidate[]): string[] {
    const owners = found
        .filter(({ resource }) => resource.kind === TaggedKind.LoadBalancer)
        .flatMap(({ owner, owners: all = [owner] }) => all.map((name) => name.replace(/^\S+ /, "")));
    const without = models
        .filter(({ metadata }) => !owners.includes(`${metadata.namespace}/${metadata.name}`))
        .map(nameOf)
        .sort();
    return without.length === 0
        ? []
        : [
              `no load balancer was found that is surely of ${without.join(", ")}: where one has a load balancer, tag it by hand before the move, or the add-on may not change it`,
          ];
}

function certificatesOf(
    facts: readonly (OwnedResources & { readonly owner: string })[],
    owned: readonly Owned[],
    others: readonly KubernetesObject[],
    notes: string[],
): Candidate[] {
    const users = new Set(facts.flatMap(({ usersCertificates }) => usersCertificates));
    const elsewhere = new Set(others.flatMap(certificatesOfIngress));
    const fromStatus = facts.flatMap(({ owner, certificates }) => certificates.map((id) => ({ owner, id })));
    const known = new Set(fromStatus.map(({ id }) => id));
    const fromIngresses = owned.flatMap(({ object, owner }) =>
        certificatesOfIngress(object).map((id) => ({ owner, id })),
    );
    return [...fromStatus, ...fromIngresses].flatMap(({ owner, id }) => {
        if (users.has(id)) return [];
        if (!known.has(id) && elsewhere.has(id)) {
            notes.push(`certificate ${id} on the ingress of ${owner} serves others too and is left as it is`);
            return [];
        }
        return [{ owner, resource: { kind: TaggedKind.Certificate, id } }];
    });
}

function certificatesOfIngress({ metadata }: KubernetesObject): string[] {
    return (metadata.annotations?.[CERTIFICATES] ?? "")
        .split(",")
        .map((arn) => arn.trim())
        .filter((arn) => arn !== "");
}

function nameOf({ kind, metadata }: KubernetesObject): string {
    return `${kind} ${metadata.namespace ?? ""}/${metadata.name}`;
}

function keyOfResource({ resource }: FoundResource): string {
    return `${resource.kind} ${resource.id}`;
}
