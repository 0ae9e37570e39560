// The text of an IAM policy comes in, its statements go out. Text that is no JSON has no statement. Pure.

export interface Statement {
    Sid?: string;
    Effect?: string;
    Action?: string | string[];
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

export function parse(document: string): Document {
    try {
        return JSON.parse(document) as Document;
    } catch {
        return {};
    }
}

export function statementsOf({ Statement }: Document): Statement[] {
    return Statement === undefined ? [] : Array.isArray(Statement) ? Statement : [Statement];
}
