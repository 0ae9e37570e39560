// Trust policies of IAM roles: who is trusted, and the document with one statement more or less. Pure; text that needs no change is never rewritten.
import { canonicalJson } from "../canonicalJson";
import { parse, type Statement, statementsOf } from "./document";
import { coversValue, listOf } from "./policyMatch";

/** IAM refuses a longer trust policy. */
export const TRUST_POLICY_LIMIT = 2048;

export interface ServiceAccountTrust {
    readonly oidcProviderArn: string;
    /** May hold wildcards. */
    readonly namespace: string;
    readonly name: string;
    readonly sid: string;
}

export const WEB_IDENTITY = "sts:AssumeRoleWithWebIdentity";
export const AUDIENCE = "sts.amazonaws.com";

function subjectOf({ namespace, name }: Pick<ServiceAccountTrust, "namespace" | "name">): string {
    return `system:serviceaccount:${namespace}:${name}`;
}

/** One statement that trusts one service account of one cluster, and nothing else. */
export function statementFor(trust: ServiceAccountTrust): Statement {
    const issuer = issuerOf(trust.oidcProviderArn);
    const subject = { [`${issuer}:sub`]: subjectOf(trust) };
    const audience = { [`${issuer}:aud`]: AUDIENCE };
    const Condition = subjectOf(trust).includes("*")
        ? { StringEquals: audience, StringLike: subject }
        : { StringEquals: { ...audience, ...subject } };
    return {
        Sid: trust.sid,
        Effect: "Allow",
        Principal: { Federated: trust.oidcProviderArn },
        Action: WEB_IDENTITY,
        Condition,
    };
}

/** Whether some statement lets the service account in. A condition on anything but subject and audience counts as a no. */
export function isTrusted(document: string, trust: ServiceAccountTrust): boolean {
    return statementsOf(parse(document)).some((statement) => admits(statement, trust));
}

/** The document with the statement, compact; the text itself when the account is trusted already. */
export function withTrust(document: string, trust: ServiceAccountTrust): string {
    if (isTrusted(document, trust)) return document;
    const parsed = parse(document);
    const others = statementsOf(parsed).filter(({ Sid }) => Sid !== trust.sid);
    return JSON.stringify({ ...parsed, Statement: [...others, statementFor(trust)] });
}

/** The document without the statements of these Sids; `former`, character by character, when nothing else differs from it. */
export function withoutTrust(document: string, sids: readonly string[], former: string): string {
    const parsed = parse(document);
    const statements = statementsOf(parsed);
    const kept = statements.filter(({ Sid }) => Sid === undefined || !sids.includes(Sid));
    if (
        canonicalJson({ ...parsed, Statement: kept }) ===
        canonicalJson({ ...parse(former), Statement: statementsOf(parse(former)) })
    )
        return former;
    // Somebody else changed the document meanwhile: theirs stays, ours goes.
    return kept.length === statements.length ? document : JSON.stringify({ ...parsed, Statement: kept });
}

/** What a copy of the role trusts: everything but the accounts of this cluster, which belong to Helm, and then the new ones. */
export function trustOfCopy(document: string, trusts: readonly ServiceAccountTrust[]): string {
    const parsed = parse(document);
    const provider = trusts[0]?.oidcProviderArn;
    const others = statementsOf(parsed).filter((statement) => !federated(statement).includes(provider ?? ""));
    const whole = JSON.stringify({
        Version: "2012-10-17",
        ...parsed,
        Statement: [...others, ...trusts.map(statementFor)],
    });
    if (whole.length <= TRUST_POLICY_LIMIT) return whole;
    const services = others.filter(
        ({ Principal }) => typeof Principal === "object" && Principal.Service !== undefined,
    );
    return JSON.stringify({
        Version: "2012-10-17",
        ...parsed,
        Statement: [...services, ...trusts.map(statementFor)],
    });
}

function admits(statement: Statement, trust: ServiceAccountTrust): boolean {
    if (statement.Effect !== "Allow") return false;
    if (!listOf(statement.Action).some((action) => coversValue(action, WEB_IDENTITY))) return false;
    if (!federated(statement).includes(trust.oidcProviderArn)) return false;
    const issuer = issuerOf(trust.oidcProviderArn);
    for (const [operator, keys] of Object.entries(statement.Condition ?? {})) {
        for (const [key, wanted] of Object.entries(keys)) {
            const actual =
                key === `${issuer}:sub` ? subjectOf(trust) : key === `${issuer}:aud` ? AUDIENCE : undefined;
            if (actual === undefined) return false;
            const holds = listOf(wanted).some((value) =>
                operator === "StringEquals"
                    ? value === actual
                    : operator === "StringLike"
                      ? coversValue(value, actual)
                      : false,
            );
            if (!holds) return false;
        }
    }
    return true;
}

function federated({ Principal }: Statement): string[] {
    return typeof Principal === "object" ? listOf(Principal.Federated) : [];
}

function issuerOf(oidcProviderArn: string): string {
    return oidcProviderArn.slice(oidcProviderArn.indexOf("oidc-provider/") + "oidc-provider/".length);
}
