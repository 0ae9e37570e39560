// Renders rows as plain lines, appended as things happen: for logs, pipes and continuous integration.
import type { Renderer } from "./display";
import type { Row } from "./rows";

export class PlainLines implements Renderer {
    private readonly last = new Map<string, string>();

    constructor(private readonly print: (text: string) => void) {}

    changed(row: Row): void {
        this.printRow(row);
    }

    finish(rows: Row[]): void {
        for (const row of rows) {
            this.printRow(row);
        }
    }

    private printRow(row: Row): void {
        const { sign, type, name, status, info } = row.columns();
        const signColumn = sign.length > 1 ? ` ${sign}` : ` ${sign.padEnd(1)} `;
        const line = `${signColumn} ${type} ${name} ${status} ${info}`.trimEnd();
        const withoutTime = line.replace(/\(\d[^)]*s\)/, "()");
        if (this.last.get(row.urn) !== withoutTime) {
            this.last.set(row.urn, withoutTime);
            this.print(`${line}\n`);
        }
    }
}
