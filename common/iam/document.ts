// The text of an IAM policy comes in, its statements go out; text that is no policy is an error. Pure.

/** Of the policy language: the one that knows variables. */
export const POLICY_VERSION = "2012-10-17";

export interface Statement {
    Sid?: string;
    Effect?: string;
    Action?: string | string[];
    NotAction?: string | string[];
    Principal?: string | Record<string, string | string[]>;
    Resource?: string | string[];
    Condition?: Record<string, Record<string, string | string[]>>;
    [key: string]: unknown;
}

export interface Document {
    Version?: string;
    Statement?: Statement | Statement[];
    [key: string]: unknown;
}

/** Nothing can be said about a document that cannot be read, least of all that it is empty. */
export class UnreadablePolicy extends Error {
    constructor() {
        super("a policy document is not the JSON that IAM keeps");
        this.name = "UnreadablePolicy";
    }
}

export function parse(document: string): Document {
    let parsed: unknown;
    try {
        parsed = JSON.parse(document);
    } catch {
        throw new UnreadablePolicy();
    }
    if (!isObject(parsed) || !statementsOf(parsed).every(isStatement)) throw new UnreadablePolicy();
    return parsed;
}

export function statementsOf({ Statement }: Document): Statement[] {
    return Statement === undefined ? [] : Array.isArray(Statement) ? Statement : [Statement];
}

function isStatement(value: unknown): boolean {
    if (!isObject(value)) return false;
    const { Principal = {}, Condition = {} } = value as { Principal?: unknown; Condition?: unknown };
    return (
        (typeof Principal === "string" || isObject(Principal)) &&
        isObject(Condition) &&
        Object.values(Condition).every(isObject)
    );
}

function isObject(value: unknown): value is Document {
    return typeof value === "object" && value !== null && !Array.isArray(value);
}
