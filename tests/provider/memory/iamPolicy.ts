// IAM's judgement: policy documents and one question in, the statement that allows it out. What is not allowed is denied. Only what the package's policies use; anything else is an error.
import type { AllowStatement } from "../../../provider/permissions/awsPolicy";

export interface Question {
    readonly action: string;
    readonly resource: string;
    /** What AWS tells of the call, by condition key. */
    readonly context?: Readonly<Record<string, string | readonly string[]>>;
}

export function allowing(policies: readonly string[], question: Question): AllowStatement | undefined {
    return policies
        .flatMap((policy) => (JSON.parse(policy) as { Statement: AllowStatement[] }).Statement)
        .find((statement) => allows(statement, question));
}

export function allows(
    { Action, Resource, Condition = {} }: AllowStatement,
    { action, resource, context = {} }: Question,
): boolean {
    return (
        Action.includes(action) &&
        Resource.some((pattern) => expressionOf(pattern).test(resource)) &&
        Object.entries(Condition).every(([operator, keys]) =>
            Object.entries(keys).every(([key, wanted]) => holds(operator, context[key], [wanted].flat())),
        )
    );
}

function holds(
    operator: string,
    given: string | readonly string[] | undefined,
    wanted: readonly string[],
): boolean {
    switch (operator) {
        case "Null":
            return (given === undefined) === (wanted[0] === "true");
        case "StringEquals":
            return typeof given === "string" && wanted.includes(given);
        case "ArnLike":
            return typeof given === "string" && wanted.some((pattern) => expressionOf(pattern).test(given));
        case "ForAllValues:StringEquals":
            return [given ?? []].flat().every((one) => wanted.includes(one));
        default:
            throw new Error(`a condition that is not understood here: ${operator}`);
    }
}

/** `*` and `?` stand for anything, unless they are written as variables. */
function expressionOf(pattern: string): RegExp {
    const parts = pattern.split(/(\$\{[*?$]\}|[*?])/);
    const text = parts.map((part) =>
        part === "*"
            ? ".*"
            : part === "?"
              ? "."
              : part.replace(/^\$\{(.)\}$/, "$1").replaceAll(/[.*+?^${}()|[\]\\]/g, "\\$&"),
    );
    return new RegExp(`^${text.join("")}$`, "s");
}
