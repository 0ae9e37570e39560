// In: a started sandbox. Out: the environment variables of a user's shell; all calls go through the fault proxy. Sets none itself.
import { writeKubeconfig } from "./kubernetes/configFiles";
import { clusterName, region } from "./sandboxNames";
import type { SandboxParts } from "./startedParts";

export function userEnvironment({ directory, faults, pki, tools }: SandboxParts): Record<string, string> {
    const cluster = { name: clusterName, server: faults.kubernetesUrl, caFile: pki.ca };
    return {
        KUBECONFIG: writeKubeconfig(directory.path, "user.kubeconfig", cluster, { token: pki.userToken }),
        AWS_ENDPOINT_URL: faults.awsUrl,
        AWS_ACCESS_KEY_ID: "AKIASANDBOX000000001",
        AWS_SECRET_ACCESS_KEY: "sandbox-secret-access-key",
        AWS_REGION: region,
        AWS_DEFAULT_REGION: region,
        AWS_EC2_METADATA_DISABLED: "true",
        AWS_PAGER: "",
        PATH: `${tools.binDirectory}:${process.env.PATH ?? "/usr/bin:/bin"}`,
    };
}
