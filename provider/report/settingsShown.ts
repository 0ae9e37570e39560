// Settings of the add-on by path. Only values that cannot be a secret are shown: flags, numbers, ARNs and names that say where something is.

export interface ShownSetting {
    readonly path: string;
    /** Undefined when it is not shown. */
    readonly value: string | undefined;
}

const ARN = /^arn:[\w-]+:[\w-]*:[\w-]*:\d{0,12}:[\w+=,.@:/*-]+$/;
const HARMLESS = new Set(["tlsCertificateS3Bucket"]);

export function settingsShown(configurationValues: string): ShownSetting[] {
    return leaves(JSON.parse(configurationValues || "{}"), "");
}

function leaves(value: unknown, path: string): ShownSetting[] {
    if (typeof value === "object" && value !== null && !Array.isArray(value)) {
        const entries = Object.entries(value);
        if (entries.length > 0)
            return entries.flatMap(([key, below]) => leaves(below, path === "" ? key : `${path}.${key}`));
    }
    return [{ path, value: harmless(value, path) }];
}

function harmless(value: unknown, path: string): string | undefined {
    if (typeof value === "boolean" || typeof value === "number" || value === null) return String(value);
    if (typeof value === "string" && (ARN.test(value) || HARMLESS.has(path) || value === "")) return value;
    return undefined;
}
