/** An observation comes in; a short report for people goes out. */
import type { Observation } from "./observation";

/** Why a webhook could not be called stands at the end, behind its address. */
const LONGEST_ANSWER = 500;

export function describeObservation(observation: Observation): string {
    const { deletions, twoActive, away, refused, problems } = observation;
    const lines = [`observed for ${observation.seconds.toFixed(1)} s`];
    for (const { key, how, at } of deletions) lines.push(`deleted (${how}) after ${at.toFixed(1)} s: ${key}`);
    for (const { controller, deployments, seconds } of twoActive) {
        lines.push(`two active for ${seconds.toFixed(1)} s: ${controller} (${deployments.join(", ")})`);
    }
    for (const [controller, { seconds, atEnd }] of Object.entries(away)) {
        lines.push(`away ${seconds.toFixed(1)} s${atEnd ? ", still away" : ""}: ${controller}`);
    }
    const asked = Object.values(refused).reduce((sum, one) => sum + one.asked, 0);
    const counts = Object.values(refused).flatMap((one) => Object.values(one.answers));
    lines.push(`${counts.reduce((sum, count) => sum + count, 0)} of ${asked} requests refused`);
    for (const [request, { seconds, atEnd, answers }] of Object.entries(refused)) {
        lines.push(`refused ${seconds.toFixed(1)} s${atEnd ? ", still refused" : ""}: ${request}`);
        for (const [answer, count] of Object.entries(answers))
            lines.push(`    ${count} x ${answer.slice(0, LONGEST_ANSWER)}`);
    }
    return [...lines, ...problems.map((problem) => `observer: ${problem}`)].join("\n");
}
