// How the operator's add-on ends comes in; EKS answers so from its next creation on, with an issue that real ones have.
import type { Sandbox } from "../../sandbox/sandbox";
import { ADDON } from "./runs";

export function scriptFailure(sandbox: Sandbox, createOutcome: "CREATE_FAILED" | "DEGRADED"): Promise<void> {
    return sandbox.aws.scriptAddon(ADDON, {
        createOutcome,
        issues: [
            {
                code: "InsufficientNumberOfReplicas",
                message: "The add-on is unhealthy because it doesn't have the desired number of replicas.",
                resourceIds: [],
            },
        ],
    });
}
