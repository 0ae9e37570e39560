// Property values and their differences as indented lines, one array item per line, in the manner of the CLI. Secrets
// and unknowns show as such, never as values.
import { equal, isMap, isSecret, type PropertyMap, type PropertyValue, UNKNOWN } from "../values";

type Mark = " " | "+" | "-";
const STEP = 4;

/** All properties of `map`; with a mark every line carries it. `depth` counts in steps of four columns. */
export function propertyLines(map: PropertyMap, depth: number, mark: Mark = " "): string[] {
    const keys = Object.keys(map).filter((key) => map[key] !== null);
    const width = Math.max(0, ...keys.map((key) => key.length));
    return keys
        .sort()
        .flatMap((key) => valueLines(`${key.padEnd(width)}: `, map[key] ?? null, depth, 0, mark));
}

/** Only what differs; `unchanged` shows the rest as well. In a preview a value that becomes unknown is not shown. */
export function differenceLines(
    olds: PropertyMap,
    news: PropertyMap,
    depth: number,
    options: { unchanged: boolean; isPreview: boolean },
): string[] {
    const keys = [...new Set([...Object.keys(olds), ...Object.keys(news)])].sort().filter((key) => {
        const becomesUnknown = options.isPreview && olds[key] !== undefined && news[key] === UNKNOWN;
        return !becomesUnknown && (options.unchanged || !equal(olds[key], news[key]));
    });
    const width = Math.max(0, ...keys.map((key) => key.length));
    return keys.flatMap((key) => differenceOf(`${key.padEnd(width)}: `, olds[key], news[key], depth));
}

function differenceOf(
    label: string,
    old: PropertyValue | undefined,
    now: PropertyValue | undefined,
    depth: number,
): string[] {
    if (old === undefined) {
        return now === undefined ? [] : valueLines(label, now, depth, 0, "+");
    }
    if (now === undefined) {
        return valueLines(label, old, depth, 0, "-");
    }
    if (equal(old, now)) {
        return valueLines(label, now, depth, 0, " ");
    }
    const [before, after] = [unfold(old), unfold(now)];
    const start = `${" ".repeat(depth * STEP - 2)}~ ${label}`;
    if (Array.isArray(before) && Array.isArray(after)) {
        const items = Array.from({ length: Math.max(before.length, after.length) }, (_, index) =>
            equal(before[index], after[index])
                ? []
                : differenceOf(`[${index}]: `, before[index], after[index], depth + 1),
        );
        return [`${start}[`, ...items.flat(), `${" ".repeat(depth * STEP)}]`];
    }
    if (isMap(before) && isMap(after) && !isSecret(before) && !isSecret(after)) {
        return [
            `${start}{`,
            ...differenceLines(before, after, depth + 1, { unchanged: false, isPreview: false }),
            `${" ".repeat(depth * STEP)}}`,
        ];
    }
    return [`${start}${scalar(before)} => ${scalar(after)}`];
}

function valueLines(label: string, value: PropertyValue, depth: number, inner: number, mark: Mark): string[] {
    const margin = " ".repeat(depth * STEP - 2);
    const indent = " ".repeat(inner * STEP);
    const start = `${margin}${mark} ${indent}${label}`;
    const close = (bracket: string): string => `${margin}  ${indent}${bracket}`;
    const shown = unfold(value);
    if (Array.isArray(shown) && shown.length > 0) {
        return [
            `${start}[`,
            ...shown.flatMap((item, index) => valueLines(`[${index}]: `, item, depth, inner + 1, mark)),
            close("]"),
        ];
    }
    if (isMap(shown) && !isSecret(shown) && Object.keys(shown).length > 0) {
        const width = Math.max(...Object.keys(shown).map((key) => key.length));
        const lines = Object.keys(shown)
            .sort()
            .flatMap((key) =>
                valueLines(`${key.padEnd(width)}: `, shown[key] ?? null, depth, inner + 1, mark),
            );
        return [`${start}{`, ...lines, close("}")];
    }
    return [`${start}${scalar(shown)}`];
}

/** A text that is itself a JSON object or list is shown as what it says. */
function unfold(value: PropertyValue): PropertyValue {
    if (typeof value !== "string" || !/^\s*[[{]/.test(value)) {
        return value;
    }
    try {
        return JSON.parse(value) as PropertyValue;
    } catch {
        return value;
    }
}

function scalar(value: PropertyValue): string {
    if (value === UNKNOWN) {
        return "[unknown]";
    }
    if (isSecret(value)) {
        return "[secret]";
    }
    return value === null ? "<null>" : JSON.stringify(value);
}
