// An ARN and where a cluster is come in; how the ARN's place differs from the cluster's goes out. Pure.

export interface Home {
    readonly partition: string;
    readonly region: string;
    readonly accountId: string;
}

/** `shares` is what the two must have in common, besides the partition. A service of AWS itself, and what names no account or Region, differs in none. */
export function strangerAt(
    arn: string,
    home: Home,
    shares: readonly ("account" | "region")[],
): string | undefined {
    const [scheme, partition = "", , region = "", account = ""] = arn.split(":");
    // What is no ARN is told as that, by whoever looks at shapes.
    if (scheme !== "arn") return undefined;
    const differs = (what: string, its: string, clusters: string) =>
        `is of the ${what} ${its}, and the cluster of ${clusters}: ${arn}`;
    if (partition !== home.partition) return differs("partition", partition, home.partition);
    if (shares.includes("account") && /^\d+$/.test(account) && account !== home.accountId)
        return differs("account", account, home.accountId);
    if (shares.includes("region") && region !== "" && region !== home.region)
        return differs("Region", region, home.region);
    return undefined;
}
