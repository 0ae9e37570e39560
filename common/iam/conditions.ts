// The condition of a policy statement and what is known of a request come in; whether it holds goes out, as IAM evaluates it. What is not known makes no yes and no no. Pure.
import { coversText, listOf } from "./policyMatch";

export enum Verdict {
    Yes = "yes",
    No = "no",
    CannotTell = "cannot tell",
}

/** A value of the request by the condition key, `null` where the request surely has none, undefined where nobody knows. */
export type RequestValue = (key: string) => string | null | undefined;

export function conditionHolds(
    condition: Readonly<Record<string, Readonly<Record<string, unknown>>>> | undefined,
    request: RequestValue,
): Verdict {
    return all(
        Object.entries(condition ?? {}).flatMap(([operator, keys]) =>
            Object.entries(keys).map(([key, wanted]) => testOf(operator, texts(wanted), request(key))),
        ),
    );
}

/** All of them must hold; one that does not settles it. */
export function all(verdicts: readonly Verdict[]): Verdict {
    if (verdicts.includes(Verdict.No)) return Verdict.No;
    return verdicts.includes(Verdict.CannotTell) ? Verdict.CannotTell : Verdict.Yes;
}

type Compare = (wanted: string, actual: string) => boolean;

const equal: Compare = (wanted, actual) => wanted === actual;
const like: Compare = (wanted, actual) => coversText(wanted, actual);
const inAnyCase =
    (compare: Compare): Compare =>
    (wanted, actual) =>
        compare(wanted.toLowerCase(), actual.toLowerCase());

/** Operators whose meaning is a comparison of texts; the others are left to IAM. */
const COMPARISONS: Readonly<Record<string, { readonly compare: Compare; readonly negated: boolean }>> = {
    stringequals: { compare: equal, negated: false },
    stringnotequals: { compare: equal, negated: true },
    stringequalsignorecase: { compare: inAnyCase(equal), negated: false },
    stringnotequalsignorecase: { compare: inAnyCase(equal), negated: true },
    stringlike: { compare: like, negated: false },
    stringnotlike: { compare: like, negated: true },
};

/** A key has one value in these requests: for it `ForAnyValue:` and `ForAllValues:` differ only when there is none. */
function testOf(operator: string, wanted: readonly string[], actual: string | null | undefined): Verdict {
    const [, set = "", base = "", ifExists] =
        /^(?:(ForAnyValue|ForAllValues):)?([A-Za-z]+?)(IfExists)?$/i.exec(operator) ?? [];
    if (actual === undefined) return Verdict.CannotTell;
    if (base.toLowerCase() === "null") {
        const isAbsent = String(actual === null);
        return verdict(wanted.some((value) => value.toLowerCase() === isAbsent));
    }
    const comparison = COMPARISONS[base.toLowerCase()];
    if (comparison === undefined || wanted.some((value) => value.includes("${"))) return Verdict.CannotTell;
    if (actual === null) {
        const isSet = set.toLowerCase();
        return verdict(
            ifExists !== undefined || isSet === "forallvalues" || (isSet === "" && comparison.negated),
        );
    }
    return verdict(wanted.some((value) => comparison.compare(value, actual)) !== comparison.negated);
}

function verdict(holds: boolean): Verdict {
    return holds ? Verdict.Yes : Verdict.No;
}

/** Policies may write booleans and numbers without quotes. */
function texts(wanted: unknown): string[] {
    return listOf(wanted as string | string[]).map(String);
}
