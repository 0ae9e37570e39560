// A journal and a resource's outputs come in; whether the move stands for a later create goes out. Without it, a resource that Pulumi replaces would undo the move of the one that took its place. Pure.
import type { Journal } from "../engine/journal";
import { openedOr } from "./journalDoor";
import type { MigrationOutputs } from "./outputs";

/** A create that could not write its claim has a copy of the journal with the one of before. */
export function isClaimedByAnother(
    { facts }: Pick<Journal, "facts">,
    { claim, journal }: Partial<MigrationOutputs>,
): boolean {
    const ours = [claim, journal && openedOr(journal)?.facts.claim];
    return facts.claim !== undefined && !ours.includes(facts.claim);
}

export function anotherClaim({ plan }: Pick<Journal, "plan">): string {
    const { namespace, name } = plan.release;
    return `the move of release ${namespace}/${name} belongs to a resource that was created later, so nothing is undone; destroy that one to go back`;
}
