// Two states come in; how many objects are new, gone or different goes out. Who manages a field is not looked at.
import { compareStates, isFieldManagerDifference, type State } from "../compare";

export interface Changes {
    readonly added: number;
    readonly removed: number;
    readonly changed: number;
}

export function changesBetween(before: State, after: State): Changes {
    const found = { added: new Set<string>(), removed: new Set<string>(), changed: new Set<string>() };
    for (const difference of compareStates(before, after, { ignore: isFieldManagerDifference })) {
        const whole = difference.path === "";
        const kind = whole && !("before" in difference) ? "added" : whole ? "removed" : "changed";
        found[kind].add(`${difference.where} ${difference.key}`);
    }
    return { added: found.added.size, removed: found.removed.size, changed: found.changed.size };
}

export function describeChanges({ added, removed, changed }: Changes): string {
    return added + removed + changed === 0 ? "none" : `+${added} -${removed} ~${changed}`;
}
