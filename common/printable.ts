// Text that came from outside in, text that a terminal shows as it stands out: what a tenant writes into a cluster moves no cursor, hides nothing, and makes no line of its own. Pure.

/** Controls of terminals, and marks that turn the direction of a line. Line ends and tabs stay. */
const CONTROLS = /(?![\n\t])[\p{Cc}\p{Bidi_Control}]/gu;
const LINE_ENDS = /[\n\t\u2028\u2029]+/g;

export function printable(text: string): string {
    return text.replace(CONTROLS, "");
}

/** What quotes somebody must not look like a further line of ours, as the next command is one. */
export function oneLine(text: string): string {
    return printable(text.replace(/\r\n?/g, "\n")).replace(LINE_ENDS, " ");
}
