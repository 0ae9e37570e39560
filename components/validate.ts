// Arguments come in, every problem with its property path goes out, all at once. Looks at nothing outside the arguments.
import * as pulumi from "@pulumi/pulumi";
import type { HyperPodInferenceAddonArgs } from "./args";
import { argumentShape, type Shape } from "./argumentRules";
import { kindOf } from "./checks";
import { type ArgumentError, contradictions } from "./contradictions";
import { isLater, settle } from "./known";

/** Every problem that can be told from the values that are there already. */
export function findArgumentErrors(args: HyperPodInferenceAddonArgs): ArgumentError[] {
    return [...againstShape(args, argumentShape, ""), ...contradictions(args)];
}

/** Fails with all problems of the plain values now. */
export function refuseBadArguments(name: string, args: HyperPodInferenceAddonArgs): void {
    refuse(unusable(name), findArgumentErrors(args));
}

/** Fails with all problems of the values that come from other resources, once they are there. */
export async function refuseBadOutputs(name: string, args: HyperPodInferenceAddonArgs): Promise<void> {
    refuse(unusable(name), findArgumentErrors((await settle(args)) as HyperPodInferenceAddonArgs));
}

const unusable = (name: string) =>
    `The arguments of HyperPodInferenceAddon ${JSON.stringify(name)} cannot be used`;

/** Fails with the problems, if there are any. A program that fails shows the message alone, so they stand there too. */
export function refuse(headline: string, errors: ArgumentError[]): void {
    if (errors.length === 0) return;
    const lines = errors.map(({ propertyPath, reason }) => `  ${propertyPath}: ${reason}`);
    throw new pulumi.InputPropertiesError({
        message: `${headline}:\n${lines.join("\n")}`,
        errors,
    });
}

function againstShape(value: unknown, shape: Shape, path: string): ArgumentError[] {
    if (isLater(value)) return [];
    const at = (reason: string): ArgumentError[] => [{ propertyPath: path || "args", reason }];
    if ("check" in shape) {
        const reason = shape.check(value);
        return reason ? at(reason) : [];
    }
    if ("listOf" in shape) {
        if (!Array.isArray(value)) return at(`must be a list, not ${kindOf(value)}`);
        if (value.length < (shape.atLeast ?? 0)) return at("must not be empty; leave it out for the default");
        return value.flatMap((item, index) => againstShape(item, shape.listOf, `${path}[${index}]`));
    }
    if (value === null || typeof value !== "object" || Array.isArray(value)) {
        return at(`must be an object, not ${kindOf(value)}`);
    }
    const given = Object.entries(value).filter(([, inside]) => inside !== undefined);
    if ("mapOf" in shape) {
        return given.flatMap(([key, inside]) => {
            const where = `${path}[${JSON.stringify(key)}]`;
            const badKey = shape.keys?.(key);
            const bad = badKey ? [{ propertyPath: where, reason: badKey }] : [];
            return [...bad, ...againstShape(inside, shape.mapOf, where)];
        });
    }
    const missing = (shape.required ?? [])
        .filter((key) => !given.some(([name]) => name === key))
        .map((key) => ({ propertyPath: join(path, key), reason: "is required" }));
    const problems = given.flatMap(([key, inside]) => {
        const field = shape.fields[key];
        if (field) return againstShape(inside, field, join(path, key));
        return [{ propertyPath: join(path, key), reason: `is no argument${didYouMean(key, shape.fields)}` }];
    });
    return [...missing, ...problems];
}

function join(path: string, key: string): string {
    return path ? `${path}.${key}` : key;
}

function didYouMean(key: string, fields: Record<string, Shape>): string {
    const same = (name: string) => name.toLowerCase().replace(/[^a-z0-9]/g, "");
    const wanted = same(key);
    const near = Object.keys(fields).find(
        (name) => same(name) === wanted || same(name).startsWith(wanted) || wanted.startsWith(same(name)),
    );
    return near ? `; did you mean ${near}?` : "";
}
