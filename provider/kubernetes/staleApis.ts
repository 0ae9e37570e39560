// Namespaces that are being deleted and remembered aggregated APIs come in. An API that nobody answers for any more, and because of which Kubernetes holds such a namespace, is deleted. One that others changed or made anew stays.
import type { KubernetesObject, Log, Objects } from "../ports/world";
import { withChangesOfOthers } from "./changedOutside";
import { keyOf, onlyThis, refTo } from "./objectRef";
import { conditionOf, hasCondition } from "./statusConditions";

/** Kubernetes finds what is in a namespace by asking every API of the cluster; one that does not answer holds the namespace. Its words for that name the API. */
const HOLDING = "NamespaceDeletionDiscoveryFailure";

interface ApiService {
    readonly spec?: { readonly group?: string; readonly version?: string; readonly service?: unknown };
}

/** Whoever remembers them makes them again once the namespaces are gone. `step` is named in what is told. */
export async function removeStaleApis(
    { objects, log }: { readonly objects: Objects; readonly log: Log },
    remembered: readonly KubernetesObject[],
    going: readonly KubernetesObject[],
    step: string,
): Promise<void> {
    const said = going.map((namespace) => messageOfHolding(namespace));
    const holding = remembered.filter((object) => {
        const words = said.flatMap((message) => message.split(/[\s,:]+/));
        return object.kind === "APIService" && words.includes(groupVersionOf(object));
    });
    for (const api of holding) {
        const live = await objects.read(refTo(api));
        if (live === undefined || !isOurs(api, live) || !isUnanswered(live)) continue;
        const { resourceVersion } = live.metadata;
        await objects.remove(refTo(api), {
            ...onlyThis(live),
            ...(resourceVersion === undefined ? {} : { resourceVersion }),
        });
        const names = going.map(({ metadata }) => metadata.name).join(", ");
        log.warn(
            `${step}: nobody answers for ${groupVersionOf(api)} any more, and Kubernetes holds Namespace ${names} because of that: ${keyOf(refTo(api))} is deleted now, and made again with what the backup holds`,
        );
    }
}

/** The same object as in the backup, and nothing of it is anybody else's wish. */
function isOurs(api: KubernetesObject, live: KubernetesObject): boolean {
    const { uid } = api.metadata;
    return uid !== undefined && live.metadata.uid === uid && withChangesOfOthers(api, live).kept.length === 0;
}

function isUnanswered(live: KubernetesObject): boolean {
    return (
        (live as KubernetesObject & ApiService).spec?.service !== undefined &&
        hasCondition(live, "Available", "False")
    );
}

function messageOfHolding(namespace: KubernetesObject): string {
    const holding = conditionOf(namespace, HOLDING);
    return holding?.status === "True" ? (holding.message ?? "") : "";
}

function groupVersionOf(api: KubernetesObject): string {
    const { group, version } = (api as KubernetesObject & ApiService).spec ?? {};
    return `${group}/${version}`;
}
