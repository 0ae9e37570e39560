// What undo would do from here, or why there is nothing to undo.

import { orderOf } from "../plan/stepOrders";
import { undoLines } from "../plan/undoLines";
import { MigrationPhase } from "../pulumi/outputs";
import { html, type Markup } from "./markup";
import { list } from "./movedPart";
import type { ReportSource } from "./reportSource";

export function undoPart({ outputs, plan }: ReportSource): Markup {
    return html`<section><h2>What undo would do</h2>${contentOf(outputs, plan)}</section>`;
}

function contentOf(outputs: ReportSource["outputs"], plan: ReportSource["plan"]): Markup {
    if (outputs.phase === MigrationPhase.OnHelm)
        return html`<p>Nothing: the move is undone. <code>pulumi up</code> would begin it anew.</p>`;
    if (outputs.phase === MigrationPhase.Committed)
        return html`<p>Nothing: the move was committed, and its backup is removed. Destroying the resource leaves the cluster as it is.</p>`;
    const begun = (outputs.steps ?? []).filter(({ state }) => state !== "pending").map(({ name }) => name);
    if (begun.length === 0) return html`<p>Nothing: no step was begun.</p>`;
    const how = html`<p><code>pulumi destroy</code>, or <code>desiredOwner: Owner.Helm</code>, does this, in this order:</p>`;
    if (plan === undefined) return html`${how}${list([...begun].reverse().map((step) => `undo ${step}`))}`;
    const order = orderOf(plan) as readonly string[];
    const lines = undoLines(plan, begun);
    return html`${how}<ol class="undo">${lines.map(({ step, does }) => html`<li value="${order.indexOf(step) + 1}"><b>${step}</b>${list(does)}</li>`)}</ol>
<p class="dim">Models, their pods and their custom resources are never touched. The list is from the plan of the move; going back looks at the cluster first, and leaves what somebody else changed since then.</p>`;
}
