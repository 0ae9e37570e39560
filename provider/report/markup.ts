// Pieces of HTML: every value is escaped on its way in, and only markup made here goes in as it is.

export class Markup {
    constructor(readonly text: string) {}
}

export type MarkupPart = string | number | Markup | readonly MarkupPart[] | undefined | false;

const ENTITIES: Readonly<Record<string, string>> = {
    "&": "&amp;",
    "<": "&lt;",
    ">": "&gt;",
    '"': "&quot;",
    "'": "&#39;",
};

function escaped(text: string): string {
    // Control characters other than line ends and tabs are not allowed in a page at all.
    return text
        .replace(/[&<>"']/g, (character) => ENTITIES[character] ?? "")
        .replace(/[^\P{Cc}\n\r\t]/gu, "\u{fffd}");
}

export function html(strings: TemplateStringsArray, ...parts: readonly MarkupPart[]): Markup {
    return new Markup(strings.map((text, index) => `${text}${textOf(parts[index])}`).join(""));
}

function textOf(part: MarkupPart): string {
    if (part === undefined || part === false) return "";
    if (part instanceof Markup) return part.text;
    if (typeof part === "string") return escaped(part);
    return typeof part === "number" ? String(part) : part.map(textOf).join("");
}
