// Whose role and bucket the operator goes on with.
import type { HyperPodInferenceAddonArgs } from "./args";

/** Whether the move brings the operator's role and bucket along from the Helm release, because none were given. */
export function keepsHelmIdentity(args: HyperPodInferenceAddonArgs): boolean {
    return args.migrateFromHelm !== undefined && args.tlsCertificateS3Bucket === undefined;
}
