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
    const places = [
        { what: "partition", its: partition, clusters: home.partition, isShared: true },
        {
            what: "account",
            its: account,
            clusters: home.accountId,
            isShared: shares.includes("account") && /^\d+$/.test(account),
        },
        {
            what: "Region",
            its: region,
            clusters: home.region,
            isShared: shares.includes("region") && region !== "",
        },
    ].filter(({ its, clusters, isShared }) => isShared && its !== clusters);
    if (places.length === 0) return undefined;
    const itsPlace = places.map(({ what, its }) => `the ${what} ${its}`).join(" and ");
    const clustersPlace = places.map(({ clusters }) => clusters).join(" and ");
    return `is of ${itsPlace}, and the cluster of ${clustersPlace}: ${arn}`;
}
