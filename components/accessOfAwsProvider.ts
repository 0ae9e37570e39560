// The user's aws provider comes in; what our own calls need to reach the same account and Region goes out.
import * as pulumi from "@pulumi/pulumi";
import type { AssumedRole, AwsAccess } from "../common/awsAccess";
import type { HyperPodInferenceAddonArgs } from "./args";
import { providerSettings } from "./awsProviderSettings";
import type { ConnectionInputs } from "./healthResources";

/** The arguments decide; else an explicit provider; else the stack's aws configuration. */
export function connectionOf(
    component: pulumi.ComponentResource,
    args: HyperPodInferenceAddonArgs,
    region: pulumi.Output<string>,
): ConnectionInputs {
    const { profile, keys, assumeRoles, endpoints } = providerSettings(
        component.getProvider("aws:eks/addon:Addon"),
    );
    const access = pulumi.all([
        args.profile === undefined ? keys : undefined,
        args.roleArn === undefined ? assumeRoles.apply((roles) => (isPlain(roles) ? [] : roles)) : [],
        endpoints,
    ]);
    return {
        region,
        profile: args.profile ?? profile,
        roleArn:
            args.roleArn ?? assumeRoles.apply((roles) => (isPlain(roles) ? roles[0]?.roleArn : undefined)),
        access: access.apply(([ofProvider, roles, urls]): AwsAccess | undefined =>
            ofProvider || roles.length > 0 || Object.keys(urls).length > 0
                ? {
                      ...(ofProvider ? { keys: ofProvider } : {}),
                      ...(roles.length > 0 ? { assumeRoles: roles } : {}),
                      ...(Object.keys(urls).length > 0 ? { endpoints: urls } : {}),
                  }
                : undefined,
        ),
    };
}

/** At most one role, and its ARN is all that is needed to assume it. */
function isPlain(roles: AssumedRole[]): boolean {
    return roles.length <= 1 && roles.every((role) => Object.keys(role).length === 1);
}
