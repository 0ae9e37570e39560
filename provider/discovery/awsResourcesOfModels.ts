// Looks for the AWS resources that belong to the models: by owner references, by the paths of the custom resources, by the load balancer controller's own tags. Never by a name pattern. Writes nothing.
import { mapConcurrently } from "../../common/mapConcurrently";
import {
    type KubernetesObject,
    type LoadBalancer,
    TaggedKind,
    type TaggedResource,
    type World,
} from "../ports/world";
import type { OwnedResources, ProfileOwnership } from "../profiles/profile";

export interface FoundResource {
    readonly resource: TaggedResource;
    /** "InferenceEndpointConfig team-a/llama8b". */
    readonly owner: string;
    readonly tags: Readonly<Record<string, string>>;
}

export interface FoundOwned {
    readonly resources: readonly FoundResource[];
    /** What is shared with others, gone, or not readable. */
    readonly notes: readonly string[];
    readonly unreadable: readonly string[];
    /** Buckets that the models name. */
    readonly buckets: readonly string[];
}

const CERTIFICATES = "alb.ingress.kubernetes.io/certificate-arn";
const GROUP = "alb.ingress.kubernetes.io/group.name";
const LOAD_BALANCER_CLUSTER = "elbv2.k8s.aws/cluster";
const LOAD_BALANCER_STACKS = ["ingress.k8s.aws/stack", "service.k8s.aws/stack"];

export async function findOwned(
    world: World,
    ownership: ProfileOwnership,
    clusterName: string,
    customResources: readonly KubernetesObject[],
): Promise<FoundOwned> {
    const facts = customResources.map((resource) => ({
        owner: nameOf(resource),
        uid: resource.metadata.uid ?? "",
        ...ownership.resourcesOf(resource),
    }));
    const buckets = [...new Set(facts.flatMap((one) => one.buckets))].sort();
    if (facts.length === 0) return { resources: [], notes: [], unreadable: [], buckets };
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
    const others = ingresses.filter((ingress) => !owned.some(({ object }) => object === ingress));
    const notes: string[] = [];
    const candidates = [
        ...(await loadBalancersOf(world, clusterName, owned, others, notes)),
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
                const found = tags ?? (await world.tags.read(resource));
                if (found !== undefined) return { resource, owner, tags: found };
                notes.push(`${resource.id}, named by ${owner}, does not exist`);
            } catch (error) {
                unreadable.push(`${resource.id} (${(error as Error).message})`);
            }
            return undefined;
        },
    );
    const resources = read
        .filter((one) => one !== undefined)
        .sort((a, b) => (keyOfResource(a) < keyOfResource(b) ? -1 : 1));
    return { resources, notes: notes.sort(), unreadable: unreadable.sort(), buckets };
}

interface Candidate {
    readonly resource: TaggedResource;
    readonly owner: string;
    readonly tags?: Readonly<Record<string, string>>;
}

interface Owned {
    readonly object: KubernetesObject;
    readonly owner: string;
}

async function loadBalancersOf(
    world: World,
    clusterName: string,
    owned: readonly Owned[],
    others: readonly KubernetesObject[],
    notes: string[],
): Promise<Candidate[]> {
    const stacks = new Map(owned.map(({ object, owner }) => [stackOf(object), owner]));
    const hosts = new Map(
        owned.flatMap(({ object, owner }) => hostsOf(object).map((host) => [host, owner] as const)),
    );
    if (stacks.size === 0) return [];
    const foreign = new Map(others.map((object) => [stackOf(object), object]));
    const foreignHosts = new Set(others.flatMap(hostsOf));
    return (await world.tags.loadBalancers()).flatMap((balancer: LoadBalancer): Candidate[] => {
        const cluster = balancer.tags[LOAD_BALANCER_CLUSTER];
        if (cluster !== undefined && cluster !== clusterName) return [];
        const stack = LOAD_BALANCER_STACKS.map((key) => balancer.tags[key]).find(
            (value) => value !== undefined,
        );
        const owner =
            hosts.get(balancer.dnsName) ??
            (stack === undefined || cluster === undefined ? undefined : stacks.get(stack));
        if (owner === undefined) return [];
        if (foreignHosts.has(balancer.dnsName) || (stack !== undefined && foreign.has(stack))) {
            notes.push(`load balancer ${balancer.arn} of ${owner} serves others too and is left as it is`);
            return [];
        }
        return [
            { resource: { kind: TaggedKind.LoadBalancer, id: balancer.arn }, owner, tags: balancer.tags },
        ];
    });
}

/** The name under which the load balancer controller groups what it makes of one ingress, of a group of them, or of a service. */
function stackOf({ kind, metadata }: KubernetesObject): string {
    const group = kind === "Ingress" ? metadata.annotations?.[GROUP] : undefined;
    return group ?? `${metadata.namespace}/${metadata.name}`;
}

function hostsOf(object: KubernetesObject): string[] {
    const { status } = object as { status?: { loadBalancer?: { ingress?: { hostname?: string }[] } } };
    return (status?.loadBalancer?.ingress ?? []).flatMap(({ hostname }) => hostname ?? []);
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
