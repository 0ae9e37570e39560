// The port to what this principal may do, in the cluster and in AWS.

export interface ClusterRight {
    readonly verb: string;
    readonly group: string;
    readonly resource: string;
    /** Absent for the whole cluster. */
    readonly namespace?: string;
}

export interface AwsRight {
    readonly action: string;
    readonly resource: string;
}

/** What this principal may do. */
export interface Permissions {
    /** Asks the API server; true also when it cannot be asked. */
    allows(right: ClusterRight): Promise<boolean>;
    /** Rights that IAM's simulation refuses outright; none when this principal may not simulate. */
    deniedInAws(rights: readonly AwsRight[]): Promise<readonly AwsRight[]>;
}
