// A world as slow as a real one where that matters for a handover: 60 s until new pods are Ready, 20 s until pods see a changed Secret, leaders that are elected.
import { OPERATOR_NAMESPACE } from "../memory/operatorContent";
import { MemoryWorld } from "../memoryWorld";

/** Until pods see a changed Secret. */
export const SECRET_DELAY_MS = 20_000;
export const NEW_MANAGER = "hyperpod-inference-controller-manager";
export const OLD_MANAGER = "hyperpod-inference-operator-controller-manager";
/** What is asked of the load balancer controller. */
export const INGRESSES = ["ingress creation", "target group bindings"];
/** What is asked of KEDA; its metric values come late while leadership goes over. */
export const SCALING = ["scaled objects", "external metrics"];
export const VALUES = "values of external metrics";
/** What users are refused while no operator converts. */
export const MODELS = "models through the old version";

const KEDA = ["keda-operator", "keda-operator-metrics-apiserver", "keda-admission-webhooks"];
const SLOW = [NEW_MANAGER, "hyperpod-inference-alb", ...KEDA];

export function slowWorld(): MemoryWorld {
    return new MemoryWorld(
        {},
        { elections: true, secretDelayMs: SECRET_DELAY_MS, startUpMs: startUpOf(60_000) },
    );
}

/** Of every controller of the add-on. */
export function startUpOf(milliseconds: number): Record<string, number> {
    return Object.fromEntries(SLOW.map((name) => [`${OPERATOR_NAMESPACE}/${name}`, milliseconds]));
}
