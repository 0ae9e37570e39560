// Deep equality with a short message: the paths that differ, each with the recorded and the actual value.
import assert from "node:assert/strict";

const SHOWN = 12;
const LENGTH = 300;

export function sameAs(what: string, actual: unknown, expected: unknown): void {
    const differences = [...differencesOf("", actual, expected)];
    const lines = differences
        .slice(0, SHOWN)
        .map(([path, a, e]) => `  ${path}\n      recorded: ${text(e)}\n      actual:   ${text(a)}`);
    const more = differences.length > SHOWN ? `\n  ... and ${differences.length - SHOWN} more` : "";
    assert.ok(differences.length === 0, `${what} differ:\n${lines.join("\n")}${more}`);
}

function* differencesOf(
    path: string,
    actual: unknown,
    expected: unknown,
): Generator<[string, unknown, unknown]> {
    if (isObject(actual) && isObject(expected)) {
        for (const key of new Set([...Object.keys(expected), ...Object.keys(actual)])) {
            yield* differencesOf(`${path}/${key}`, actual[key], expected[key]);
        }
    } else if (actual !== expected) {
        yield [path, actual, expected];
    }
}

function isObject(value: unknown): value is Record<string, unknown> {
    return typeof value === "object" && value !== null;
}

function text(value: unknown): string {
    return (JSON.stringify(value) ?? "nothing").slice(0, LENGTH);
}
