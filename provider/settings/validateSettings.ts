// Settings and the add-on's own JSON schema come in, what does not fit goes out, by path. Values that a preview does not know yet fit everywhere.
import type { Ajv, ErrorObject, ValidateFunction } from "ajv";
import { messageOf } from "../../common/errors";
import { nameOf, type Values } from "../../common/tree";
import { hasUnknown, UNKNOWN } from "../../common/unknownValue";
import { presentSchema } from "./schemaAsDraft7";

export interface SettingProblem {
    /** Like `alb.tolerations[0].key`, with a backslash before a dot within a key; empty for the settings as a whole. */
    readonly path: string;
    readonly reason: string;
}

/** None of a schema that cannot be read, which `unreadable` tells. */
export function settingProblems(schema: object, settings: Values): SettingProblem[] {
    const validate = compiled(schema);
    if (typeof validate === "string" || validate(settings)) return [];
    const errors = validate.errors ?? [];
    const undecided = errors.filter(({ keyword, data }) => COMBINING.has(keyword) && hasUnknown(data));
    return errors
        .filter(({ data }) => data !== UNKNOWN)
        .filter((error) => !undecided.some(({ schemaPath }) => error.schemaPath.startsWith(schemaPath)))
        .map((error) => ({ path: pathOf(error, settings), reason: reasonOf(error) }));
}

/** Why nothing can be checked against this schema; undefined when it can be read. */
export function unreadable(schema: object): string | undefined {
    const validate = compiled(schema);
    return typeof validate === "string" ? validate : undefined;
}

/** Compiling costs more than a hundred checks: a process meets a handful of schemas, and each of them again and again. */
const COMPILED = new Map<string, ValidateFunction | string>();

/** A schema that cannot be compiled is no reason to stop: EKS checks what it is asked for. Answers why then. */
function compiled(schema: object): ValidateFunction | string {
    // EKS schemas carry keywords and formats of their own; they must not stop the check.
    const present = presentSchema(schema) as object;
    const text = JSON.stringify(present);
    const known = COMPILED.get(text);
    if (known !== undefined) return known;
    // Loaded here: most programs of a user never check a setting.
    const { Ajv: AjvClass } = require("ajv") as { Ajv: typeof Ajv };
    const result = compile(AjvClass, present);
    COMPILED.set(text, result);
    return result;
}

function compile(AjvClass: typeof Ajv, schema: object): ValidateFunction | string {
    let why = "";
    // Patterns are written for engines with and without a Unicode mode.
    for (const unicodeRegExp of [true, false])
        try {
            const options = { allErrors: true, strict: false, validateFormats: false, verbose: true };
            return new AjvClass({ ...options, unicodeRegExp }).compile(schema);
        } catch (error) {
            why = messageOf(error);
        }
    return why;
}

/** One sentence per problem, as the plan tells it. */
export function validateSettings(schema: Record<string, unknown>, settings: Values): readonly string[] {
    return settingProblems(schema, settings).map(({ path, reason }) => `${path || "the settings"} ${reason}`);
}

/** These may fail only because of one value that is not known yet, and their branches with them. */
const COMBINING = new Set(["anyOf", "oneOf", "not", "if", "allOf"]);

function pathOf({ instancePath, params }: ErrorObject, settings: Values): string {
    const steps = instancePath
        .split("/")
        .slice(1)
        .map((step) => step.replace(/~1/g, "/").replace(/~0/g, "~"));
    const { additionalProperty, missingProperty } = params as Record<string, string | undefined>;
    const named = additionalProperty ?? missingProperty;
    let path = "";
    let place: unknown = settings;
    // A number may be a place in a list, or somebody's key.
    for (const [index, step] of [...steps, ...(named === undefined ? [] : [named])].entries()) {
        const isItem = Array.isArray(place);
        path += isItem ? `[${step}]` : `${index === 0 ? "" : "."}${nameOf([step])}`;
        place = (place as Record<string, unknown> | undefined)?.[step];
    }
    return path;
}

function reasonOf({ keyword, params, message, data }: ErrorObject): string {
    if (keyword === "additionalProperties") return "is no setting of this version";
    if (keyword === "required") return "is required by this version";
    if (keyword === "enum")
        return `must be one of ${JSON.stringify((params as { allowedValues?: unknown }).allowedValues)}`;
    if (keyword === "const")
        return `must be ${JSON.stringify((params as { allowedValue?: unknown }).allowedValue)}, not ${JSON.stringify(data)}`;
    return `${message ?? keyword}, not ${JSON.stringify(data)}`;
}
