// What stands for a value that a preview cannot know yet.

/** Pulumi puts it in place of the value. */
export const UNKNOWN = "04da6b54-80e4-46f7-96ec-b56ff0331ba9";

/** Whether the value, or any value inside it, is unknown. */
export function hasUnknown(value: unknown): boolean {
    if (value === UNKNOWN) return true;
    if (typeof value !== "object" || value === null) return false;
    return Object.values(value).some(hasUnknown);
}
