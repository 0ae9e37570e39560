/** The door of the comparison: capture the state of a sandbox, compare two states, describe what differs. */
import { captureAws } from "./captureAws";
import type { State } from "./capturedState";
import { captureKubernetes } from "./captureKubernetes";

export type { Difference, State } from "./capturedState";
export {
    type CompareOptions,
    compareIdentities,
    compareStates,
    countObjects,
    isFieldManagerDifference,
    isServedContent,
} from "./compare";
export { describeDifferences } from "./describeDifferences";

/** The parts of a sandbox that a capture needs. */
export interface Captured {
    kubeconfig: string;
    aws: { endpoint: string };
    region: string;
}

export async function captureState(sandbox: Captured): Promise<State> {
    const [cluster, cloud] = await Promise.all([
        captureKubernetes(sandbox.kubeconfig),
        captureAws(sandbox.aws.endpoint, sandbox.region),
    ]);
    return {
        kubernetes: cluster.kubernetes,
        aws: cloud.aws,
        identities: { ...cluster.identities, ...cloud.identities },
        customKinds: cluster.customKinds,
    };
}
