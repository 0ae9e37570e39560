// Looks for controllers outside the release that act on the same resources as the add-on's would: by what runs in them, and by what the API server asks them. Writes nothing.

import { isAppliedByEks } from "../kubernetes/appliedByEks";
import { groupOf } from "../kubernetes/customResourceDefinitions";
import { definitions } from "../kubernetes/customResources";
import { HELM, MANAGED_BY, RELEASE_NAME, RELEASE_NAMESPACE } from "../kubernetes/helmMarks";
import { carriesLabels } from "../kubernetes/labels";
import { keyOf, refTo } from "../kubernetes/objectRef";
import type { KubernetesObject, ObjectRef, World } from "../ports/world";
import { type ControllerSigns, type Recognised, recognise } from "../profiles/controllerSigns";
import type { Profile } from "../profiles/profile";
import { looseWorkloads } from "./looseWorkloads";

export interface Rival {
    readonly component: string;
    /** Setting of the add-on that leaves its own one out. */
    readonly enabledBy?: string;
    readonly workload: ObjectRef;
    /** What gave it away, for people. */
    readonly by: string;
    /** Who keeps it, for people, when that can be told. */
    readonly owner?: string;
}

interface ServiceRef {
    readonly namespace: string;
    readonly name: string;
}

interface WorkloadShape {
    readonly spec?: {
        readonly replicas?: number;
        readonly template?: { readonly metadata?: { readonly labels?: Readonly<Record<string, string>> } };
    };
}

interface Configuration {
    readonly webhooks?: readonly {
        readonly clientConfig?: { readonly service?: ServiceRef };
        readonly rules?: readonly { readonly apiGroups?: readonly string[] }[];
    }[];
}

interface Definition {
    readonly spec?: {
        readonly conversion?: {
            readonly webhook?: { readonly clientConfig?: { readonly service?: ServiceRef } };
        };
    };
}

/** Beside an add-on that is there already. */
export async function findRivalsOfAddon(
    world: World,
    profile: Profile,
    own: readonly ObjectRef[],
): Promise<Rival[]> {
    return findRivals(world, profile, own, await definitions(world, profile), workloadsOf(world));
}

/** `own` are the controllers that the move knows already. */
export async function findRivals(
    world: World,
    profile: Profile,
    own: readonly ObjectRef[],
    crds: readonly KubernetesObject[],
    /** Of the whole cluster. */
    all: Promise<readonly KubernetesObject[]>,
): Promise<Rival[]> {
    const [workloads, loose, served] = await Promise.all([
        all,
        looseWorkloads(world),
        servedBy(world, profile.controllers, crds),
    ]);
    const known = new Set(own.map(keyOf));
    const isOfAddon = (workload: KubernetesObject) =>
        workload.metadata.namespace === profile.addonNamespace && isAppliedByEks(workload);
    return [...workloads, ...loose]
        .filter((one) => runs(one) && !known.has(keyOf(refTo(one))) && !isOfAddon(one))
        .flatMap((workload) => {
            const found = recognise(profile.controllers, workload) ?? servingOne(served, workload);
            return found === undefined ? [] : [rivalOf(workload, found)];
        })
        .sort((a, b) => (keyOf(a.workload) < keyOf(b.workload) ? -1 : 1));
}

export async function workloadsOf({ objects }: World): Promise<KubernetesObject[]> {
    const kinds = ["Deployment", "DaemonSet", "StatefulSet"];
    const lists = await Promise.all(kinds.map((kind) => objects.list("apps/v1", kind)));
    return lists.flat();
}

function runs(workload: KubernetesObject): boolean {
    return ((workload as WorkloadShape).spec?.replicas ?? 1) > 0;
}

interface Serving {
    readonly signs: ControllerSigns;
    readonly what: string;
    readonly namespace: string;
    readonly selector: Readonly<Record<string, string>>;
}

