// A line of the plan comes in; lines that a preview shows whole go out. Pure.

/** A preview of the CLI cuts strings off at 150 characters. */
const LINE_LENGTH = 140;
const INDENT = " ".repeat(17);

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
