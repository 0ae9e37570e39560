// A JSON schema as an add-on's authors wrote it, of whatever draft, comes in; the same in the words of draft 7 goes out. Pure; what it does not know stays as it is.
import { isTree, own } from "../../common/tree";

/** Keywords whose values are schemas by names of their own. */
const MAPS = new Set([
    "properties",
    "patternProperties",
    "definitions",
    "$defs",
    "dependencies",
    "dependentSchemas",
]);
/** Keywords whose values are data. */
const DATA = new Set(["enum", "const", "default", "examples", "example"]);
const BOUNDS = [
    ["minimum", "exclusiveMinimum"],
    ["maximum", "exclusiveMaximum"],
] as const;

/** EKS answers one document: names for it or for its parts would only lead references away from it. */
const NAMES = new Set(["$schema", "$id", "id"]);

export function presentSchema(schema: unknown): unknown {
    return presentPart(schema, nameOfDocument(schema));
}

/** The name that a document gives itself; a reference may begin with it. */
export function nameOfDocument(schema: unknown): string {
    const name = own(schema, "$id") ?? own(schema, "id");
    return typeof name === "string" ? name.replace(/#$/, "") : "";
}

/** A reference without the name of its own document. */
export function withinDocument(ref: string, document: string): string {
    return document !== "" && ref.startsWith(`${document}#`) ? ref.slice(document.length) : ref;
}

function presentPart(schema: unknown, document: string): unknown {
    if (Array.isArray(schema)) return schema.map((part) => presentPart(part, document));
    if (!isTree(schema)) return schema;
    const kept = Object.entries(schema).filter(([key]) => !NAMES.has(key));
    return inDraft7(
        Object.fromEntries(kept.map(([key, value]) => [key, presentValue(key, value, document)])),
    );
}

function presentValue(key: string, value: unknown, document: string): unknown {
    if (DATA.has(key)) return value;
    if (key === "$ref" && typeof value === "string") return withinDocument(value, document);
    if (MAPS.has(key) && isTree(value))
        return Object.fromEntries(
            Object.entries(value).map(([name, part]) => [name, presentPart(part, document)]),
        );
    return presentPart(value, document);
}

/** Drafts 2019 and 2020 have two words for `dependencies`, and another one for a list whose items differ. */
function withFormerWords(schema: Record<string, unknown>): Record<string, unknown> {
    const { dependentRequired, dependentSchemas, prefixItems, ...result } = schema;
    if (isTree(dependentRequired) || isTree(dependentSchemas)) {
        const [lists, parts] = [dependentRequired, dependentSchemas].map((map) => (isTree(map) ? map : {}));
        result.allOf = [
            ...(Array.isArray(result.allOf) ? result.allOf : []),
            { dependencies: lists },
            { dependencies: parts },
        ];
    }
    if (!Array.isArray(prefixItems)) return result;
    const { items, ...others } = result;
    return { ...others, items: prefixItems, ...(items === undefined ? {} : { additionalItems: items }) };
}

/** Draft 4 says of a bound that it is exclusive, draft 3 of a property that it is required; OpenAPI has a word for null. */
function inDraft7(schema: Record<string, unknown>): Record<string, unknown> {
    const result = withFormerWords(schema);
    if (result["type"] === undefined) delete result["nullable"];
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
