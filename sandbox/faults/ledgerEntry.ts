/** One request as the ledger keeps it, and what a fault can do to it. No behaviour. */
import type { KubernetesResource, Side } from "./request";

export type FaultAction =
    | "killBefore"
    | "killAfter"
    | "dropBefore"
    | "dropAfter"
    | "throttle"
    | "serverError"
    | "deny"
    | "hang"
    | "delay";

export interface LedgerEntry {
    /** 1 for the first write of either side since the last reset; 0 for what is no write. */
    ordinal: number;
    side: Side;
    verb: string;
    what: string;
    /** Milliseconds since the epoch, when the request arrived. */
    time: number;
    /** What the server answered; undefined as long as it has not, or when the request never reached it. */
    status?: number;
    userAgent: string;
    /** Length of the answer's body as the server packed it, as far as it went through. */
    answerBytes?: number;
    /** The fault that this request met. */
    fault?: FaultAction;
    /** Kubernetes only: the parts of `what`. */
    resource?: KubernetesResource;
}
