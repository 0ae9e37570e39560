// The door through which Pulumi's dynamic-provider process reaches the component's own resources. This path stays for ever: it stands in users' state.
import * as health from "./addonHealth";
import * as settings from "./addonSettings";
import { guarded } from "./guard";
import * as cluster from "./inferenceCluster";
import * as retention from "./tlsBucketRetention";

export const addonHealth = guarded(health.addonHealth);
export const addonSettings = guarded(settings.addonSettings);
export const inferenceCluster = guarded(cluster.inferenceCluster);
export const tlsBucketRetention = guarded(retention.tlsBucketRetention);
