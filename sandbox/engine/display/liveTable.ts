// Renders rows as a tree-shaped table that changes in place on a terminal: each resource keeps its line, with its
// progress and the seconds it has taken so far.
import type { Renderer } from "./display";
import type { Row } from "./rows";

const REDRAW_MS = 150;

export class LiveTable implements Renderer {
    private drawn = 0;
    private rows: Row[] = [];
    private readonly timer: NodeJS.Timeout;

    constructor(private readonly terminal: NodeJS.WriteStream) {
        this.timer = setInterval(() => this.draw(), REDRAW_MS);
        this.timer.unref();
    }

    changed(_row: Row, rows: Row[]): void {
        this.rows = rows;
    }

    finish(rows: Row[]): void {
        clearInterval(this.timer);
        this.rows = rows;
        this.draw();
        this.terminal.write("\n");
    }

    private draw(): void {
        const lines = this.lines();
        const up = this.drawn > 0 ? `\x1b[${this.drawn}A` : "";
        this.terminal.write(`${up}${lines.map((line) => `\x1b[2K${line}\n`).join("")}\x1b[J`);
        this.drawn = lines.length;
    }

    private lines(): string[] {
        const table = treeOrder(this.rows).map(({ row, prefix }) => ({ ...row.columns(), prefix }));
        const width = (pick: (line: (typeof table)[number]) => string): number =>
            Math.max(0, ...table.map((line) => pick(line).length));
        const tree = width((line) => line.prefix + line.type);
        const name = width((line) => line.name);
        const status = width((line) => line.status);
        const columns = this.terminal.columns || 120;
        return table.map((line) => {
            const left = `${line.sign.padStart(2).padEnd(3)} ${(line.prefix + line.type).padEnd(tree)}  ${line.name.padEnd(name)}`;
            return `${left}  ${line.status.padEnd(status)}  ${line.info}`.trimEnd().slice(0, columns - 1);
        });
    }
}

function treeOrder(rows: Row[]): { row: Row; prefix: string }[] {
    const known = new Set(rows.map((row) => row.urn));
    const visit = (parent: string | undefined, indent: string): { row: Row; prefix: string }[] => {
        const children = rows.filter(
            (row) => (row.parent && known.has(row.parent) ? row.parent : undefined) === parent,
        );
        return children.flatMap((row, index) => {
            const last = index === children.length - 1;
            const branch = parent === undefined ? "" : `${indent}${last ? "└─ " : "├─ "}`;
            const deeper = parent === undefined ? "" : `${indent}${last ? "   " : "│  "}`;
            return [{ row, prefix: branch }, ...visit(row.urn, deeper)];
        });
    };
    return visit(undefined, "");
}
