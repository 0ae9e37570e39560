// When a Helm role cannot go on under the add-on, and what its copy is called. Pure: the same cluster and role always give the same names.

import {
    isTrusted,
    type ServiceAccountTrust,
    TRUST_POLICY_LIMIT,
    trustOfCopy,
    withTrust,
} from "../../common/iam/trustPolicy";
import type { Role } from "../ports/world";
import type { ProfileIdentity } from "../profiles/profile";

/** IAM's limit. */
const NAME_LIMIT = 64;
const NAMES_TRIED = 5;

/** Why the role must be copied; undefined when it can be reused. */
export function needsCopy(
    identity: ProfileIdentity,
    role: Role,
    trust: ServiceAccountTrust | undefined,
    /** Of characters in a trust policy, in this account. */
    limit = TRUST_POLICY_LIMIT,
): string | undefined {
    if (identity.namePrefix !== undefined && !role.name.startsWith(identity.namePrefix)) {
        return `the add-on wants a name that starts with ${identity.namePrefix}`;
    }
    if (trust === undefined || isTrusted(role.trustPolicy, trust)) return undefined;
    const { length } = withTrust(role.trustPolicy, trust);
    return length > limit
        ? `its trust policy has no room for another statement (${length} of ${limit} characters)`
        : undefined;
}

/** Whether the account's own limit decides whether the role must be copied. */
export function dependsOnLimit(identity: ProfileIdentity, role: Role, trust?: ServiceAccountTrust): boolean {
    return (
        needsCopy(identity, role, trust) !== needsCopy(identity, role, trust, Number.POSITIVE_INFINITY) ||
        (trust !== undefined && trustOfCopy(role.trustPolicy, [trust]).lost.length > 0)
    );
}

/** Names for the copy, the likeliest first; the next ones are for the case that somebody has the first. */
export function copyNames(
    clusterArn: string,
    role: Pick<Role, "arn" | "name">,
    { namePrefix }: ProfileIdentity,
    count = NAMES_TRIED,
): string[] {
    return Array.from({ length: count }, (_, attempt) => {
        const mark = fingerprint(`${clusterArn} ${role.arn} ${attempt}`);
        const start = namePrefix === undefined ? "" : `${namePrefix}-`;
        const room = NAME_LIMIT - start.length - mark.length - 1;
        return `${start}${role.name.slice(0, room)}-${mark}`;
    });
}

/** Eight hexadecimal digits, FNV-1a twice; a name needs no more than to be the same every time. */
export function fingerprint(text: string): string {
    const half = (seed: number) => {
        let hash = seed;
        for (let index = 0; index < text.length; index++) {
            hash ^= text.charCodeAt(index);
            hash = Math.imul(hash, 0x01000193) >>> 0;
        }
        return hash;
    };
    return half(half(0x811c9dc5)).toString(16).padStart(8, "0");
}

/** Name of the statement by which a role trusts the add-on's account. */
export function sidOf({ key }: ProfileIdentity): string {
    return `PulumiHyperPodInference${key[0]?.toUpperCase() ?? ""}${key.slice(1)}`;
}