/** The Services behind which the API server expects one of the controllers. */
async function servedBy(
    world: World,
    all: readonly ControllerSigns[],
    crds: readonly KubernetesObject[],
): Promise<Serving[]> {
    const [apiServices, configurations] = await Promise.all([
        Promise.all(
            all.map(async (signs) => {
                const name = signs.serves.apiService;
                if (name === undefined) return [];
                const apiService = await world.objects.read({
                    apiVersion: "apiregistration.k8s.io/v1",
                    kind: "APIService",
                    name,
                });
                const { service } = (apiService?.spec ?? {}) as { service?: ServiceRef };
                return [{ signs, what: `APIService ${name}`, service }];
            }),
        ),
        Promise.all(
            ["MutatingWebhookConfiguration", "ValidatingWebhookConfiguration"].map((kind) =>
                world.objects.list("admissionregistration.k8s.io/v1", kind),
            ),
        ),
    ]);
    const asked = [
        ...apiServices.flat(),
        ...configurations.flat().flatMap((configuration) => webhooksIn(all, configuration)),
        ...crds.flatMap((definition) => conversionOf(all, definition)),
    ];
    const found = await Promise.all(
        asked.map(async ({ signs, what, service }) => {
            if (service === undefined) return [];
            const { namespace, name } = service;
            const live = await world.objects.read({ apiVersion: "v1", kind: "Service", namespace, name });
            const { selector = {} } = (live?.spec ?? {}) as { selector?: Record<string, string> };
            return Object.keys(selector).length === 0 ? [] : [{ signs, what, namespace, selector }];
        }),
    );
    return found.flat();
}

interface AskedRival {
    readonly signs: ControllerSigns;
    readonly what: string;
    readonly service: ServiceRef | undefined;
}

function webhooksIn(all: readonly ControllerSigns[], configuration: KubernetesObject): AskedRival[] {
    const what = `${configuration.kind} ${configuration.metadata.name}`;
    return ((configuration as unknown as Configuration).webhooks ?? []).flatMap(
        ({ rules = [], clientConfig }) => {
            const groups = rules.flatMap(({ apiGroups = [] }) => apiGroups);
            return all
                .filter(({ serves }) => serves.webhooksOf?.some((group) => groups.includes(group)))
                .map((signs) => ({ signs, what, service: clientConfig?.service }));
        },
    );
}

function conversionOf(all: readonly ControllerSigns[], definition: KubernetesObject): AskedRival[] {
    const service = (definition as Definition).spec?.conversion?.webhook?.clientConfig?.service;
    return all
        .filter(({ serves }) => serves.webhooksOf?.includes(groupOf(definition)))
        .map((signs) => ({ signs, what: `conversion of ${definition.metadata.name}`, service }));
}

function servingOne(served: readonly Serving[], workload: KubernetesObject): Recognised | undefined {
    const labels = (workload as WorkloadShape).spec?.template?.metadata?.labels ?? {};
    const found = served.find(
        ({ namespace, selector }) =>
            namespace === workload.metadata.namespace && carriesLabels(labels, selector),
    );
    return found && { signs: found.signs, by: `it serves ${found.what}` };
}

function rivalOf(workload: KubernetesObject, { signs, by }: Recognised): Rival {
    const owner = ownerOf(workload);
    return {
        component: signs.component,
        ...(signs.enabledBy === undefined ? {} : { enabledBy: signs.enabledBy }),
        workload: refTo(workload),
        by,
        ...(owner === undefined ? {} : { owner }),
    };
}

function ownerOf({ metadata }: KubernetesObject): string | undefined {
    const { [RELEASE_NAME]: name, [RELEASE_NAMESPACE]: namespace } = metadata.annotations ?? {};
    if (name !== undefined) return `Helm release ${namespace}/${name}`;
    const keeper = metadata.labels?.[MANAGED_BY];
    return keeper === HELM ? undefined : keeper;
}
