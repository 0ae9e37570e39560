// A title and a text come in; lines that a preview shows whole go out, titles in one column. Pure.

/** A preview of the CLI cuts strings off at 150 characters. */
const LINE_LENGTH = 140;
/** Of the longest name of a step. */
const TITLE_LENGTH = 13;
const NUMBER_LENGTH = 2;
/** Where the text begins. */
const INDENT = " ".repeat(NUMBER_LENGTH + 1 + TITLE_LENGTH + 1);

/** The title of what is told of each controller's pause. */
export const HANDOVER = "handover";

/** What belongs to no step: "note", "summary". */
export function titled(title: string, text: string): string {
    return `${" ".repeat(NUMBER_LENGTH)} ${title.padEnd(TITLE_LENGTH)} ${text}`;
}

/** A step; numbers begin with 1. */
export function numbered(number: number, title: string, text: string): string {
    return `${String(number).padStart(NUMBER_LENGTH)} ${title.padEnd(TITLE_LENGTH)} ${text}`;
}

/** Goes on in the next line, below the text, after a comma or a semicolon where there is one. */
export function wrapLine(line: string): string[] {
    const lines: string[] = [];
    let rest = line;
    while (rest.length > LINE_LENGTH) {
        const end = breakOf(rest);
        if (end === undefined) break;
        lines.push(rest.slice(0, end).trimEnd());
        rest = INDENT + rest.slice(end).trimStart();
    }
    return [...lines, rest];
}

/** Where a line that is too long ends; undefined when it is a single word. */
function breakOf(line: string): number | undefined {
    const room = line.slice(0, LINE_LENGTH);
    const good = [room.lastIndexOf("; ") + 1, room.lastIndexOf(", ") + 1, room.lastIndexOf(" ")];
    // A word as long as an ARN has a line of its own; a longer one is cut off, but nothing of what follows it.
    const poor = [room.lastIndexOf(" "), line.indexOf(" ", LINE_LENGTH)];
    return good.find((at) => at > LINE_LENGTH / 2) ?? poor.find((at) => at > INDENT.length);
}
