// A Service in; whether this API server asks the pods that EndpointSlices of ours name comes out. Leaves nothing behind.
import type { ObjectRef, World } from "../../ports/world";
import { readyEndpoints } from "./endpointSlices";
import { askPods, type PodAnswer } from "./probePods";

/** An API server knows a new webhook and a new slice within a second or two. */
const SEEN_WITHIN_MS = 15_000;
/** Behind a Service; each that does not answer takes that long. */
const MOST_PODS = 3;

export interface CanaryRequest {
    readonly migrationId: string;
    /** Where the Service and the slice are made, and the probe is sent. */
    readonly namespace: string;
    /** One whose pods are Ready and speak TLS. */
    readonly target: ObjectRef;
}

export interface CanaryVerdict {
    readonly followsSlices: boolean;
    /** For people. */
    readonly why: string;
}

export async function askCanary(
    world: World,
    { migrationId, namespace, target }: CanaryRequest,
): Promise<CanaryVerdict> {
    const isReached = ([answer]: readonly PodAnswer[]) => answer?.isReached === true;
    let why = `no pod behind Service ${target.namespace}/${target.name} is ready`;
    // Where the one that leads listens alone, the first may be another one.
    for (const endpoint of (await readyEndpoints(world, target)).slice(0, MOST_PODS)) {
        const question = { migrationId, service: target, namespace, endpoints: [endpoint] };
        const answers = await askPods(world, { ...question, timeoutMs: SEEN_WITHIN_MS }, isReached);
        if (isReached(answers))
            return { followsSlices: true, why: "a pod that only our EndpointSlice names was asked" };
        why = `the API server does not ask the pod that our EndpointSlice names: ${answers[0]?.message}`;
    }
    return { followsSlices: false, why };
}
