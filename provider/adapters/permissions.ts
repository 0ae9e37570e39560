// The port `Permissions`: SelfSubjectAccessReview of the API server, and IAM's policy simulation where this principal may use it.
import type * as iam from "@aws-sdk/client-iam";
import type { AwsRight, ClusterRight, Permissions } from "../ports/world";
import { openClient } from "./aws/client";
import type { AwsSession } from "./aws/session";
import { ApiError, type KubernetesApi } from "./kubernetes/api";
import { closedGate } from "./locklessGates";

const REVIEWS = "/apis/authorization.k8s.io/v1/selfsubjectaccessreviews";
/** Resources of one plan that are asked about; a plan with more models says enough with these. */
const SIMULATED_AT_MOST = 40;

export class RealPermissions implements Permissions {
    constructor(
        readonly api: KubernetesApi,
        readonly session: AwsSession,
    ) {}

    async allows({ verb, group, resource, namespace }: ClusterRight): Promise<boolean> {
        // A review stores nothing: it needs no lock, and asking twice does no harm.
        const { status, body } = await this.api.callForAnswer({
            method: "POST",
            path: REVIEWS,
            retryUnanswered: true,
            storesNothing: true,
            body: {
                apiVersion: "authorization.k8s.io/v1",
                kind: "SelfSubjectAccessReview",
                spec: {
                    resourceAttributes: {
                        verb,
                        group,
                        resource,
                        ...(namespace === undefined ? {} : { namespace }),
                    },
                },
            },
        });
        // Who may not ask is told by the first refused call; an API server that is away is no answer at all.
        if (status === 401 || status === 403 || status === 404) return true;
        if (status >= 300) throw new ApiError(status, body, { method: "POST", path: REVIEWS });
        return (body as { status?: { allowed?: boolean } }).status?.allowed === true;
    }

    async deniedInAws(rights: readonly AwsRight[]): Promise<readonly AwsRight[]> {
        const principal = await this.#principal();
        if (principal === undefined) return [];
        const sdk = await import("@aws-sdk/client-iam");
        const client = openClient(sdk.IAMClient, this.session, "iam", closedGate);
        const answers = await Promise.all(
            questions(rights).map(async ({ ActionNames, ResourceArns }) => {
                const asked = { PolicySourceArn: principal, ActionNames, ResourceArns };
                const denied: AwsRight[] = [];
                try {
                    // IAM cuts its answer where it likes.
                    for await (const page of sdk.paginateSimulatePrincipalPolicy({ client }, asked))
                        denied.push(...(page.EvaluationResults ?? []).flatMap(refusedIn));
                    return denied;
                } catch (error) {
                    // Not being allowed to simulate says nothing about the rest.
                    if (isRefusedToAsk(error)) return denied;
                    throw error;
                }
            }),
        );
        return answers.flat();
    }

    /** The role behind an assumed one: sessions cannot be simulated. */
    async #principal(): Promise<string | undefined> {
        try {
            const { GetCallerIdentityCommand, STSClient } = await import("@aws-sdk/client-sts");
            const client = openClient(STSClient, this.session, "sts", closedGate);
            const { Arn = "" } = await client.send(new GetCallerIdentityCommand({}));
            if (Arn === "" || Arn.endsWith(":root")) return undefined;
            const [, partition, account, role] =
                /^arn:([^:]+):sts::(\d+):assumed-role\/([^/]+)\//.exec(Arn) ?? [];
            // A session's ARN leaves the role's path out, so a role with a path cannot be named here and is not found.
            return role === undefined ? Arn : `arn:${partition}:iam::${account}:role/${role}`;
        } catch (error) {
            if (isRefusedToAsk(error)) return undefined;
            throw error;
        }
    }
}

/** Also a principal that IAM cannot name, and policies that it cannot evaluate by themselves. */
function isRefusedToAsk(error: unknown): boolean {
    return /^(AccessDenied|NoSuchEntity|InvalidInput|ValidationError|PolicyEvaluation)/.test(
        (error as Error).name,
    );
}

interface Question {
    readonly ActionNames: string[];
    readonly ResourceArns: string[];
}

/** Resources for which the same is asked share a question. */
function questions(rights: readonly AwsRight[]): Question[] {
    const actionsOf = new Map<string, string[]>();
    for (const { action, resource } of rights)
        actionsOf.set(resource, [...(actionsOf.get(resource) ?? []), action]);
    const found = new Map<string, Question>();
    for (const [resource, ActionNames] of [...actionsOf].slice(0, SIMULATED_AT_MOST)) {
        const key = ActionNames.join();
        const question = found.get(key) ?? { ActionNames, ResourceArns: [] };
        question.ResourceArns.push(resource);
        found.set(key, question);
    }
    return [...found.values()];
}

/** With several resources the decision on each stands below the action's own. */
export function refusedIn(result: iam.EvaluationResult): AwsRight[] {
    const action = result.EvalActionName ?? "";
    // The decision may leave out what the organisation's policies refuse.
    if (result.OrganizationsDecisionDetail?.AllowedByOrganizations === false && !isOpen(result))
        return (result.ResourceSpecificResults?.length ? result.ResourceSpecificResults : [result]).map(
            (one) => ({ action, resource: one.EvalResourceName ?? "*" }),
        );
    const single = {
        EvalResourceName: result.EvalResourceName ?? "*",
        EvalResourceDecision: result.EvalDecision,
        MissingContextValues: result.MissingContextValues,
    };
    const each = result.ResourceSpecificResults?.length ? result.ResourceSpecificResults : [single];
    return each
        .filter(isRefused)
        .map(({ EvalResourceName }) => ({ action, resource: EvalResourceName ?? "*" }));
}

/** A condition on something that the simulation was not told says nothing. */
function isRefused(
    decided: Pick<iam.ResourceSpecificResult, "EvalResourceDecision" | "MissingContextValues">,
): boolean {
    const { EvalResourceDecision: decision } = decided;
    return decision !== undefined && decision !== "allowed" && !isOpen(decided);
}

function isOpen({ MissingContextValues }: { MissingContextValues?: string[] | undefined }): boolean {
    return (MissingContextValues ?? []).length > 0;
}
