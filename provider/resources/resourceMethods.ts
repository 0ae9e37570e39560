// The methods of the component's own resources, for whichever of Pulumi's doors calls them. Knows no door.
import type { DynamicProvider } from "../pulumi/guardMethods";
import * as health from "./addonHealth";
import * as settings from "./addonSettings";
import * as cluster from "./inferenceCluster";
import * as retention from "./tlsBucketRetention";

export const resourceCalls = {
    AddonHealth: health.addonHealth,
    AddonSettings: settings.addonSettings,
    InferenceCluster: cluster.inferenceCluster,
    TlsBucketRetention: retention.tlsBucketRetention,
} satisfies Record<string, DynamicProvider>;
