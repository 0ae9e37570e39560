// A stored state, or the outputs of a move, in; an HTML page out. Touches no cluster.
import { readFile } from "node:fs/promises";
import type { MigrationOutputs } from "../pulumi/outputs";
import { writePage } from "./reportFile";
import { type ReportSource, sourceOf } from "./reportSource";
import { movesIn } from "./storedState";

export interface MoveReportOptions {
    /** Name of the resource, or its URN, when the stack has several moves. */
    readonly resource?: string;
}

/**
 * Writes the HTML report of a move without touching the cluster.
 *
 * @param state Path of a file made by `pulumi stack export --show-secrets`, or the outputs of the resource.
 * @param file Path of the page to write.
 */
export async function writeMoveReport(
    state: string | Partial<MigrationOutputs>,
    file: string,
    options: MoveReportOptions = {},
): Promise<void> {
    const source =
        typeof state === "string"
            ? await fromFile(state, options)
            : sourceOf(state, { writtenAt: Date.now() });
    await writePage(file, source);
}

async function fromFile(path: string, { resource }: MoveReportOptions): Promise<ReportSource> {
    let content: unknown;
    try {
        content = JSON.parse(await readFile(path, "utf8"));
    } catch (error) {
        throw new Error(
            `${path} cannot be read as a stack export (${(error as Error).message}); make one with \`pulumi stack export --show-secrets --file ${path}\``,
        );
    }
    const moves = movesIn(content, Date.now());
    const names = moves.map(({ urn }) => urn.split("::").pop() ?? urn);
    const chosen = moves.filter(
        ({ urn }, index) => resource === undefined || urn === resource || names[index] === resource,
    );
    const [move, another] = chosen;
    if (move === undefined) {
        throw new Error(
            resource === undefined
                ? `${path} holds no HelmToAddonMigration; choose the stack that has it with \`pulumi stack export --stack <name>\``
                : `${path} holds no HelmToAddonMigration called ${resource}; it has: ${names.join(", ") || "none"}`,
        );
    }
    if (another !== undefined)
        throw new Error(`${path} holds several moves; name one of: ${names.join(", ")}`);
    return move.source;
}
