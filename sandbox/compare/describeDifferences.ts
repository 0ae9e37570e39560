/** Differences come in; a report for people goes out, one block per object. Secrets are hashes before they get here. */
import type { Difference } from "./capturedState";

const VALUE_WIDTH = 90;

export function describeDifferences(differences: Difference[], maximum = 200): string {
    if (differences.length === 0) return "no differences";
    const lines: string[] = [`${differences.length} difference${differences.length === 1 ? "" : "s"}:`];
    let object = "";
    for (const difference of differences.slice(0, maximum)) {
        const { where, key, path } = difference;
        const whole = path === "" ? wholeObject(difference) : undefined;
        if (object !== `${where} ${key}`) lines.push(`${where} ${key}${whole ? `: ${whole}` : ""}`);
        object = `${where} ${key}`;
        if (whole === undefined) lines.push(`    ${path}: ${change(difference)}`);
    }
    if (differences.length > maximum) lines.push(`... and ${differences.length - maximum} more`);
    return lines.join("\n");
}

function wholeObject({ before, after }: Difference): string | undefined {
    if (before === undefined) return "added";
    return after === undefined ? "removed" : undefined;
}

function change({ before, after }: Difference): string {
    if (isStringList(before) && isStringList(after)) return listChange(before, after);
    return `${show(before)} -> ${show(after)}`;
}

function listChange(before: string[], after: string[]): string {
    const gone = before.filter((item) => !after.includes(item)).map((item) => `-${item}`);
    const come = after.filter((item) => !before.includes(item)).map((item) => `+${item}`);
    const changes = [...gone, ...come];
    return changes.length === 0 ? "other order" : shorten(changes.join(" "));
}

function isStringList(value: unknown): value is string[] {
    return Array.isArray(value) && value.every((item) => typeof item === "string");
}

function show(value: unknown): string {
    return value === undefined ? "(absent)" : shorten(JSON.stringify(value));
}

function shorten(text: string): string {
    return text.length <= VALUE_WIDTH ? text : `${text.slice(0, VALUE_WIDTH)}... (${text.length} characters)`;
}
