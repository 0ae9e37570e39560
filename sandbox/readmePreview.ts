// Output of `pulumi preview` or the README comes in; the preview as the README shows it goes out. Runs nothing, writes nothing.

const BEGIN = "<!-- preview -->\n```\n";
const END = "\n```\n<!-- /preview -->";

/** Rows as they stand at the end, once each, without the dots of waiting. */
export function shownPreview(stdout: string): string {
    const lines = stdout.split("\n").map((line) => line.trimEnd());
    const from = lines.findIndex((line) => line.startsWith("Previewing update"));
    const diagnostics = lines.indexOf("Diagnostics:");
    if (from < 0 || diagnostics < 0) throw new Error(`this is no preview with a plan:\n${stdout}`);
    const rows = lines.slice(from + 1, diagnostics).filter((line) => line.startsWith(" +"));
    const shown = [lines[from], "", ...new Set(rows), "", ...lines.slice(diagnostics)];
    return shown.join("\n").trimEnd();
}

export function previewIn(readme: string): string {
    const [begin, end] = placeIn(readme);
    return readme.slice(begin, end);
}

export function withPreview(readme: string, preview: string): string {
    const [begin, end] = placeIn(readme);
    return `${readme.slice(0, begin)}${preview}${readme.slice(end)}`;
}

/** What is drawn anew in every sandbox says nothing about the preview's age. */
export function comparable(preview: string): string {
    return preview.replace(/[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}/g, "<uuid>");
}

function placeIn(readme: string): readonly [begin: number, end: number] {
    const begin = readme.indexOf(BEGIN);
    const end = readme.indexOf(END, begin);
    if (begin < 0 || end < 0) throw new Error("the README has no place for a preview");
    return [begin + BEGIN.length, end];
}
