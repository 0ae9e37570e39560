// What the rules of a Role or ClusterRole allow, one right each, and what of it others do not. Pure.
import type { KubernetesObject } from "../ports/world";

interface Rule {
    readonly verbs?: readonly string[];
    readonly apiGroups?: readonly string[];
    readonly resources?: readonly string[];
    readonly resourceNames?: readonly string[];
    readonly nonResourceURLs?: readonly string[];
}

/** One verb on one kind of thing; a path stands in the place of a resource. */
interface Grant {
    readonly verb: string;
    readonly group: string;
    readonly resource: string;
    /** Absent for all. */
    readonly name?: string;
}

/** Whoever has one of these has, or can give himself, everything. */
const POWERFUL_VERBS = new Set(["*", "escalate", "bind", "impersonate"]);
const RBAC_GROUP = "rbac.authorization.k8s.io";

export function isRole({ kind }: Pick<KubernetesObject, "kind">): boolean {
    return kind === "Role" || kind === "ClusterRole";
}

/** What `role` allows and none of `others` does, for people: "get secrets", one line each, sorted. */
export function rightsBeyond(
    role: KubernetesObject,
    others: readonly KubernetesObject[],
    counts: (grant: Grant) => boolean = () => true,
): string[] {
    const known = others.flatMap(grantsOf);
    const beyond = grantsOf(role).filter(
        (grant) => counts(grant) && !known.some((one) => covers(one, grant)),
    );
    return [...new Set(beyond.map(described))].sort();
}

export function isPowerful({ verb, group, resource }: Grant): boolean {
    return (
        POWERFUL_VERBS.has(verb) ||
        resource === "*" ||
        (group === RBAC_GROUP && !["get", "list", "watch"].includes(verb))
    );
}

function grantsOf(role: KubernetesObject): Grant[] {
    const { rules } = role as { rules?: readonly Rule[] | null };
    return (rules ?? []).flatMap(
        ({ verbs = [], apiGroups = [], resources = [], resourceNames = [], nonResourceURLs = [] }) =>
            verbs.flatMap((verb) => [
                ...nonResourceURLs.map((resource) => ({ verb, group: "", resource })),
                ...apiGroups.flatMap((group) =>
                    resources.flatMap((resource) =>
                        resourceNames.length === 0
                            ? [{ verb, group, resource }]
                            : resourceNames.map((name) => ({ verb, group, resource, name })),
                    ),
                ),
            ]),
    );
}

function covers(wide: Grant, narrow: Grant): boolean {
    const fits = (pattern: string, value: string) => pattern === "*" || pattern === value;
    return (
        fits(wide.verb, narrow.verb) &&
        fits(wide.group, narrow.group) &&
        fits(wide.resource, narrow.resource) &&
        (wide.name === undefined || wide.name === narrow.name)
    );
}

function described({ verb, group, resource, name }: Grant): string {
    return `${verb} ${resource}${group === "" ? "" : `.${group}`}${name === undefined ? "" : ` ${name}`}`;
}
