// The report of one move as one self-contained HTML page: no script, nothing loaded from anywhere.

import { html, Markup } from "./markup";
import { droppedPart, leftAlonePart, list, movedPart, ownersPart } from "./movedPart";
import { outcomeOf, problemOf } from "./outcome";
import type { ReportSource } from "./reportSource";
import { STYLE } from "./style";
import { timelinePart } from "./timelinePart";
import { dateAndTime } from "./timesAndAmounts";
import { undoPart } from "./undoPart";

const POLICY = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'";

export function pageOf(source: ReportSource): string {
    const { plan, outputs, withoutJournal } = source;
    const cluster = plan?.cluster.name ?? outputs.inputs?.clusterName ?? "";
    const title = `HyperPod inference on ${cluster}: Helm release to EKS add-on`;
    return html`<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width,initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="${POLICY}"><meta name="color-scheme" content="light dark"><meta name="referrer" content="no-referrer">
<title>${title}</title><style>${new Markup(STYLE)}</style></head>
<body><main>
${headPart(source, title)}
${problemPart(source)}
${factsPart(source)}
${timelinePart(source)}
${warningsPart(source)}
${withoutJournal !== undefined && html`<section><h2>Without the journal</h2><p>${withoutJournal}. What the plan said:</p><pre class="plan">${(outputs.plan ?? []).join("\n")}</pre></section>`}
${plan !== undefined && [droppedPart(plan), leftAlonePart(plan), movedPart(plan, outputs.phase), ownersPart(plan)]}
${undoPart(source)}
${plan !== undefined && html`<section><h2>The plan</h2><details><summary>as <code>pulumi preview</code> shows it</summary><pre class="plan">${plan.lines.join("\n")}</pre></details></section>`}
<footer>Written ${dateAndTime(source.writtenAt)} by pulumi-hyperpod-inference. Times are of the machine that ran the move.</footer>
</main></body></html>
`.text;
}

function headPart(source: ReportSource, title: string): Markup {
    const { tone, word, sentence } = outcomeOf(source);
    return html`<header><span class="pill ${tone}">${word}</span><h1>${title}</h1><p class="dim">${sentence}</p></header>`;
}

function problemPart({ problem }: ReportSource): Markup | undefined {
    if (problem === undefined) return undefined;
    const { what, next } = problemOf(problem);
    return html`<section class="problem"><h2>What went wrong</h2><pre>${what.join("\n")}</pre><p class="next"><b>Next:</b> ${next}</p></section>`;
}

function factsPart({ plan, outputs }: ReportSource): Markup {
    const from = outputs.movedFrom;
    const rows: [string, string | undefined][] = [
        [
            "Cluster",
            plan &&
                `${plan.cluster.name} (${plan.cluster.region}, Kubernetes ${plan.cluster.kubernetesVersion})`,
        ],
        ["Helm release", from && `${from.namespace}/${from.release}, revision ${from.revision}`],
        ["Operator under Helm", from && `${from.operatorVersion} (chart ${from.chartVersion})`],
        ["EKS add-on", outputs.addonVersion || plan?.addon.version],
        ["Add-on ARN", outputs.addonArn || undefined],
    ];
    return html`<dl class="facts">${rows.map(([label, value]) => value !== undefined && html`<div class="${value.length > 60 ? "whole" : ""}"><dt>${label}</dt><dd>${value}</dd></div>`)}</dl>`;
}

function warningsPart({ outputs }: ReportSource): Markup | undefined {
    const lines = [
        ...(outputs.warnings ?? []),
        ...(outputs.drift ?? []).map((line) => `changed outside: ${line}`),
    ];
    if (lines.length === 0) return undefined;
    return html`<section><h2>Worth knowing</h2>${list(lines)}</section>`;
}
