// The port to IAM roles.

/** An IAM role with everything that decides what it may do. */
export interface Role {
    readonly arn: string;
    readonly name: string;
    readonly path: string;
    /** The trust policy, exactly as IAM keeps it (decoded JSON text). */
    readonly trustPolicy: string;
    readonly attachedPolicies: readonly string[];
    /** Inline policies by name, as JSON text. */
    readonly inlinePolicies: Readonly<Record<string, string>>;
    readonly permissionsBoundary?: string;
    readonly maxSessionDuration: number;
    readonly tags: Readonly<Record<string, string>>;
    readonly description?: string;
}

/** IAM roles. Names, never paths, identify a role; ARNs with a path are understood everywhere. */
export interface Identities {
    readRole(arnOrName: string): Promise<Role | undefined>;
    /** Creates the role with its attached and inline policies; completes a half-made one that carries `ownerTag`. Waits until IAM shows it. */
    createRole(role: Omit<Role, "arn">, ownerTag: { key: string; value: string }): Promise<Role>;
    setTrustPolicy(roleName: string, document: string): Promise<void>;
    putInlinePolicy(roleName: string, policyName: string, document: string): Promise<void>;
    removeInlinePolicy(roleName: string, policyName: string): Promise<void>;
    /** Detaches and deletes everything of a role that carries `ownerTag`; a role without the tag is left alone. */
    deleteRole(roleName: string, ownerTag: { key: string; value: string }): Promise<void>;
    /** Characters that this account allows in a trust policy; undefined where this principal may not ask. */
    trustPolicyLimit(): Promise<number | undefined>;
    /** Whether an IAM OIDC provider exists for the issuer of the cluster. */
    oidcProviderArn(issuer: string): Promise<string | undefined>;
}
