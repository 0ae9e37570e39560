// The lines of a plan, what is done of it, and what is asked for come in; what this update will do, as a preview tells it, goes out. Pure.

import { counted } from "../../common/counted";
import { longestPause } from "./handover";
import { MigrationStep, type Plan, type PlanDraft } from "./plan";
import { HANDOVER, titled, wrapLine } from "./previewLine";
import { orderOf } from "./stepOrders";
import { undoLines } from "./undoLines";

/** What an update is asked to do with a plan. */
export interface Wanted {
    /** The step after which it stops. */
    readonly until?: MigrationStep;
    /** Whether the undo goes at the end. */
    readonly commit?: boolean;
}

/** One step's lines, or one remark's, unwrapped. */
interface Block {
    /** Undefined for what belongs to no step. */
    readonly step: string | undefined;
    readonly text: string;
}

/** Once they are done no controller hands over or pauses any more. */
const HANDING_OVER: readonly string[] = [MigrationStep.Install, MigrationStep.HandOver];

const NO_UNDO = "final: the release's records, backup and journal go; no undo";

/** The move, from where it stands to where it is wanted. */
export function previewMove(plan: Plan, done: ReadonlySet<string>, wanted: Wanted): string[] {
    const { until, commit = false } = wanted;
    const order: readonly string[] = orderOf(plan);
    const last = until === undefined ? order.length - 1 : order.indexOf(until);
    if (order.every((step) => done.has(step))) return ofCompleteMove(commit);
    const willHandOver = HANDING_OVER.some((step) => order.includes(step) && !done.has(step));
    const blocks = blocksOf(plan.lines).filter(({ text }) => willHandOver || !text.startsWith(HANDOVER));
    const told = blocks.map(({ step, text }) => {
        if (step === undefined) return `   ${text}`;
        const at = order.indexOf(step);
        const [, heading = "", does = ""] = /^( ?\d+ \S+ *)(.*)$/s.exec(text) ?? [];
        if (done.has(step)) return `${heading}done`;
        if (at > last) return `${heading}later: ${does}`;
        if (step === MigrationStep.Finish && commit) return `${heading}${NO_UNDO}`;
        return step === until && at < order.length - 1 ? `${text}; stops here` : text;
    });
    return [summaryLine(summaryOf(plan, done, wanted)), ...told].flatMap(wrapLine);
}

/** The undo, from where the move stands. */
export function previewUndo(plan: Plan, begun: readonly string[]): string[] {
    const lines = undoLines(plan, begun);
    const told = lines.flatMap(({ step, does }, index) =>
        does.map((line, at) => {
            const heading = at === 0 ? `${String(index + 1).padStart(2)} undo ${step}` : "";
            return `${heading.padEnd(21)} ${line}`;
        }),
    );
    const summary = `goes back to Helm, the newest of ${counted(begun.length, "step")} first; what others changed since then stays`;
    return [summaryLine(summary), ...told].flatMap(wrapLine);
}

function summaryLine(text: string): string {
    return titled("summary", text);
}

function ofCompleteMove(commit: boolean): string[] {
    const summary = summaryLine("the move is complete; only the add-on's version and settings may change");
    return commit ? [summary, titled("commit", NO_UNDO)] : [summary];
}

/** Objects, pause, undo. */
function summaryOf(plan: Plan, done: ReadonlySet<string>, { until, commit = false }: Wanted): string {
    const order = orderOf(plan);
    const next = order.find((step) => !done.has(step));
    const objects = counted(plan.objects.length, "object");
    const back = commit && until === undefined ? "no undo afterwards" : "undo possible until it is committed";
    const begun = done.size === 0 ? "" : `continues at ${next}, ${done.size} of ${order.length} steps done; `;
    const willPause =
        !done.has(MigrationStep.Install) &&
        (until === undefined || order.indexOf(MigrationStep.ScaleDown) <= order.indexOf(until));
    return `${begun}${objects}; ${willPause ? pauseOf(plan) : "no pause"}; ${back}`;
}

function pauseOf({ handover, controllers }: PlanDraft): string {
    if (controllers.length === 0) return "no pause";
    if (handover === undefined)
        return `${counted(controllers.length, "controller")} away until the add-on's are available`;
    const pausing = handover.components.filter(({ why }) => why.length > 0);
    const seconds = longestPause({ handover });
    if (seconds === undefined) return "no pause";
    return `${counted(pausing.length, "controller")} away for ${seconds} s at least`;
}

/** Lines of a plan as `describePlan` wrote them, those of an earlier package too. */
function blocksOf(lines: readonly string[]): Block[] {
    const blocks: Block[] = [];
    for (const line of lines) {
        const [, step] = /^ ?\d+ (\S+)/.exec(line) ?? [];
        const isContinued = /^ {17}\S/.test(line);
        const before = blocks.at(-1);
        if (isContinued && before !== undefined)
            blocks[blocks.length - 1] = { ...before, text: `${before.text} ${line.trim()}` };
        else blocks.push({ step, text: step === undefined ? line.trimStart() : line });
    }
    return blocks;
}
