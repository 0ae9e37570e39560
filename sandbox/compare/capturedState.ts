/** The words all files of the comparison share: a captured state, and one difference between two of them. No behaviour. */

export type Json = null | boolean | number | string | Json[] | { [key: string]: Json | undefined };
export type JsonObject = { [key: string]: Json | undefined };

/** Plain JSON: it can be saved to a file and compared another day. */
export interface State {
    /** Canonical objects by `group/Kind namespace/name` ("Secret kube-system/x", "apps/Deployment a/b"). */
    kubernetes: Record<string, unknown>;
    /** Canonical resources by `service:Type name` ("iam:Role hp-exec", "s3:Object bucket/key"). */
    aws: Record<string, unknown>;
    /** What must stay the very same thing: Kubernetes UIDs and identifiers that AWS gives, by key. */
    identities: Record<string, string>;
    /** `group/Kind` of everything that a CustomResourceDefinition defines. */
    customKinds: string[];
}

export interface Difference {
    where: "kubernetes" | "aws";
    key: string;
    /** `spec.template.spec.containers[manager].image`; empty when the whole object was added or removed. */
    path: string;
    before?: unknown;
    after?: unknown;
}
