// What a JSON schema says about one path of the settings it describes. Pure.
import { isTree, own, type Path } from "../../common/tree";

type JsonSchema = Record<string, unknown>;

export enum Said {
    /** The schema names the setting. */
    Known = "known",
    /** It lets everything through at this depth and says nothing of it: whether the add-on reads it is not known. */
    Open = "open",
    Unknown = "unknown",
}

/** Schemas that refer to themselves come to an end. */
const DEEPEST = 32;

export function saidOf(schema: JsonSchema | undefined, path: Path): Said {
    return schema === undefined ? Said.Unknown : walk(schema, schema, path, 0);
}

function walk(root: JsonSchema, place: unknown, path: Path, depth: number): Said {
    if (place === true) return path.length === 0 ? Said.Known : Said.Open;
    if (!isTree(place) || depth > DEEPEST) return Said.Unknown;
    const parts = partsOf(root, place);
    if (parts.length > 0) {
        // Each of them has a say; the clearest word counts.
        const { $ref: _, allOf: __, anyOf: ___, oneOf: ____, ...rest } = place;
        const all = [...parts, ...(saysAnything(rest) ? [rest] : [])];
        return best(all.map((part) => walk(root, part, path, depth + 1)));
    }
    const [key, ...below] = path;
    if (key === undefined) return Said.Known;
    const named = own(place.properties, key);
    if (named !== undefined) return walk(root, named, below, depth + 1);
    const byPattern = Object.entries(isTree(place.patternProperties) ? place.patternProperties : {}).find(
        ([pattern]) => matches(pattern, key),
    );
    if (byPattern !== undefined) return walk(root, byPattern[1], below, depth + 1);
    const { additionalProperties } = place;
    if (isTree(additionalProperties)) return walk(root, additionalProperties, below, depth + 1);
    if (additionalProperties === false) return Said.Unknown;
    // Names without a word about others: a setting that the chart's authors do not list is none.
    if (isTree(place.properties) || isTree(place.patternProperties)) return Said.Unknown;
    return place === root ? Said.Unknown : Said.Open;
}

function partsOf(root: JsonSchema, place: JsonSchema): unknown[] {
    const lists = ["allOf", "anyOf", "oneOf"].flatMap((key) => {
        const list = own(place, key);
        return Array.isArray(list) ? list : [];
    });
    const { $ref } = place;
    return typeof $ref === "string" ? [referred(root, $ref), ...lists] : lists;
}

/** `#/$defs/name`; another document cannot be looked into. */
function referred(root: JsonSchema, ref: string): unknown {
    if (!ref.startsWith("#")) return true;
    return ref
        .slice(1)
        .split("/")
        .filter((part) => part !== "")
        .map((part) => decodeURIComponent(part).replaceAll("~1", "/").replaceAll("~0", "~"))
        .reduce<unknown>(own, root);
}

function saysAnything(rest: JsonSchema): boolean {
    return ["properties", "patternProperties", "additionalProperties"].some((key) =>
        Object.hasOwn(rest, key),
    );
}

function best(all: readonly Said[]): Said {
    return [Said.Known, Said.Open].find((said) => all.includes(said)) ?? Said.Unknown;
}

function matches(pattern: string, key: string): boolean {
    try {
        return new RegExp(pattern, "u").test(key);
    } catch {
        // A pattern that is none matches nothing; EKS would say so itself.
        return false;
    }
}
