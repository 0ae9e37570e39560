// The port to the EKS add-ons of the cluster.

export enum AddonStatus {
    Creating = "CREATING",
    Active = "ACTIVE",
    CreateFailed = "CREATE_FAILED",
    Updating = "UPDATING",
    Deleting = "DELETING",
    DeleteFailed = "DELETE_FAILED",
    Degraded = "DEGRADED",
    UpdateFailed = "UPDATE_FAILED",
}

export interface AddonIssue {
    readonly code: string;
    readonly message: string;
    readonly resourceIds: readonly string[];
}

export interface Addon {
    readonly name: string;
    readonly arn: string;
    readonly version: string;
    readonly status: AddonStatus;
    readonly issues: readonly AddonIssue[];
    readonly configurationValues: string;
    readonly serviceAccountRoleArn?: string;
    readonly tags: Readonly<Record<string, string>>;
}

export interface AddonRequest {
    readonly name: string;
    readonly version: string;
    readonly configurationValues?: string;
    readonly serviceAccountRoleArn?: string;
    readonly tags?: Readonly<Record<string, string>>;
    readonly token: string;
    /** What a creation does about objects that are there already. Defaults to OVERWRITE. */
    readonly resolveConflicts?: "NONE" | "OVERWRITE";
}

export interface AddonVersion {
    readonly version: string;
}

/** EKS add-ons of the cluster. */
export interface Addons {
    /** Names of all that the cluster has. */
    list(): Promise<readonly string[]>;
    describe(name: string): Promise<Addon | undefined>;
    /** Versions that the cluster's Kubernetes version can run, newest first. */
    versions(name: string): Promise<AddonVersion[]>;
    /** JSON schema of the configuration values; undefined when the version has none. */
    configurationSchema(name: string, version: string): Promise<Record<string, unknown> | undefined>;
    /** Answers the add-on that the same token made before, if it did. */
    create(request: AddonRequest): Promise<Addon>;
    update(request: AddonRequest, resolveConflicts: "OVERWRITE" | "PRESERVE"): Promise<string>;
    /** Sets these tags beside the others that the add-on has. */
    tag(addon: Pick<Addon, "arn" | "name">, tags: Readonly<Record<string, string>>): Promise<void>;
    /** Takes these tags away; one that is not there is no error. */
    untag(addon: Pick<Addon, "arn" | "name">, keys: readonly string[]): Promise<void>;
    describeUpdate(
        name: string,
        updateId: string,
    ): Promise<{ status: string; errors: readonly AddonIssue[] }>;
    /** `preserve` keeps every object in the cluster. An absent add-on is no error. */
    remove(name: string, options: { preserve: boolean }): Promise<void>;
}
