// Stored outputs and new inputs in; whether there is work to do out. Pure.
import { Owner } from "../../common/enums";
import { changedProperties, changesOfCluster } from "./inputs";
import { type MigrationOutputs, MigrationPhase } from "./outputs";
import type { Bag } from "./propertyBag";

export function hasChanges(outputs: Partial<MigrationOutputs>, news: Bag): boolean {
    const changed = changedProperties({ ...outputs.inputs }, news);
    return asksForWork(outputs, news) || changed.length > 0;
}

/** Whether the cluster is to be changed, and not only the way to it. */
export function asksForWork(outputs: Partial<MigrationOutputs>, news: Bag): boolean {
    const changed = changesOfCluster({ ...outputs.inputs }, news);
    return !isWhereItIsWanted(outputs, news) || changed.length > 0 || (outputs.drift ?? []).length > 0;
}

function isWhereItIsWanted({ phase }: Partial<MigrationOutputs>, { desiredOwner, commit }: Bag): boolean {
    if (desiredOwner === Owner.Helm) return phase === MigrationPhase.OnHelm;
    if (commit === true) return phase === MigrationPhase.Committed;
    return (
        phase === MigrationPhase.Moved ||
        phase === MigrationPhase.Stopped ||
        phase === MigrationPhase.Committed
    );
}
