// Inputs and the shape they must have come in, every problem with its property path goes out, all at once. Looks at nothing outside the inputs.
import { type Check, kindOf, type Show, shown, withheld } from "./inputFormats";
import { nearest } from "./nearest";

/** One problem. */
export interface InputProblem {
    readonly propertyPath: string;
    readonly reason: string;
}

/** What one input looks like: a value to check, a list of one shape, free keys with one shape, or an object of named shapes. */
export type Shape =
    | { readonly check: Check }
    | { readonly listOf: Shape; readonly atLeast?: number }
    | {
          readonly mapOf: Shape;
          readonly keys?: Check;
          readonly atMost?: number;
          readonly why?: string;
          /** Why keys that differ in case alone cannot stand beside each other; absent where they can. */
          readonly caseless?: string;
      }
    | Fields;

export interface Fields {
    readonly fields: Readonly<Record<string, Shape>>;
    readonly required?: readonly string[];
    /** Names of earlier versions, and what these are called now. */
    readonly renamed?: Readonly<Record<string, string>>;
}

export const one = (check: Check): Shape => ({ check });
export const list = (shape: Shape, atLeast = 0): Shape => ({ listOf: shape, atLeast });

export interface Looking {
    /** Whether a value will only be there later: then it is not judged. */
    isLater(value: unknown): boolean;
    /** Whether the input of this name holds a secret: its value is not told. */
    isSecret(name: string): boolean;
}

/** Every problem of the inputs. */
export function problemsOf(inputs: unknown, shape: Fields, looking: Looking): InputProblem[] {
    return againstShape(inputs, shape, "", looking);
}

function againstShape(value: unknown, shape: Shape, path: string, looking: Looking): InputProblem[] {
    if (looking.isLater(value)) return [];
    const show: Show = looking.isSecret(/^\w*/.exec(path)?.[0] ?? "") ? withheld : shown;
    const at = (reason: string): InputProblem[] => [{ propertyPath: path || "args", reason }];
    if ("check" in shape) {
        const reason = shape.check(value, show);
        return reason ? at(reason) : [];
    }
    if ("listOf" in shape) {
        if (!Array.isArray(value)) return at(`must be a list, not ${kindOf(value, show)}`);
        if (value.length < (shape.atLeast ?? 0)) return at("must not be empty; leave it out for the default");
        const bad = value.flatMap((item, index) =>
            againstShape(item, shape.listOf, `${path}[${index}]`, looking),
        );
        return [...bad, ...repeated(value, path, show)];
    }
    if (value === null || typeof value !== "object" || Array.isArray(value)) {
        return at(`must be an object, not ${kindOf(value, show)}`);
    }
    const given = Object.entries(value).filter(([, inside]) => inside !== undefined);
    if ("mapOf" in shape) {
        const { atMost = Number.POSITIVE_INFINITY, why = "", caseless } = shape;
        const many =
            given.length > atMost ? at(`must have at most ${atMost} entries, not ${given.length}${why}`) : [];
        const bad = given.flatMap(([key, inside]) => {
            const where = `${path}[${JSON.stringify(key)}]`;
            const badKey = shape.keys?.(key);
            return [
                ...(badKey ? [{ propertyPath: where, reason: badKey }] : []),
                ...againstShape(inside, shape.mapOf, where, looking),
            ];
        });
        const keys = caseless === undefined ? [] : given.map(([key]) => key);
        return [...many, ...bad, ...sameInAnyCase(keys, path, caseless ?? "")];
    }
    const missing = (shape.required ?? [])
        .filter((key) => !given.some(([name]) => name === key))
        .map((key) => ({ propertyPath: join(path, key), reason: "is required" }));
    const problems = given.flatMap(([key, inside]) => {
        const field = Object.hasOwn(shape.fields, key) ? shape.fields[key] : undefined;
        if (field) return againstShape(inside, field, join(path, key), looking);
        return [{ propertyPath: join(path, key), reason: stranger(key, shape) }];
    });
    return [...missing, ...problems];
}

/** Items that are there twice, by the place of the second. */
function repeated(list: readonly unknown[], path: string, show: Show): InputProblem[] {
    return list.flatMap((item, index) => {
        const first = list.indexOf(item);
        return typeof item !== "string" || first === index
            ? []
            : [{ propertyPath: `${path}[${index}]`, reason: `is ${show(item)} again, as ${path}[${first}]` }];
    });
}

/** By the place of the second. */
function sameInAnyCase(keys: readonly string[], path: string, why: string): InputProblem[] {
    return keys.flatMap((key, index) => {
        const first = keys.findIndex((one) => one.toLowerCase() === key.toLowerCase());
        return first === index
            ? []
            : [
                  {
                      propertyPath: `${path}[${JSON.stringify(key)}]`,
                      reason: `is ${keys[first]} again: ${why}`,
                  },
              ];
    });
}

function join(path: string, key: string): string {
    return path ? `${path}.${key}` : key;
}

function stranger(key: string, { fields, renamed = {} }: Fields): string {
    if (Object.hasOwn(renamed, key)) return `is called ${renamed[key]} now`;
    const same = (name: string) => name.toLowerCase().replace(/[^a-z0-9]/g, "");
    const wanted = same(key);
    const names = Object.keys(fields);
    const near =
        names.find(
            (name) => same(name) === wanted || same(name).startsWith(wanted) || wanted.startsWith(same(name)),
        ) ?? nearest(key, names);
    return near ? `is no input; did you mean ${near}?` : `is no input; there are: ${names.join(", ")}`;
}
