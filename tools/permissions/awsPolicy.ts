// The table of AWS calls in, an IAM policy out. Pure.
import { AWS_CALLS, type On, type Purpose } from "./awsCalls";

/** Where the policy is for. */
export interface Place {
    readonly partition: string;
    readonly region: string;
    readonly account: string;
    readonly cluster: string;
    /** Names, or patterns, of the buckets with the models' TLS objects. */
    readonly buckets: readonly string[];
}

/** To be replaced by whoever uses the document. */
export const PLACEHOLDERS: Place = {
    partition: "aws",
    region: "REGION",
    account: "ACCOUNT",
    cluster: "CLUSTER",
    buckets: ["hyperpod-tls*"],
};

export interface Statement {
    readonly Sid: string;
    readonly Effect: "Allow";
    readonly Action: readonly string[];
    readonly Resource: readonly string[];
}

export interface Policy {
    readonly Version: "2012-10-17";
    readonly Statement: readonly Statement[];
}

/** One statement for each purpose and kind of resource. A move needs those of looking too. */
export function awsPolicy(place: Place, purposes: readonly Purpose[] = ["look", "move"]): Policy {
    const statements = purposes.flatMap((purpose) => {
        const actionsOn = new Map<On, Set<string>>();
        for (const call of AWS_CALLS.filter((one) => one.purpose === purpose))
            for (const [action, on] of call.actions)
                actionsOn.set(on, (actionsOn.get(on) ?? new Set()).add(action));
        return [...actionsOn].map(
            ([on, actions]): Statement => ({
                Sid: `${title(purpose)}${title(on)}`,
                Effect: "Allow",
                Action: [...actions].sort(),
                Resource: resourcesOf(on, place),
            }),
        );
    });
    return { Version: "2012-10-17", Statement: statements };
}

function resourcesOf(on: On, { partition, region, account, cluster, buckets }: Place): string[] {
    const arn = (service: string, rest: string) => `arn:${partition}:${service}:${region}:${account}:${rest}`;
    switch (on) {
        case "anything":
            return ["*"];
        case "cluster":
            return [arn("eks", `cluster/${cluster}`)];
        case "addons":
            return [arn("eks", `addon/${cluster}/*/*`)];
        case "roles":
            return [`arn:${partition}:iam::${account}:role/*`];
        case "loadBalancers":
            return [arn("elasticloadbalancing", "loadbalancer/*")];
        case "certificates":
            return [arn("acm", "certificate/*")];
        case "bucket":
            return buckets.map((bucket) => `arn:${partition}:s3:::${bucket}`);
        case "objects":
            return buckets.map((bucket) => `arn:${partition}:s3:::${bucket}/*`);
    }
}

function title(word: string): string {
    return word.charAt(0).toUpperCase() + word.slice(1);
}
