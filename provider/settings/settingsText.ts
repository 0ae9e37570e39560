// Configuration values as EKS keeps them, JSON or YAML text, in; settings and comparisons out. Pure.

import { load } from "js-yaml";
import { canonicalJson } from "../../common/canonicalJson";
import { own, type Values } from "../../common/tree";

/** Undefined when the text is no mapping of settings. */
export function settingsIn(text: string): Values | undefined {
    if (text.trim() === "") return {};
    try {
        const settings = load(text);
        return typeof settings === "object" && settings !== null && !Array.isArray(settings)
            ? (settings as Values)
            : undefined;
    } catch {
        // Not even YAML: EKS would not have taken it, and nothing is said about it.
        return undefined;
    }
}

/** Whether two texts say the same; texts that cannot be read are compared as they stand. */
export function sameSettings(a: string, b: string): boolean {
    const [left, right] = [settingsIn(a), settingsIn(b)];
    return left === undefined || right === undefined ? a === b : canonicalJson(left) === canonicalJson(right);
}

/** Paths at which the values differ, "alb.tolerations"; a list counts as one value. */
export function differingSettings(a: Values, b: Values, under = ""): string[] {
    return [...new Set([...Object.keys(a), ...Object.keys(b)])].sort().flatMap((key) => {
        const [left, right] = [own(a, key), own(b, key)];
        if (isValues(left) && isValues(right)) return differingSettings(left, right, `${under}${key}.`);
        return canonicalJson(left) === canonicalJson(right) ? [] : [`${under}${key}`];
    });
}

function isValues(value: unknown): value is Values {
    return typeof value === "object" && value !== null && !Array.isArray(value);
}
