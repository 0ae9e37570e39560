// How an AWS account is reached beyond Region, profile and one role: what an aws provider may say about it. No logic; the values may be secret.

/** The inputs that say how AWS is reached, of a move and of the component's own resources. */
export const AWS_REACH = ["region", "profile", "roleArn", "access"] as const;

/** Static keys. */
export interface AwsKeys {
    /** Id of the access key. */
    accessKeyId: string;
    /** The secret access key. */
    secretAccessKey: string;
    /** Token of temporary keys. Defaults to none. */
    sessionToken?: string;
}

/** A role, with what those who trust it may ask for. */
export interface AssumedRole {
    /** ARN of the role. */
    roleArn: string;
    /** External id that the role's trust policy asks for. Defaults to none. */
    externalId?: string;
    /** Name of the session. Defaults to pulumi-hyperpod-inference. */
    sessionName?: string;
    /** Source identity that the role's trust policy asks for. Defaults to none. */
    sourceIdentity?: string;
}

/** Keys, a chain of roles, and endpoints. */
export interface AwsAccess {
    /** Static keys. Defaults to the standard credential chain. */
    keys?: AwsKeys;
    /** Roles that are assumed one after the other. Defaults to none. */
    assumeRoles?: AssumedRole[];
    /** URL by service, as the aws provider names services: eks, sts, iam, s3, elbv2, acm, sagemaker. Defaults to AWS's own. */
    endpoints?: Record<string, string>;
}
