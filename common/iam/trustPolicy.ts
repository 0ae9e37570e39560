// Trust policies of IAM roles: who is trusted, and the document with one statement more or less. Pure; text that needs no change is never rewritten.

import { canonicalJson } from "../canonicalJson";
import { all, conditionHolds, type RequestValue, Verdict } from "./conditions";
import { POLICY_VERSION, parse, type Statement, statementsOf } from "./document";
import { coversValue, listOf } from "./policyMatch";

/** IAM refuses a longer trust policy, unless the account's quota was raised (to 8,192 at most). */
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

/** Whether some statement surely lets the service account in; what denies it is `trustOf`'s to say. */
export function isTrusted(document: string, trust: ServiceAccountTrust): boolean {
    return statementsOf(parse(document)).some((statement) => admits(statement, trust) === Verdict.Yes);
}

/** Whether the service account may assume the role: a statement admits it, and none denies it. */
export function trustOf(document: string, trust: ServiceAccountTrust): Verdict {
    const statements = statementsOf(parse(document));
    const denied = statements.map((statement) => denies(statement, trust));
    if (denied.includes(Verdict.Yes)) return Verdict.No;
    const admitted = statements.map((statement) => admits(statement, trust));
    if (!admitted.includes(Verdict.Yes))
        return admitted.includes(Verdict.CannotTell) ? Verdict.CannotTell : Verdict.No;
    return denied.includes(Verdict.CannotTell) ? Verdict.CannotTell : Verdict.Yes;
}

/** Whether a statement denies the service account, whatever others allow. */
export function denialOf(document: string, trust: ServiceAccountTrust): Verdict {
    const denied = statementsOf(parse(document)).map((statement) => denies(statement, trust));
    return [Verdict.Yes, Verdict.CannotTell].find((verdict) => denied.includes(verdict)) ?? Verdict.No;
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

export interface TrustOfCopy {
    readonly document: string;
    /** Statements of the role that the copy has no room for, by Sid or principal. */
    readonly lost: readonly string[];
}

/** What a copy of the role trusts: everything but the accounts of this cluster, which belong to Helm, and then the new ones. What it denies stays denied. */
export function trustOfCopy(
    document: string,
    trusts: readonly ServiceAccountTrust[],
    limit = TRUST_POLICY_LIMIT,
): TrustOfCopy {
    const parsed = parse(document);
    const provider = trusts[0]?.oidcProviderArn;
    const others = statementsOf(parsed).flatMap((statement) => withoutProvider(statement, provider ?? ""));
    const withThese = (kept: readonly Statement[]) =>
        JSON.stringify({
            Version: POLICY_VERSION,
            ...parsed,
            Statement: [...kept, ...trusts.map(statementFor)],
        });
    const whole = withThese(others);
    if (whole.length <= limit) return { document: whole, lost: [] };
    const kept = others.filter(
        ({ Effect, Principal }) =>
            Effect === "Deny" || (typeof Principal === "object" && Principal.Service !== undefined),
    );
    const lost = others.filter((statement) => !kept.includes(statement)).map(nameOf);
    return { document: withThese(kept), lost };
}

/** The statement for everybody else whom it names, which may be nobody. */
function withoutProvider(statement: Statement, provider: string): Statement[] {
    const { Effect, Principal } = statement;
    const providers = federated(statement);
    if (Effect === "Deny" || typeof Principal !== "object" || !providers.includes(provider))
        return [statement];
    const { Federated: _, ...principals } = Principal;
    const others = providers.filter((one) => one !== provider);
    const kept = others.length === 0 ? principals : { ...principals, Federated: others };
    return Object.keys(kept).length === 0 ? [] : [{ ...statement, Principal: kept }];
}

function nameOf({ Sid, Principal }: Statement): string {
    return Sid ?? JSON.stringify(Principal ?? {});
}

function admits(statement: Statement, trust: ServiceAccountTrust): Verdict {
    if (statement.Effect !== "Allow" || !concerns(statement)) return Verdict.No;
    if (!federated(statement).includes(trust.oidcProviderArn)) return Verdict.No;
    return conditionHolds(statement.Condition, requestOf(trust));
}

function denies(statement: Statement, trust: ServiceAccountTrust): Verdict {
    if (statement.Effect !== "Deny" || !concerns(statement)) return Verdict.No;
    const { Principal } = statement;
    const everybody =
        Principal === "*" || (typeof Principal === "object" && listOf(Principal.AWS).includes("*"));
    // Who is left out by `NotPrincipal` is a matter of sessions, which are not there yet.
    const isMeant =
        Principal === undefined
            ? Verdict.CannotTell
            : everybody || federated(statement).some((one) => one === "*" || one === trust.oidcProviderArn)
              ? Verdict.Yes
              : Verdict.No;
    return all([isMeant, conditionHolds(statement.Condition, requestOf(trust))]);
}

function concerns({ Action, NotAction }: Statement): boolean {
    const covers = (pattern: string) => coversValue(pattern, WEB_IDENTITY);
    return NotAction === undefined ? listOf(Action).some(covers) : !listOf(NotAction).some(covers);
}

/** What is known of the request with which a service account assumes a role: the claims of its token. */
function requestOf(trust: ServiceAccountTrust): RequestValue {
    const issuer = issuerOf(trust.oidcProviderArn).toLowerCase();
    const claims: Readonly<Record<string, string>> = {
        [`${issuer}:sub`]: subjectOf(trust),
        [`${issuer}:aud`]: AUDIENCE,
        "aws:federatedprovider": trust.oidcProviderArn,
    };
    return (key) => {
        const name = key.toLowerCase();
        // The claims of another issuer are in no request that comes with this one's token.
        if (Object.hasOwn(claims, name)) return claims[name];
        return /^[^/:]+\.[^/:]+(\/[^:]*)?:(sub|aud|amr)$/.test(name) ? null : undefined;
    };
}

function federated({ Principal }: Statement): string[] {
    return typeof Principal === "object" ? listOf(Principal.Federated) : [];
}

function issuerOf(oidcProviderArn: string): string {
    return oidcProviderArn.slice(oidcProviderArn.indexOf("oidc-provider/") + "oidc-provider/".length);
}
