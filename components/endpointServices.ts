// A Region and a service come in; the names that its VPC endpoints may have in that partition go out, and which of them AWS offers. Look-ups only.
import { awsDomain } from "../common/awsRegion";
import { aws } from "./aws";
import type { Scope } from "./componentScope";
import { ifThere } from "./ownerTag";

/** What the operator, its pods and its nodes call. The docstring of the argument names them too; a test compares them. */
export const defaultServices = [
    "ec2",
    "ecr.api",
    "ecr.dkr",
    "sts",
    "eks-auth",
    "logs",
    "monitoring",
    "elasticloadbalancing",
    "sagemaker.api",
];

/** In `aws` and `aws-us-gov` all are called alike; elsewhere most carry the partition's own domain, backwards, and some do not. */
export function serviceNames(region: string, service: string): string[] {
    const domain = awsDomain(region).split(".").reverse().join(".");
    return [...new Set([`${domain}.${region}.${service}`, `com.amazonaws.${region}.${service}`])];
}

export interface EndpointService {
    readonly name: string;
    /** The domain that its private DNS answers for; undefined when AWS tells none. */
    readonly domain: string | undefined;
}

export enum EndpointType {
    Gateway = "Gateway",
    Interface = "Interface",
}

/** Undefined when the Region does not offer it. */
export async function findEndpointService(
    scope: Scope,
    region: string,
    service: string,
    serviceType: EndpointType,
    where: { region?: string },
): Promise<EndpointService | undefined> {
    const names = serviceNames(region, service);
    const [first = ""] = names;
    const known = { name: first, domain: undefined };
    if (names.length === 1 && serviceType === EndpointType.Gateway) return known;
    for (const serviceName of names) {
        const found = await ifThere(
            aws.ec2.getVpcEndpointService({ serviceName, serviceType, ...where }, scope.lookUp),
        );
        if (found !== undefined)
            return { name: serviceName, domain: found.privateDnsName?.replace(/^\*\./, "") || undefined };
    }
    return names.length === 1 ? known : undefined;
}

/** For a Region that is known only later. */
export async function endpointServiceName(
    scope: Scope,
    region: string,
    service: string,
    serviceType: EndpointType,
    where: { region?: string },
): Promise<string> {
    const found = await findEndpointService(scope, region, service, serviceType, where);
    if (found === undefined) throw new Error(`the Region ${region} offers no endpoint for ${service}`);
    return found.name;
}
