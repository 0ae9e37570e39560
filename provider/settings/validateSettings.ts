// Checks settings against the add-on's own JSON schema.
import Ajv from "ajv";
import { UNKNOWN } from "../../common/unknown";
import type { Values } from "./settings";

/** One sentence per problem, each with the path of the setting. */
export function validateSettings(schema: Record<string, unknown>, settings: Values): readonly string[] {
    // EKS schemas carry keywords and formats of their own; they must not stop the check.
    const { $schema: _, $id: __, ...rest } = schema;
    const validate = new Ajv({
        allErrors: true,
        strict: false,
        validateFormats: false,
        verbose: true,
    }).compile(rest);
    if (validate(settings)) return [];
    const errors = (validate.errors ?? []).filter(({ data }) => data !== UNKNOWN);
    return errors.map(({ instancePath, message, params }) => {
        const path = instancePath.replace(/^\//, "").replaceAll("/", ".") || "the settings";
        const extra = (params as { additionalProperty?: string }).additionalProperty;
        return `additionalConfiguration: ${path} ${message ?? "is not valid"}${extra ? ` (${extra})` : ""}`;
    });
}
