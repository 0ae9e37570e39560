// The user's aws provider comes in; what our own calls need to reach the same account and Region goes out.
import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import type { HyperPodInferenceAddonArgs } from "./args";
import type { ConnectionInputs } from "./healthResources";

/** Profile and role of an explicit provider as far as Pulumi shows them, else those of the aws configuration. */
export function connectionOf(
    component: pulumi.ComponentResource,
    args: HyperPodInferenceAddonArgs,
    region: pulumi.Output<string>,
): ConnectionInputs {
    const explicit = component.getProvider("aws:eks/addon:Addon");
    const config = new pulumi.Config("aws");
    const roles = config.getObject<{ roleArn?: string }[]>("assumeRoles");
    const configured = explicit ? undefined : (roles?.at(-1)?.roleArn ?? undefined);
    const profile = explicit instanceof aws.Provider ? explicit.profile : config.get("profile");
    return { region, profile: args.profile ?? profile, roleArn: args.roleArn ?? configured };
}
