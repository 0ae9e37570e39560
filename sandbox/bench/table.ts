// One line of the benchmark's table, and the table as text. Measures nothing.

export interface Row {
    readonly what: string;
    readonly target?: string;
    readonly measured: string;
    /** Absent when there is nothing to hold the value against. */
    readonly holds?: boolean;
    /** What AWS's script did on the same cluster. */
    readonly script?: string;
}

export function seconds(milliseconds: number): string {
    return `${(milliseconds / 1000).toFixed(1)} s`;
}

export function tableOf(rows: readonly Row[]): string {
    const withScript = rows.some(({ script }) => script !== undefined);
    const cells = [
        ["what", "target", "measured", "", ...(withScript ? ["AWS's script"] : [])],
        ...rows.map(({ what, target = "", measured, holds, script }) => [
            what,
            target,
            measured,
            holds === undefined ? "" : holds ? "ok" : "MISSED",
            ...(withScript ? [script ?? ""] : []),
        ]),
    ];
    const widths = (cells[0] ?? []).map((_, column) =>
        Math.max(...cells.map((row) => row[column]?.length ?? 0)),
    );
    const line = (row: readonly string[]) =>
        `| ${row.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join(" | ")} |`;
    const [head = [], ...rest] = cells;
    return [
        line(head),
        `|${widths.map((width) => "-".repeat(width + 2)).join("|")}|`,
        ...rest.map(line),
    ].join("\n");
}
