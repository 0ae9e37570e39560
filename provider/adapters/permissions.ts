// The port `Permissions`: SelfSubjectAccessReview of the API server, and IAM's policy simulation where this principal may use it.
import type * as iam from "@aws-sdk/client-iam";
import type { AwsRight, ClusterRight, Permissions } from "../world";
import type { Session } from "./aws/session";
import type { KubernetesApi } from "./kubernetes/api";

const REVIEWS = "/apis/authorization.k8s.io/v1/selfsubjectaccessreviews";
const SIMULATED_AT_ONCE = 40;

export class RealPermissions implements Permissions {
    constructor(
        readonly api: KubernetesApi,
        readonly session: Session,
    ) {}

    async allows({ verb, group, resource }: ClusterRight): Promise<boolean> {
        // A review stores nothing: it needs no lock, and asking twice does no harm.
        const { status, body } = await this.api.callForAnswer({
            method: "POST",
            path: REVIEWS,
            retryUnanswered: true,
            body: {
                apiVersion: "authorization.k8s.io/v1",
                kind: "SelfSubjectAccessReview",
                spec: { resourceAttributes: { verb, group, resource } },
            },
        });
        return status >= 300 || (body as { status?: { allowed?: boolean } }).status?.allowed === true;
    }

    async deniedInAws(rights: readonly AwsRight[]): Promise<readonly AwsRight[]> {
        const principal = await this.#principal();
        if (principal === undefined) return [];
        const sdk = await import("@aws-sdk/client-iam");
        const client = new sdk.IAMClient({ ...this.session, maxAttempts: 1 });
        const actionsOf = new Map<string, string[]>();
        for (const { action, resource } of rights)
            actionsOf.set(resource, [...(actionsOf.get(resource) ?? []), action]);
        const asked = [...actionsOf].slice(0, SIMULATED_AT_ONCE);
        const answers = await Promise.all(
            asked.map(async ([resource, ActionNames]) => {
                try {
                    const answer: iam.SimulatePrincipalPolicyCommandOutput = await client.send(
                        new sdk.SimulatePrincipalPolicyCommand({
                            PolicySourceArn: principal,
                            ActionNames,
                            ResourceArns: [resource],
                        }),
                    );
                    return (answer.EvaluationResults ?? []).flatMap((result) =>
                        isRefused(result) ? [{ action: result.EvalActionName ?? "", resource }] : [],
                    );
                } catch {
                    // Not being allowed to simulate says nothing about the rest.
                    return [];
                }
            }),
        );
        return answers.flat();
    }

    /** The role behind an assumed one: sessions cannot be simulated. */
    async #principal(): Promise<string | undefined> {
        try {
            const { GetCallerIdentityCommand, STSClient } = await import("@aws-sdk/client-sts");
            const { Arn = "" } = await new STSClient({ ...this.session, maxAttempts: 1 }).send(
                new GetCallerIdentityCommand({}),
            );
            if (Arn === "" || Arn.endsWith(":root")) return undefined;
            const [, partition, account, role] =
                /^arn:([^:]+):sts::(\d+):assumed-role\/([^/]+)\//.exec(Arn) ?? [];
            // A session's ARN leaves the role's path out, so a role with a path cannot be named here and is not found.
            return role === undefined ? Arn : `arn:${partition}:iam::${account}:role/${role}`;
        } catch {
            return undefined;
        }
    }
}

/** A condition on something that the simulation was not told says nothing. */
function isRefused({ EvalDecision, MissingContextValues }: iam.EvaluationResult): boolean {
    return (
        EvalDecision !== undefined && EvalDecision !== "allowed" && (MissingContextValues ?? []).length === 0
    );
}
