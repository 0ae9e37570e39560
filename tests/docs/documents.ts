// The project's Markdown, taken apart: fenced blocks, links, headings. Reads files of the repository, writes nothing.
import { execFileSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import path from "node:path";

export const root = path.resolve(__dirname, "../..");
/** Links to our own repository, as pages outside of it need them. */
const OURS =
    /^https:\/\/github\.com\/pulumi-hyperpod-inference\/pulumi-hyperpod-inference\/(?:blob|tree)\/main\//;

export interface Block {
    readonly file: string;
    readonly line: number;
    readonly language: string;
    readonly text: string;
}

export interface Link {
    readonly file: string;
    readonly target: string;
}

/** Paths from the root, committed or not. */
export function filesOf(pattern: RegExp): string[] {
    const listed = execFileSync("git", ["ls-files", "-coz", "--exclude-standard"], {
        cwd: root,
        encoding: "utf8",
        timeout: 60_000,
    });
    return listed.split("\0").filter((file) => pattern.test(file) && existsSync(path.join(root, file)));
}

export function documents(): string[] {
    return filesOf(/\.md$/).filter((file) => !/^(sandbox|tests)\//.test(file));
}

export function textOf(file: string): string {
    return readFileSync(path.join(root, file), "utf8");
}

export function blocksOf(file: string): Block[] {
    const blocks: Block[] = [];
    let open: { language: string; line: number; lines: string[] } | undefined;
    for (const [index, line] of textOf(file).split("\n").entries()) {
        const fence = /^\s*```(\w*)/.exec(line);
        if (fence === null) open?.lines.push(line);
        else if (open === undefined) open = { language: fence[1] ?? "", line: index + 2, lines: [] };
        else {
            const { language, line: first, lines } = open;
            blocks.push({ file, line: first, language, text: lines.join("\n") });
            open = undefined;
        }
    }
    return blocks;
}

/** The text without its fenced blocks. */
export function proseOf(file: string): string {
    return textOf(file).replace(/^\s*```[\s\S]*?^\s*```\s*$/gm, "");
}

export function linksOf(file: string): Link[] {
    const prose = proseOf(file).replace(/`[^`\n]*`/g, "code");
    return [...prose.matchAll(/\]\(([^)\s]+)\)/g)]
        .map(([, target = ""]) => target)
        .filter((target) => !/^[a-z]+:/.test(target) || OURS.test(target))
        .map((target) => ({ file, target }));
}

/** Where a link leads, from the root; the anchor apart. */
export function resolved({ file, target }: Link): { readonly path: string; readonly anchor: string } {
    const [place = "", anchor = ""] = target.split("#");
    if (OURS.test(place)) return { path: place.replace(OURS, ""), anchor };
    if (place === "") return { path: file, anchor };
    return { path: path.join(path.dirname(file), place), anchor };
}

export function headingsOf(file: string): string[] {
    return [...proseOf(file).matchAll(/^#{1,6} +(.+?)\s*$/gm)].map(([, text = ""]) => text);
}
