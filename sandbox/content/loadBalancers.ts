// In: an Ingress. Out: the load balancer that the AWS Load Balancer Controller makes for it, named and tagged as it does. Serves nothing.
import { createHash } from "node:crypto";
import {
    CreateLoadBalancerCommand,
    type ElasticLoadBalancingV2Client,
    type LoadBalancerSchemeEnum,
} from "@aws-sdk/client-elastic-load-balancing-v2";
import { given, tagList } from "./awsClients";

export interface IngressReference {
    cluster: string;
    namespace: string;
    name: string;
}

export interface LoadBalancer {
    arn: string;
    name: string;
    dnsName: string;
}

export async function createLoadBalancer(
    elb: ElasticLoadBalancingV2Client,
    ingress: IngressReference,
    options: { scheme: LoadBalancerSchemeEnum; subnetIds: string[]; tags: Record<string, string> },
): Promise<LoadBalancer> {
    const name = loadBalancerName(ingress);
    const created = await elb.send(
        new CreateLoadBalancerCommand({
            Name: name,
            Type: "application",
            Scheme: options.scheme,
            Subnets: options.subnetIds,
            Tags: tagList({ ...controllerTags(ingress), ...options.tags }),
        }),
    );
    const balancer = created.LoadBalancers?.[0];
    return {
        name,
        arn: given(balancer?.LoadBalancerArn, "a load balancer ARN"),
        dnsName: given(balancer?.DNSName, "a DNS name"),
    };
}

function controllerTags(ingress: IngressReference): Record<string, string> {
    return {
        "elbv2.k8s.aws/cluster": ingress.cluster,
        "ingress.k8s.aws/stack": `${ingress.namespace}/${ingress.name}`,
        "ingress.k8s.aws/resource": "LoadBalancer",
    };
}

/** k8s-<namespace>-<name>-<hash>, each part cut, without dashes inside the first two. */
function loadBalancerName({ cluster, namespace, name }: IngressReference): string {
    const hash = createHash("sha256").update(`${cluster}/${namespace}/${name}`).digest("hex").slice(0, 10);
    const part = (text: string) => text.replace(/[^a-z0-9]/g, "").slice(0, 8);
    return `k8s-${part(namespace)}-${part(name)}-${hash}`;
}
