// The door through which Pulumi's dynamic-provider process reaches the component's own resources. This path stays for ever: it stands in users' state.
import { printNoToldErrors } from "../process/toldErrors";
import { dynamicDoor } from "../pulumi/guardMethods";
import { resourceCalls } from "./resourceMethods";

printNoToldErrors();
export const addonHealth = dynamicDoor(resourceCalls.AddonHealth);
export const addonSettings = dynamicDoor(resourceCalls.AddonSettings);
export const inferenceCluster = dynamicDoor(resourceCalls.InferenceCluster);
export const tlsBucketRetention = dynamicDoor(resourceCalls.TlsBucketRetention);
