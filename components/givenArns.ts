// Arguments that name things of AWS come in; those of another partition, account or Region than the cluster's, and roles that are not there, go out. Look-ups only.
import * as pulumi from "@pulumi/pulumi";
import { type Home, strangerAt } from "../common/arnHome";
import { messageOf } from "../common/errors";
import type { InputProblem } from "../common/inputShape";
import type { HyperPodInferenceAddonArgs } from "./args";
import { aws } from "./aws";
import { ifThere } from "./ownerTag";

const ROLES = [
    "executionRoleArn",
    "albRoleArn",
    "kedaRoleArn",
    "jumpstartGatedModelDownloadRoleArn",
    "gatewayRoleArn",
    "s3CsiRoleArn",
    "fsxCsiRoleArn",
] as const satisfies readonly (keyof HyperPodInferenceAddonArgs)[];

/** What each shares with the cluster, besides the partition. */
const SHARES: Partial<Record<keyof HyperPodInferenceAddonArgs, readonly ("account" | "region")[]>> = {
    ...Object.fromEntries(ROLES.map((key) => [key, ["account"]])),
    hyperpodClusterArn: ["account", "region"],
    oidcProviderArn: ["account"],
    rolePermissionsBoundary: ["account"],
    // A key may be another account's, and lies where its bucket does.
    tlsBucketKmsKeyArn: ["region"],
};

/** `args` with what is known by now in the place of outputs. */
export async function problemsOfGivenThings(
    args: HyperPodInferenceAddonArgs,
    home: Home,
    lookUp: pulumi.InvokeOptions,
): Promise<InputProblem[]> {
    const misplaced = Object.entries(SHARES).flatMap(([key, shares]) => {
        const arn = args[key as keyof HyperPodInferenceAddonArgs];
        const reason = typeof arn === "string" ? strangerAt(arn, home, shares) : undefined;
        return reason === undefined ? [] : [{ propertyPath: key, reason }];
    });
    const buckets = Array.isArray(args.modelBucketArns) ? args.modelBucketArns : [];
    const misplacedBuckets = buckets.flatMap((arn, index) => {
        const reason = typeof arn === "string" ? strangerAt(arn, home, []) : undefined;
        return reason === undefined ? [] : [{ propertyPath: `modelBucketArns[${index}]`, reason }];
    });
    const isMisplaced = new Set(misplaced.map(({ propertyPath }) => propertyPath));
    const absent = ROLES.filter((key) => !isMisplaced.has(key)).map(async (key): Promise<InputProblem[]> => {
        const arn = args[key];
        if (typeof arn !== "string" || !arn.startsWith("arn:")) return [];
        const reason = await whyNotThere(arn, lookUp);
        return reason === undefined ? [] : [{ propertyPath: key, reason }];
    });
    return [...misplaced, ...misplacedBuckets, ...(await Promise.all(absent)).flat()];
}

async function whyNotThere(arn: string, lookUp: pulumi.InvokeOptions): Promise<string | undefined> {
    const name = arn.slice(arn.lastIndexOf("/") + 1);
    try {
        const found = await ifThere(aws.iam.getRole({ name }, lookUp));
        if (found === undefined) return `does not exist: ${arn}`;
        return found.arn === arn ? undefined : `does not exist: ${arn}; the account has ${found.arn}`;
    } catch (error) {
        if (!/AccessDenied|not authorized/i.test(messageOf(error))) throw error;
        // Who gives roles may not be allowed to look at them.
        await pulumi.log.warn(`whether the role ${arn} exists cannot be told: ${messageOf(error)}`);
        return undefined;
    }
}
