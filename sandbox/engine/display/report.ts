// What is printed after the rows: details of a preview, Diagnostics, Outputs, Resources and Duration. Text in, text out.
import { formatSeconds } from "../duration";
import type { Operation, Summary } from "../events";
import { nameOf, typeOf } from "../urn";
import type { PropertyMap } from "../values";
import { LABELS, shortType } from "./labels";
import { differenceLines, propertyLines } from "./propertyText";
import { messageLine, type Row } from "./rows";

/** Never shown: it holds the provider's code. */
const INTERNAL = ["__provider", "__internal"];

/** Property by property, what each new or changed resource will have: for `--diff`. */
export function detailLines(rows: Row[]): string[] {
    return rows.flatMap((row) => {
        const operation = row.operation;
        if (!operation || row.isStack) {
            return [];
        }
        const { op, old, new: now } = operation;
        // The real CLI hides what hideDiffs names in differences only.
        const hidden = [...INTERNAL, ...(now?.hideDiff ?? [])];
        const lines =
            op === "create" || op === "import"
                ? propertyLines(without(now?.inputs ?? {}, INTERNAL), 2)
                : op === "update" || op === "replace"
                  ? differenceLines(
                        without(old?.inputs ?? {}, hidden),
                        without(now?.inputs ?? {}, hidden),
                        2,
                        {
                            unchanged: false,
                            isPreview: false,
                        },
                    )
                  : [];
        if (lines.length === 0) {
            return [];
        }
        const sign = LABELS[op].sign.padStart(2);
        return [
            `  ${sign} ${shortType(typeOf(row.urn))} ${nameOf(row.urn)}: (${LABELS[op].planned})`,
            ...lines,
        ];
    });
}

export function diagnosticLines(rows: Row[]): string[] {
    const sections = rows
        .filter((row) => row.kept().length > 0)
        .map((row) => [
            `  ${shortType(typeOf(row.urn))} (${nameOf(row.urn)}):`,
            ...joinStreams(row).flatMap((text) =>
                text
                    .trimEnd()
                    .split("\n")
                    .map((line) => `    ${line}`.trimEnd()),
            ),
            "",
        ]);
    return sections.length > 0 ? ["Diagnostics:", ...sections.flat()] : [];
}

/** Messages of one stream are parts of one text. */
function joinStreams(row: Row): string[] {
    const texts: { stream: number; text: string }[] = [];
    for (const message of row.kept()) {
        const stream = message.streamId ?? 0;
        const last = texts.at(-1);
        if (stream !== 0 && last?.stream === stream) {
            last.text += message.text;
        } else {
            texts.push({ stream, text: messageLine(message) });
        }
    }
    return texts.map(({ text }) => text);
}

export function outputLines(
    olds: PropertyMap | undefined,
    news: PropertyMap | undefined,
    isNew: boolean,
    isPreview: boolean,
): string[] {
    const lines = isNew
        ? propertyLines(news ?? {}, 1)
        : differenceLines(olds ?? {}, news ?? {}, 1, { unchanged: !isPreview, isPreview });
    return lines.length > 0 ? ["Outputs:", ...lines, ""] : [];
}

const ORDER: Operation[] = ["create", "update", "replace", "delete", "read", "import"];

export function resourceLines({ resourceChanges, isPreview }: Summary, errored: number): string[] {
    const lines: string[] = [];
    let changes = 0;
    let kinds = 0;
    for (const op of ORDER) {
        const number = resourceChanges[op] ?? 0;
        const words = LABELS[op].summary;
        if (number > 0 && words) {
            lines.push(`    ${LABELS[op].sign.padEnd(2)}${number} ${words[isPreview ? 0 : 1]}`);
            changes += number;
            kinds++;
        }
    }
    const same = resourceChanges.same ?? 0;
    const rest = [kinds > 1 ? `${changes} changes` : "", same > 0 ? `${same} unchanged` : ""].filter(Boolean);
    return [
        "Resources:",
        ...lines,
        ...(rest.length > 0 ? [`    ${rest.join(". ")}`] : []),
        ...(errored > 0 ? [`    ${errored} errored`] : []),
    ];
}

export function durationLines(summary: Summary): string[] {
    return summary.isPreview ? [] : ["", `Duration: ${formatSeconds(summary.seconds)}`];
}

function without(map: PropertyMap, keys: string[]): PropertyMap {
    return Object.fromEntries(Object.entries(map).filter(([key]) => !keys.includes(key)));
}
