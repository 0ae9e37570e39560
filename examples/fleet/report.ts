// What a run did with each cluster comes in, one JSON and one HTML file over the whole fleet go out. Loads nothing, runs no script, shows no secret: outcomes and plans hold none.
import { writeFileSync } from "node:fs";
import path from "node:path";
import type { ClusterReport, FleetReport } from "./waves";

export function writeReports(folder: string, report: FleetReport): string[] {
    const files = [
        { file: path.join(folder, "fleet-report.json"), text: `${JSON.stringify(report, null, 4)}\n` },
        { file: path.join(folder, "fleet-report.html"), text: pageOf(report) },
    ];
    for (const { file, text } of files) writeFileSync(file, text);
    return files.map(({ file }) => file);
}

const STYLE = `body{font:15px/1.5 system-ui,sans-serif;margin:2rem;color-scheme:light dark}table{border-collapse:collapse;width:100%}
th,td{text-align:left;vertical-align:top;padding:.4rem .8rem;border-bottom:1px solid #8884}pre{white-space:pre-wrap;font-size:12px}
.failed,.held{color:#c22;font-weight:600}.done{color:#282}.reason{white-space:pre-wrap}`;

export function pageOf({ result, next, clusters }: FleetReport): string {
    const states = ["done", "previewed", "held", "failed", "waiting"] as const;
    const counts = states
        .map((state) => ({ state, count: clusters.filter((one) => one.state === state).length }))
        .filter(({ count }) => count > 0)
        .map(({ state, count }) => `${count} ${state}`);
    return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width,initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<title>Fleet: ${escaped(result)}</title><style>${STYLE}</style></head><body>
<h1>Fleet: ${escaped(result)}</h1><p>${clusters.length} clusters: ${counts.join(", ")}</p><p><b>Next:</b> ${escaped(next)}</p>
<table><thead><tr><th>Wave</th><th>Cluster</th><th>State</th><th>Phase</th><th>Add-on</th><th>Longest pause</th><th>Seconds</th><th>What to know</th></tr></thead><tbody>
${clusters.map(rowOf).join("\n")}
</tbody></table></body></html>
`;
}

function rowOf({ wave, cluster, stack, state, seconds, plan, outcome, reasons }: ClusterReport): string {
    const pauses = Object.values(outcome?.pausedSeconds ?? {});
    const longest = pauses.length === 0 ? "" : `${Math.round(Math.max(...pauses))} s`;
    const phase =
        outcome === undefined ? "" : `${outcome.phase}${outcome.nextStep && `, next ${outcome.nextStep}`}`;
    const notes = [
        ...reasons,
        ...(outcome?.warnings ?? []).filter((warning) => !reasons.join().includes(warning)),
    ];
    const cells = [
        escaped(wave),
        escaped(stack === cluster ? cluster : `${cluster} (stack ${stack})`),
        `<span class="${state}">${state}</span>`,
        escaped(phase),
        escaped(outcome?.addonVersion ?? ""),
        longest,
        String(Math.round(seconds)),
        `${notes.map((note) => `<div class="reason">${escaped(note)}</div>`).join("")}${
            plan.length === 0
                ? ""
                : `<details><summary>plan</summary><pre>${escaped(plan.join("\n"))}</pre></details>`
        }`,
    ];
    return `<tr>${cells.map((cell) => `<td>${cell}</td>`).join("")}</tr>`;
}

function escaped(text: string): string {
    const names: Record<string, string> = {
        "&": "&amp;",
        "<": "&lt;",
        ">": "&gt;",
        '"': "&quot;",
        "'": "&#39;",
    };
    return text.replace(/[&<>"']/g, (character) => names[character] ?? character);
}
