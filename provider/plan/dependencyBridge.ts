// A dependency as it was found comes in; over which Services its requests are led until the add-on's pods answer, or why they pause, goes out. Pure: every name is one that was found, but for the add-on's own Service.
import { Handover } from "../../common/enums";
import type { FoundDependency } from "../discovery/dependencies";
import { clientConfigsOf } from "../kubernetes/clientConfigs";
import { keyOf, refTo } from "../kubernetes/objectRef";
import { describeRights } from "../permissions/clusterRights";
import { serviceNamed } from "./askedServices";
import { followsSlices } from "./kubernetesVersions";
import type { ServicePair } from "./plan";

export interface DependencyBridge {
    readonly bridge?: ServicePair;
    /** Why its requests pause, a part of a sentence. */
    readonly why?: string;
}

interface AggregatedApi {
    readonly insecureSkipTLSVerify?: boolean;
}

/** The first reason is enough. */
export function dependencyBridge(
    { profile, asked, ofRelease }: FoundDependency,
    kubernetesVersion: string,
    handover: Handover,
): DependencyBridge {
    if (handover === Handover.Pause) return { why: "a pause was asked for" };
    if (asked === undefined)
        return {
            why: "Helm's pods sign their certificates themselves, for the name of their own Service alone",
        };
    if (!followsSlices(kubernetesVersion))
        return {
            why: `Kubernetes ${kubernetesVersion} does not ask the pods that EndpointSlices of others name`,
        };
    const { apiService, to, isTaken, missingRights } = asked;
    if (missingRights.length > 0) return { why: `this principal may not ${describeRights(missingRights)}` };
    const [config] = apiService === undefined ? [] : [...clientConfigsOf(apiService).values()];
    const from = config && serviceNamed(config);
    if (
        apiService === undefined ||
        from === undefined ||
        !ofRelease.some((one) => keyOf(refTo(one)) === keyOf(from))
    )
        return { why: `no Service of the release answers ${profile.asked?.apiService}` };
    if (isTaken) return { why: `${keyOf(to)} is there already` };
    return (apiService.spec as AggregatedApi).insecureSkipTLSVerify === true
        ? { bridge: { from, to } }
        : {
              why: "the API server checks the certificate of its pods, which is for the name of their own Service",
          };
}
