// The door through which Pulumi's dynamic-provider process reaches the component's own resources. This path stays for ever: it stands in users' state.
import { guarded } from "../pulumi/guard";
import * as health from "./addonHealth";
import * as settings from "./addonSettings";
import * as cluster from "./inferenceCluster";
import { tellErrors } from "./tellErrors";
import * as retention from "./tlsBucketRetention";

export const addonHealth = guarded(tellErrors("health of the add-on", health.addonHealth));
export const addonSettings = guarded(tellErrors("settings of the add-ons", settings.addonSettings));
export const inferenceCluster = guarded(tellErrors("HyperPod cluster", cluster.inferenceCluster));
export const tlsBucketRetention = guarded(tellErrors("TLS bucket", retention.tlsBucketRetention));
