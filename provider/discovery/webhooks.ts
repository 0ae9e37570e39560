// Looks for webhooks of others that nobody answers: they would refuse what an add-on applies. Writes nothing.
import { carriesLabels } from "../kubernetes/labels";
import { keyOf, refTo } from "../kubernetes/objectRef";
import type { KubernetesObject, Release, World } from "../ports/world";

export interface DeadWebhook {
    readonly configuration: string;
    readonly webhook: string;
    /** namespace/name */
    readonly service: string;
}

interface Selector {
    matchLabels?: Record<string, string>;
    matchExpressions?: { key: string; operator: string; values?: string[] }[];
}

interface Webhook {
    name: string;
    failurePolicy?: string;
    clientConfig?: { service?: { namespace: string; name: string } };
    namespaceSelector?: Selector;
    objectSelector?: Selector;
    rules?: { apiGroups?: string[]; resources?: string[]; operations?: string[] }[];
}

/** What every add-on applies, in its own namespace or cluster-wide. */
const APPLIED: readonly (readonly [group: string, resource: string])[] = [
    ["", "services"],
    ["", "serviceaccounts"],
    ["", "secrets"],
    ["", "configmaps"],
    ["", "pods"],
    ["apps", "deployments"],
    ["apps", "replicasets"],
    ["apps", "daemonsets"],
    ["rbac.authorization.k8s.io", "roles"],
    ["rbac.authorization.k8s.io", "rolebindings"],
    ["rbac.authorization.k8s.io", "clusterroles"],
    ["rbac.authorization.k8s.io", "clusterrolebindings"],
    ["apiextensions.k8s.io", "customresourcedefinitions"],
];

const KINDS = ["MutatingWebhookConfiguration", "ValidatingWebhookConfiguration"];
const REGISTRATION = "admissionregistration.k8s.io/v1";

export async function findDeadWebhooks(
    world: World,
    namespace: string,
    release: Release,
): Promise<DeadWebhook[]> {
    const [configurations, place] = await Promise.all([
        Promise.all(KINDS.map((kind) => world.objects.list(REGISTRATION, kind))),
        world.objects.read({ apiVersion: "v1", kind: "Namespace", name: namespace }),
    ]);
    const own = new Set(release.objects.map((object) => keyOf(refTo(object))));
    const labels = { "kubernetes.io/metadata.name": namespace, ...place?.metadata.labels };
    const strict = configurations
        .flat()
        .filter((configuration) => !own.has(keyOf(refTo(configuration))))
        .flatMap((configuration) =>
            ((configuration.webhooks as Webhook[] | undefined) ?? [])
                .filter((webhook) => concerns(webhook, labels))
                .map((webhook) => ({
                    configuration: `${configuration.kind} ${configuration.metadata.name}`,
                    webhook,
                })),
        );
    const services = [
        ...new Map(strict.map(({ webhook }) => [serviceOf(webhook), webhook.clientConfig?.service])).values(),
    ];
    const dead = new Set<string>();
    for (const service of services) {
        if (service !== undefined && !(await answers(world, service)))
            dead.add(`${service.namespace}/${service.name}`);
    }
    return strict
        .filter(({ webhook }) => dead.has(serviceOf(webhook)))
        .map(({ configuration, webhook }) => ({
            configuration,
            webhook: webhook.name,
            service: serviceOf(webhook),
        }))
        .sort((a, b) => (`${a.configuration} ${a.webhook}` < `${b.configuration} ${b.webhook}` ? -1 : 1));
}

function concerns(webhook: Webhook, namespaceLabels: Readonly<Record<string, string>>): boolean {
    if ((webhook.failurePolicy ?? "Fail") !== "Fail" || webhook.clientConfig?.service === undefined)
        return false;
    // Nothing of an add-on carries labels of others, so a selector must let an unlabelled object in.
    if (!selects(webhook.namespaceSelector, namespaceLabels) || !selects(webhook.objectSelector, {}))
        return false;
    return (webhook.rules ?? []).some(({ apiGroups = [], resources = [], operations = [] }) => {
        if (!operations.some((operation) => ["*", "CREATE", "UPDATE"].includes(operation))) return false;
        return APPLIED.some(
            ([group, resource]) =>
                (apiGroups.includes("*") || apiGroups.includes(group)) &&
                (resources.includes("*") || resources.includes("*/*") || resources.includes(resource)),
        );
    });
}

function selects(selector: Selector | undefined, labels: Readonly<Record<string, string>>): boolean {
    return (
        carriesLabels(labels, selector?.matchLabels ?? {}) &&
        (selector?.matchExpressions ?? []).every(({ key, operator, values = [] }) => {
            const value = Object.hasOwn(labels, key) ? labels[key] : undefined;
            switch (operator) {
                case "In":
                    return value !== undefined && values.includes(value);
                case "NotIn":
                    return value === undefined || !values.includes(value);
                case "Exists":
                    return value !== undefined;
                case "DoesNotExist":
                    return value === undefined;
                default:
                    return true;
            }
        })
    );
}

async function answers(
    world: World,
    { namespace, name }: { namespace: string; name: string },
): Promise<boolean> {
    const slices = await world.objects.list("discovery.k8s.io/v1", "EndpointSlice", {
        namespace,
        labelSelector: `kubernetes.io/service-name=${name}`,
    });
    const endpoints = slices.flatMap(
        (slice: KubernetesObject) =>
            (slice.endpoints as { conditions?: { ready?: boolean } }[] | undefined) ?? [],
    );
    return endpoints.some(({ conditions }) => conditions?.ready !== false);
}

function serviceOf({ clientConfig }: Webhook): string {
    return `${clientConfig?.service?.namespace}/${clientConfig?.service?.name}`;
}
