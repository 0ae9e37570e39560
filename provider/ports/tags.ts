// The port to the tags of AWS resources.

export enum TaggedKind {
    LoadBalancer = "loadBalancer",
    Certificate = "certificate",
    S3Object = "s3Object",
}

/** A resource that carries tags: an ARN, or `s3://bucket/key` for an S3 object. */
export interface TaggedResource {
    readonly kind: TaggedKind;
    readonly id: string;
}

export interface LoadBalancer {
    readonly arn: string;
    readonly dnsName: string;
    readonly tags: Readonly<Record<string, string>>;
}

/** Whose a bucket is, for people. */
export enum BucketOwner {
    ThisAccount = "belongs to this account",
    AnotherAccount = "belongs to another account",
    Nobody = "does not exist",
    /** Refused, or in another Region. */
    Unknown = "cannot be looked at",
}

/** A resource with the tags that it had a moment ago. */
export interface SeenTags {
    readonly resource: TaggedResource;
    readonly tags: Readonly<Record<string, string>>;
}

/** Tags of load balancers, certificates and S3 objects, and the look-ups by which they are found. */
export interface Tags {
    /** For a plan: what another plan of this process read within a minute may be handed on. Undefined for what does not exist. */
    look(resource: TaggedResource): Promise<Readonly<Record<string, string>> | undefined>;
    /** The tags of each as they are now, in their order; undefined for what does not exist. Asked for together where the service can. */
    readAll(resources: readonly TaggedResource[]): Promise<(Record<string, string> | undefined)[]>;
    /** Sets one tag on each and leaves all others, which the caller saw a moment ago; nothing where the resource does not exist. */
    put(seen: readonly SeenTags[], key: string, value: string): Promise<void>;
    /** Takes one tag away from each that carries it with this value; all else stays, and what does not exist is no error. */
    takeAway(resources: readonly TaggedResource[], key: string, value: string): Promise<void>;
    loadBalancers(): Promise<LoadBalancer[]>;
    bucketOwner(bucket: string, accountId: string): Promise<BucketOwner>;
}
