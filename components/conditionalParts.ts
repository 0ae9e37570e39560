// Arguments come in; which parts this component makes at all goes out. Pure.
import { DependencyMode } from "../common/enums";
import type { DependencyKey } from "../provider/profiles/dependencyInputs";
import type { HyperPodInferenceAddonArgs } from "./args";

/** Whether the move brings the operator's role and bucket along from the Helm release, because none were given. */
export function keepsHelmIdentity(args: HyperPodInferenceAddonArgs): boolean {
    return args.migrateFromHelm !== undefined && args.tlsCertificateS3Bucket === undefined;
}

/** Whether the component, or the move in its place, brings this dependency. */
export function isInstalled(args: HyperPodInferenceAddonArgs, key: DependencyKey): boolean {
    return (args[key]?.mode ?? DependencyMode.Install) === DependencyMode.Install;
}
