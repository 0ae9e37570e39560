// The display of one deployment: takes its events, keeps the rows, prints live through a renderer (lines, or a table that
// changes in place) and the report at the end.
import type { EngineEvent, Summary } from "../events";
import type { ResourceState } from "../state";
import { makeUrn, STACK_TYPE } from "../urn";
import { detailLines, diagnosticLines, durationLines, outputLines, resourceLines } from "./report";
import { Row } from "./rows";

export interface Renderer {
    /** A row has changed. */
    changed(row: Row, rows: Row[]): void;
    /** Nothing changes any more. */
    finish(rows: Row[]): void;
}

export interface DisplayOptions {
    title: string;
    project: string;
    stack: string;
    isPreview: boolean;
    showDetails: boolean;
    suppressOutputs: boolean;
    renderer: Renderer;
    print: (text: string) => void;
}

export class Display {
    private readonly rows = new Map<string, Row>();
    private readonly stackUrn: string;
    private stackEnded: ResourceState | undefined;
    private stackBefore: ResourceState | undefined;
    private stackIsNew = false;
    private stackGoes = false;

    constructor(private readonly options: DisplayOptions) {
        this.stackUrn = makeUrn(
            options.stack,
            options.project,
            undefined,
            STACK_TYPE,
            `${options.project}-${options.stack}`,
        );
        options.print(`${options.title}\n\n`);
    }

    readonly take = (event: EngineEvent): void => {
        if (event.kind === "summary") {
            this.finish(event);
            return;
        }
        if (event.kind === "message" && event.severity === "debug") {
            return;
        }
        const row = this.rowOf(event.urn || this.stackUrn);
        row.take(event);
        if (row.isStack && event.kind !== "message") {
            this.followStack(event);
        }
        if (row.isShown) {
            this.options.renderer.changed(row, this.shownRows());
        }
    };

    private followStack(event: Exclude<EngineEvent, { kind: "summary" | "message" }>): void {
        if (event.kind === "begin") {
            this.stackIsNew = event.op === "create";
            this.stackGoes = event.op === "delete";
            this.stackBefore = event.old && { ...event.old };
        }
        if (event.kind === "end") {
            this.stackEnded = event.op === "delete" ? undefined : event.new;
        }
    }

    private finish(summary: Summary): void {
        const { print, isPreview, renderer, showDetails, suppressOutputs } = this.options;
        for (const row of this.rows.values()) {
            row.conclude();
        }
        const rows = this.shownRows();
        renderer.finish(rows);
        const lines = [
            ...(showDetails ? spaced(detailLines(rows)) : []),
            ...diagnosticLines(rows),
            ...(suppressOutputs || this.stackGoes || (isPreview && summary.result !== "succeeded")
                ? []
                : this.outputs(isPreview)),
            ...resourceLines(summary, rows.filter((row) => row.hasErrors).length),
            ...durationLines(summary),
            "",
        ];
        print(`${lines.join("\n")}\n`);
    }

    private outputs(isPreview: boolean): string[] {
        return outputLines(this.stackBefore?.outputs, this.stackEnded?.outputs, this.stackIsNew, isPreview);
    }

    private rowOf(urn: string): Row {
        let row = this.rows.get(urn);
        if (!row) {
            row = new Row(urn, this.options.isPreview);
            this.rows.set(urn, row);
        }
        return row;
    }

    private shownRows(): Row[] {
        return [...this.rows.values()].filter((row) => row.isShown);
    }
}

function spaced(lines: string[]): string[] {
    return lines.length > 0 ? ["", ...lines, ""] : [];
}
