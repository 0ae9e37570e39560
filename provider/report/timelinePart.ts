// The steps and the pauses as bars on one scale, with the numbers beside them.

import { html, type Markup } from "./markup";
import type { ReportSource } from "./reportSource";
import { groupsOf, type Span, type SpanGroup } from "./spans";
import { dateAndTime, duration, timeOfDay } from "./timesAndAmounts";

const STATE_WORDS = { done: "", failed: "failed", cutOff: "cut off" } as const;

export function timelinePart({ facts, outputs }: ReportSource): Markup {
    const groups = facts === undefined ? [] : groupsOf(facts);
    const paused = Object.entries(outputs.pausedSeconds ?? {});
    if (groups.length === 0) {
        return html`<section><h2>Timeline</h2>
<ol class="steps">${(outputs.steps ?? []).map(({ name, state }) => html`<li>${name} <span class="dim">${state}</span></li>`)}</ol>
${paused.length > 0 && html`<h3>Pauses</h3><ul>${paused.map(([what, seconds]) => html`<li>${what}: ${duration(seconds * 1000)}</li>`)}</ul>`}</section>`;
    }
    const drawn = new Set(
        groups
            .flatMap(({ controllers, requests }) => [...controllers, ...requests])
            .map(({ label }) => label),
    );
    const others = paused.filter(([what]) => !drawn.has(what));
    return html`<section><h2>Timeline</h2>${groups.map(groupPart)}${othersPart(others)}</section>`;
}

/** What was measured and has no place on a scale: no refusal was met, or an earlier package noted no times. */
function othersPart(paused: readonly (readonly [what: string, seconds: number])[]): Markup | undefined {
    if (paused.length === 0) return undefined;
    const said = ([what, seconds]: readonly [string, number]) =>
        seconds === 0 ? html`${what}: never refused` : html`${what}: ${duration(seconds * 1000)}`;
    return html`<h3>Measured too</h3><ul class="measured">${paused.map((one) => html`<li>${said(one)}</li>`)}</ul>`;
}

function groupPart(group: SpanGroup): Markup {
    const { direction, begin, end } = group;
    const title = direction === "undo" ? "Undo" : "Move";
    return html`<h3>${title} <span class="dim">${dateAndTime(begin)}, ${duration(end - begin)}</span></h3>
<table class="timeline"><thead><tr><th>step</th><th class="hide">begin</th><th class="hide">end</th><th class="number">took</th><th class="scale" aria-hidden="true"><span>0</span><span>${duration((end - begin) / 2)}</span><span>${duration(end - begin)}</span></th></tr></thead>
${rowsPart(undefined, group.steps, group, direction)}
${rowsPart("Controllers away", group.controllers, group, "pause")}
${rowsPart("Requests refused", group.requests, group, "refused")}
</table>`;
}

function rowsPart(
    heading: string | undefined,
    spans: readonly Span[],
    group: SpanGroup,
    look: string,
): Markup | undefined {
    if (spans.length === 0) return undefined;
    return html`<tbody>${heading !== undefined && html`<tr class="heading"><th scope="rowgroup">${heading}</th><td class="hide"></td><td class="hide"></td><td></td><td></td></tr>`}${spans.map((span) => rowPart(span, group, look))}</tbody>`;
}

function rowPart(span: Span, { begin, end }: SpanGroup, look: string): Markup {
    const whole = Math.max(1, end - begin);
    const percent = (milliseconds: number) => ((100 * milliseconds) / whole).toFixed(2);
    const word = STATE_WORDS[span.state];
    return html`<tr><th scope="row">${span.label}${word !== "" && html` <em class="${span.state}">${word}</em>`}</th><td class="hide time">${timeOfDay(span.begin)}</td><td class="hide time">${timeOfDay(span.end)}</td><td class="number">${duration(span.milliseconds)}</td><td class="track"><span class="bar ${look} ${span.state}" style="margin-left:min(${percent(span.begin - begin)}%,100% - 3px);width:${percent(span.end - span.begin)}%"></span></td></tr>`;
}
