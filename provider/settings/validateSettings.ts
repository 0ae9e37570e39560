// Settings and the add-on's own JSON schema come in, what does not fit goes out, by path. Values that a preview does not know yet fit everywhere.
import type { Ajv, ErrorObject, ValidateFunction } from "ajv";
import { hasUnknown, UNKNOWN } from "../../common/unknown";
import type { Values } from "./settings";

export interface SettingProblem {
    /** Like `alb.tolerations[0].key`; empty for the settings as a whole. */
    readonly path: string;
    readonly reason: string;
}

export function settingProblems(schema: object, settings: Values): SettingProblem[] {
    const validate = compiled(schema);
    if (validate(settings)) return [];
    const errors = validate.errors ?? [];
    const undecided = errors.filter(({ keyword, data }) => COMBINING.has(keyword) && hasUnknown(data));
    return errors
        .filter(({ data }) => data !== UNKNOWN)
        .filter((error) => !undecided.some(({ schemaPath }) => error.schemaPath.startsWith(schemaPath)))
        .map((error) => ({ path: pathOf(error), reason: reasonOf(error) }));
}

/** Compiling costs more than a hundred checks: a process meets a handful of schemas, and each of them again and again. */
const COMPILED = new Map<string, ValidateFunction>();

function compiled(schema: object): ValidateFunction {
    // EKS schemas carry keywords and formats of their own; they must not stop the check.
    const { $schema: _, $id: __, ...rest } = schema as Values;
    const text = JSON.stringify(rest);
    const known = COMPILED.get(text);
    if (known !== undefined) return known;
    // Loaded here: most programs of a user never check a setting.
    const { Ajv: AjvClass } = require("ajv") as { Ajv: typeof Ajv };
    const validate = new AjvClass({
        allErrors: true,
        strict: false,
        validateFormats: false,
        verbose: true,
    }).compile(rest);
    COMPILED.set(text, validate);
    return validate;
}

/** One sentence per problem, as the plan tells it. */
export function validateSettings(schema: Record<string, unknown>, settings: Values): readonly string[] {
    return settingProblems(schema, settings).map(
        ({ path, reason }) => `additionalConfiguration: ${path || "the settings"} ${reason}`,
    );
}

/** These may fail only because of one value that is not known yet, and their branches with them. */
const COMBINING = new Set(["anyOf", "oneOf", "not", "if", "allOf"]);

function pathOf({ instancePath, params }: ErrorObject): string {
    const steps = instancePath
        .split("/")
        .slice(1)
        .map((step) => step.replace(/~1/g, "/").replace(/~0/g, "~"));
    const { additionalProperty, missingProperty } = params as Record<string, string | undefined>;
    const named = additionalProperty ?? missingProperty;
    return [...steps, ...(named ? [named] : [])].reduce(
        (path, step) => (/^\d+$/.test(step) ? `${path}[${step}]` : path ? `${path}.${step}` : step),
        "",
    );
}

function reasonOf({ keyword, params, message, data }: ErrorObject): string {
    if (keyword === "additionalProperties") return "is no setting of this version";
    if (keyword === "required") return "is required by this version";
    if (keyword === "enum")
        return `must be one of ${JSON.stringify((params as { allowedValues?: unknown }).allowedValues)}`;
    return `${message ?? keyword}, not ${JSON.stringify(data)}`;
}
