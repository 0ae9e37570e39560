/** The words all files of the fault proxy share: what one request is, and what it does to the world. No behaviour. */

export type Side = "aws" | "kubernetes";

/** `leaseRenewal`: a heartbeat of a lock. It changes the world, but at moments nobody chooses, so it has no ordinal. */
export type Effect = "write" | "read" | "leaseRenewal";

/** How an AWS service words its errors. */
export type AwsProtocol = "query" | "ec2" | "json" | "rest-json" | "rest-xml";

export interface KubernetesResource {
    group: string;
    version: string;
    resource: string;
    namespace?: string;
    name?: string;
    subresource?: string;
}

/** What can be told of a request before its body is read. */
export interface RequestHead {
    method: string;
    /** Path and query. */
    url: string;
    headers: Record<string, string | string[] | undefined>;
}

export interface Classified {
    side: Side;
    /** "CreateAddon", or the Kubernetes verb ("patch", "apply", "deletecollection"). */
    verb: string;
    /** "eks:CreateAddon amazon-..." or "patch deployments/kube-system/keda-operator/scale". */
    what: string;
    effect: Effect;
    protocol?: AwsProtocol;
    resource?: KubernetesResource;
}

/** The value of a header that may be given several times. */
export function headerOf(head: RequestHead, name: string): string {
    const value = head.headers[name];
    return (Array.isArray(value) ? value[0] : value) ?? "";
}
