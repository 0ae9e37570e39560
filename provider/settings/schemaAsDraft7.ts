// A JSON schema as an add-on's authors wrote it, of whatever draft, comes in; the same in the words of draft 7 goes out. Pure; what it does not know stays as it is.
import { isTree } from "../../common/tree";

/** Keywords whose values are schemas by names of their own. */
const MAPS = new Set(["properties", "patternProperties", "definitions", "$defs", "dependentSchemas"]);
/** Keywords whose values are data. */
const DATA = new Set(["enum", "const", "default", "examples", "example"]);
const BOUNDS = [
    ["minimum", "exclusiveMinimum"],
    ["maximum", "exclusiveMaximum"],
] as const;

/** EKS answers one document: names for it or for its parts would only lead references away from it. */
const NAMES = new Set(["$schema", "$id", "id"]);

export function presentSchema(schema: unknown): unknown {
    if (Array.isArray(schema)) return schema.map(presentSchema);
    if (!isTree(schema)) return schema;
    const kept = Object.entries(schema).filter(([key]) => !NAMES.has(key));
    return inDraft7(Object.fromEntries(kept.map(([key, value]) => [key, presentValue(key, value)])));
}

function presentValue(key: string, value: unknown): unknown {
    if (DATA.has(key)) return value;
    if (MAPS.has(key) && isTree(value))
        return Object.fromEntries(Object.entries(value).map(([name, part]) => [name, presentSchema(part)]));
    return presentSchema(value);
}

/** Draft 4 says of a bound that it is exclusive, draft 3 of a property that it is required. */
function inDraft7(schema: Record<string, unknown>): Record<string, unknown> {
    const result = { ...schema };
    for (const [bound, exclusive] of BOUNDS) {
        if (typeof result[exclusive] !== "boolean") continue;
        if (result[exclusive] === true && typeof result[bound] === "number") {
            result[exclusive] = result[bound];
            delete result[bound];
        } else delete result[exclusive];
    }
    if (typeof result["required"] === "boolean") delete result["required"];
    if (result["type"] === "any") delete result["type"];
    return result;
}
