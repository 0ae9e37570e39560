// What the engine's property values mean to a provider.

// biome-ignore lint/suspicious/noExplicitAny: as Pulumi types properties
export type Properties = Record<string, any>;

/** Stands in a preview for every value that only the update will know. */
export const unknown = "04da6b54-80e4-46f7-96ec-b56ff0331ba9";

export function isUnknown(value: unknown): boolean {
    return value === unknown;
}

export function hasUnknown(value: unknown): boolean {
    if (isUnknown(value)) return true;
    return value !== null && typeof value === "object" && Object.values(value).some(hasUnknown);
}

/** The same value, whatever the order of keys; JSON texts count by what they say. */
export function isSame(one: unknown, other: unknown): boolean {
    return canonical(one) === canonical(other);
}

function canonical(value: unknown): string {
    if (typeof value === "string" && /^\s*[{[]/.test(value)) {
        try {
            return canonical(JSON.parse(value));
        } catch {
            return JSON.stringify(value);
        }
    }
    if (Array.isArray(value)) return `[${value.map(canonical).join()}]`;
    if (value !== null && typeof value === "object") {
        const entries = Object.entries(value).filter(([, inside]) => inside !== undefined && inside !== null);
        return `{${entries.sort(([a], [b]) => (a < b ? -1 : 1)).map(([key, inside]) => `${key}:${canonical(inside)}`)}}`;
    }
    return JSON.stringify(value) ?? "";
}
