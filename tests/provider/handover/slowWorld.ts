// A world as slow as a real one where that matters for a handover: 60 s until the operator's new pods are Ready, 20 s until pods see a changed Secret, leaders that are elected.
import { OPERATOR_NAMESPACE } from "../memory/operatorContent";
import { MemoryWorld } from "../memoryWorld";

export const NEW_MANAGER = "hyperpod-inference-controller-manager";
export const OLD_MANAGER = "hyperpod-inference-operator-controller-manager";
/** What is asked of the load balancer controller. */
export const INGRESSES = ["ingress creation", "target group bindings"];
/** What users are refused while no operator converts. */
export const MODELS = "models through the old version";

const SLOW = [NEW_MANAGER, "hyperpod-inference-alb"];

export function slowWorld(): MemoryWorld {
    return new MemoryWorld(
        {},
        {
            elections: true,
            secretDelayMs: 20_000,
            startUpMs: Object.fromEntries(SLOW.map((name) => [`${OPERATOR_NAMESPACE}/${name}`, 60_000])),
        },
    );
}
