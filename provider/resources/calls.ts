// The methods of the component's own resources, for whichever of Pulumi's doors calls them. Knows no door.
import type { DynamicProvider } from "../pulumi/guard";
import * as health from "./addonHealth";
import * as settings from "./addonSettings";
import * as cluster from "./inferenceCluster";
import { tellErrors } from "./tellErrors";
import * as retention from "./tlsBucketRetention";

export const resourceCalls = {
    AddonHealth: tellErrors("health of the add-on", health.addonHealth),
    AddonSettings: tellErrors("settings of the add-ons", settings.addonSettings),
    InferenceCluster: tellErrors("HyperPod cluster", cluster.inferenceCluster),
    TlsBucketRetention: tellErrors("TLS bucket", retention.tlsBucketRetention),
} satisfies Record<string, DynamicProvider>;
