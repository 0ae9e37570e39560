// What a JSON schema says about one path of the settings it describes. Pure.
import { isTree, own, type Path } from "../../common/tree";
import { nameOfDocument, withinDocument } from "./schemaAsDraft7";

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

/** A word of one part of a schema; what one part forbids, no other part allows. */
type Word = Said | "forbidden";

export function saidOf(schema: JsonSchema | undefined, path: Path): Said {
    const word = schema === undefined ? Said.Unknown : walk(schema, schema, path, 0);
    return word === "forbidden" ? Said.Unknown : word;
}

function walk(root: JsonSchema, place: unknown, path: Path, depth: number): Word {
    if (place === true) return path.length === 0 ? Said.Known : Said.Open;
    if (place === false) return "forbidden";
    if (!isTree(place) || depth > DEEPEST) return Said.Unknown;
    const deeper = (part: unknown) => walk(root, part, path, depth + 1);
    const { $ref, allOf: _, anyOf: __, oneOf: ___, ...others } = place;
    const { if: condition, then, else: otherwise, dependencies, dependentSchemas, ...rest } = others;
    const words = [
        ...(typeof $ref === "string" ? [deeper(referred(root, $ref))] : []),
        ...listOf(place, "allOf").map(deeper),
        ...["anyOf", "oneOf"].flatMap((key) => {
            const choices = listOf(place, key);
            return choices.length === 0 ? [] : [clearest(choices.map(deeper))];
        }),
        // They hold sometimes: what they name is known, and what they forbid is not always forbidden.
        ...[condition, then, otherwise, ...partsOf(dependencies), ...partsOf(dependentSchemas)].flatMap(
            (part) => (part !== undefined && deeper(part) === Said.Known ? [Said.Known] : []),
        ),
    ];
    if (words.length === 0) return ownWord(root, place, path, depth);
    const all = [...words, ...(saysAnything(rest) ? [ownWord(root, rest, path, depth)] : [])];
    return all.includes("forbidden") ? "forbidden" : clearest(all);
}

/** Of a place without parts. */
function ownWord(root: JsonSchema, place: JsonSchema, path: Path, depth: number): Word {
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
    if (additionalProperties === false) return "forbidden";
    // Names without a word about others: a setting that the chart's authors do not list is none.
    if (isTree(place.properties) || isTree(place.patternProperties)) return Said.Unknown;
    return place === root ? Said.Unknown : Said.Open;
}

/** Schemas by the setting that brings them along; a list there names settings that are known anyway. */
function partsOf(byName: unknown): readonly unknown[] {
    return Object.values(isTree(byName) ? byName : {}).filter(isTree);
}

function listOf(place: JsonSchema, key: string): readonly unknown[] {
    const list = own(place, key);
    return Array.isArray(list) ? list : [];
}

/** `#/$defs/name`, or `#anchor`; another document cannot be looked into. */
function referred(root: JsonSchema, reference: string): unknown {
    const ref = withinDocument(reference, nameOfDocument(root));
    if (!ref.startsWith("#")) return true;
    if (/^#[^/]/.test(ref)) return anchored(root, ref.slice(1));
    return ref
        .slice(1)
        .split("/")
        .filter((part) => part !== "")
        .map((part) => decoded(part).replaceAll("~1", "/").replaceAll("~0", "~"))
        .reduce<unknown>(
            (place, part) => (Array.isArray(place) ? place[Number(part)] : own(place, part)),
            root,
        );
}

/** The part with this name of its own, which authors put among the definitions. */
function anchored(root: JsonSchema, name: string): unknown {
    return [...partsOf(root.$defs), ...partsOf(root.definitions)].find(
        (part) => own(part, "$anchor") === name || own(part, "$id") === `#${name}`,
    );
}

/** A lone % stands for itself. */
function decoded(part: string): string {
    return part.replace(/(%[0-9A-Fa-f]{2})+/g, (code) => {
        try {
            return decodeURIComponent(code);
        } catch {
            return code;
        }
    });
}

function saysAnything(rest: JsonSchema): boolean {
    return ["properties", "patternProperties", "additionalProperties"].some((key) =>
        Object.hasOwn(rest, key),
    );
}

function clearest(all: readonly Word[]): Word {
    return ([Said.Known, Said.Open, Said.Unknown] as const).find((said) => all.includes(said)) ?? "forbidden";
}

/** Patterns are written for engines with and without a Unicode mode. */
function matches(pattern: string, key: string): boolean {
    for (const flags of ["u", ""])
        try {
            return new RegExp(pattern, flags).test(key);
        } catch {
            // A pattern that is none in either matches nothing; EKS would say so itself.
        }
    return false;
}
