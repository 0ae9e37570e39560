// What each kind of call reaches in, IAM statements and policy documents within AWS's limits out. Pure; knows neither a plan nor a cluster.
import { policyOf } from "../../common/iam/policyOf";
import { AWS_CALLS, type On, type Purpose } from "./awsCalls";

export type AllowCondition = Readonly<Record<string, Readonly<Record<string, string | readonly string[]>>>>;

/** Resources, as patterns of a policy, and what must hold of a call on them. */
export interface Target {
    readonly resources: readonly string[];
    readonly condition?: AllowCondition;
}

/** What calls are asked on; a kind with no target is not allowed at all. */
export type Reach = Readonly<Record<On, readonly Target[]>>;

export interface AllowStatement {
    readonly Sid: string;
    readonly Effect: "Allow";
    readonly Action: readonly string[];
    readonly Resource: readonly string[];
    readonly Condition?: AllowCondition;
}

export interface Policy {
    readonly Version: string;
    readonly Statement: readonly AllowStatement[];
}

/** Characters of a managed policy, white space aside: IAM's quota. */
export const MANAGED_POLICY_LIMIT = 6_144;

/** One statement for each purpose and target. A move needs those of looking too. */
export function statementsFor(
    reach: Reach,
    purposes: readonly Purpose[] = ["look", "move"],
): AllowStatement[] {
    return purposes.flatMap((purpose) =>
        [...actionsOf(purpose)].flatMap(([on, actions]) =>
            reach[on]
                .filter(({ resources }) => resources.length > 0)
                .map(({ resources, condition }, index, { length }): AllowStatement => {
                    const number = length === 1 ? "" : `${index + 1}`;
                    return {
                        Sid: `${title(purpose)}${title(on)}${number}`,
                        Effect: "Allow",
                        Action: [...actions].sort(),
                        Resource: [...new Set(resources)].sort(),
                        ...(condition === undefined ? {} : { Condition: condition }),
                    };
                }),
        ),
    );
}

function actionsOf(purpose: Purpose): ReadonlyMap<On, ReadonlySet<string>> {
    const found = new Map<On, Set<string>>();
    for (const call of AWS_CALLS.filter((one) => one.purpose === purpose))
        for (const [action, on] of call.actions) found.set(on, (found.get(on) ?? new Set()).add(action));
    return found;
}

/** As few documents as the limit allows, each a policy of its own. */
export function policiesOf(statements: readonly AllowStatement[], limit = MANAGED_POLICY_LIMIT): Policy[] {
    const policies: AllowStatement[][] = [];
    for (const statement of statements.flatMap((one) => halvedUntilFitting(one, limit))) {
        const fitting = policies.find((some) => sizeOf(policyOf(...some, statement)) <= limit);
        if (fitting === undefined) policies.push([statement]);
        else fitting.push(statement);
    }
    return policies.map((statements) => policyOf(...statements));
}

/** A statement on more resources than one policy has room for is said in several. */
function halvedUntilFitting(statement: AllowStatement, limit: number): AllowStatement[] {
    const { Sid, Resource } = statement;
    if (sizeOf(policyOf(statement)) <= limit || Resource.length === 1) return [statement];
    const middle = Math.ceil(Resource.length / 2);
    return [
        { ...statement, Sid: `${Sid}A`, Resource: Resource.slice(0, middle) },
        { ...statement, Sid: `${Sid}B`, Resource: Resource.slice(middle) },
    ].flatMap((half) => halvedUntilFitting(half, limit));
}

function sizeOf(policy: Policy): number {
    return JSON.stringify(policy).replaceAll(/\s/g, "").length;
}

/** A name from outside as it stands in a policy: what IAM would read as a wildcard or a variable is taken literally. */
export function literal(name: string): string {
    return name.replaceAll(/[*?$]/g, (sign) => `\${${sign}}`);
}

/** The name that `literal` made a pattern of. */
export function nameIn(pattern: string): string {
    return pattern.replaceAll(/\$\{([*?$])\}/g, "$1");
}

function title(word: string): string {
    return word.charAt(0).toUpperCase() + word.slice(1);
}
