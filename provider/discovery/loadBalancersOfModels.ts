// The models, their ingresses and those of others, and the load balancers of the account come in; whose each load balancer is goes out. By owner references, by the controller's own tags, by the hosts in the models' status; a name alone proves nothing. Pure.
import { LOAD_BALANCER_CLUSTER_TAG } from "../../common/operatorNames";
import { type KubernetesObject, type LoadBalancer, TaggedKind, type TaggedResource } from "../ports/world";

export interface Candidate {
    readonly resource: TaggedResource;
    readonly owner: string;
    /** Every model that has it, where several share it. */
    readonly owners?: readonly string[];
    readonly tags?: Readonly<Record<string, string>>;
}

export interface Owned {
    readonly object: KubernetesObject;
    readonly owner: string;
}

export interface Traces {
    /** Ingresses and Services that carry an owner reference to a model. */
    readonly owned: readonly Owned[];
    /** Ingresses that are called like a model's own and cannot carry one, as the model is in another namespace. */
    readonly named: readonly Owned[];
    /** Ingresses of others. */
    readonly others: readonly KubernetesObject[];
    /** Hosts that the operator wrote into the status of models. */
    readonly hosts: readonly { readonly host: string; readonly owner: string }[];
}

const GROUP = "alb.ingress.kubernetes.io/group.name";
const CLUSTER = LOAD_BALANCER_CLUSTER_TAG;
const STACKS = ["ingress.k8s.aws/stack", "service.k8s.aws/stack"];

export function hasTraces({ owned, named, hosts }: Traces): boolean {
    return owned.length + named.length + hosts.length > 0;
}

export function loadBalancersOf(
    balancers: readonly LoadBalancer[],
    clusterName: string,
    traces: Traces,
    notes: string[],
): Candidate[] {
    const stacks = byStack(traces.owned);
    const hosts = ownersBy([
        ...hostsAndOwners(traces.owned),
        ...traces.hosts.map(({ host, owner }) => [host.toLowerCase(), owner] as const),
    ]);
    const [namedStacks, namedHosts] = [byStack(traces.named), ownersBy(hostsAndOwners(traces.named))];
    const foreignStacks = new Set(traces.others.map(stackOf));
    const foreignHosts = new Set(traces.others.flatMap(hostsOf));
    return balancers.flatMap((balancer): Candidate[] => {
        const cluster = balancer.tags[CLUSTER];
        if (cluster !== undefined && cluster !== clusterName) return [];
        const stack = STACKS.map((key) => balancer.tags[key]).find((value) => value !== undefined);
        const host = balancer.dnsName.toLowerCase();
        const of = (byStacks: ReadonlyMap<string, readonly string[]>) =>
            (cluster === undefined || stack === undefined ? undefined : byStacks.get(stack)) ?? [];
        // Called like a model's own: only together with its host and the controller's tags.
        const called = new Set(namedHosts.get(host));
        const ofName = of(namedStacks).filter((owner) => called.has(owner));
        const owners = [...new Set([...(hosts.get(host) ?? []), ...of(stacks), ...ofName])];
        const [owner] = owners;
        if (owner === undefined) return [];
        if (foreignHosts.has(host) || (stack !== undefined && foreignStacks.has(stack))) {
            notes.push(`load balancer ${balancer.arn} of ${owner} serves others too and is left as it is`);
            return [];
        }
        return [
            {
                resource: { kind: TaggedKind.LoadBalancer, id: balancer.arn },
                owner,
                owners,
                tags: balancer.tags,
            },
        ];
    });
}

function byStack(all: readonly Owned[]): Map<string, string[]> {
    return ownersBy(all.map(({ object, owner }) => [stackOf(object), owner] as const));
}

function hostsAndOwners(all: readonly Owned[]): (readonly [host: string, owner: string])[] {
    return all.flatMap(({ object, owner }) => hostsOf(object).map((host) => [host, owner] as const));
}

/** Ingresses of one group share a load balancer. */
function ownersBy(pairs: readonly (readonly [key: string, owner: string])[]): Map<string, string[]> {
    const owners = new Map<string, string[]>();
    for (const [key, owner] of pairs) {
        const sharing = owners.get(key);
        if (sharing === undefined) owners.set(key, [owner]);
        else sharing.push(owner);
    }
    return owners;
}

/** The name under which the load balancer controller groups what it makes of one ingress, of a group of them, or of a service. */
function stackOf({ kind, metadata }: KubernetesObject): string {
    const group = kind === "Ingress" ? metadata.annotations?.[GROUP] : undefined;
    return group ?? `${metadata.namespace}/${metadata.name}`;
}

function hostsOf(object: KubernetesObject): string[] {
    const { status } = object as { status?: { loadBalancer?: { ingress?: { hostname?: string }[] } } };
    return (status?.loadBalancer?.ingress ?? []).flatMap(({ hostname }) => hostname?.toLowerCase() ?? []);
}
