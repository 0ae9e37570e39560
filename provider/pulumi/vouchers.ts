// Stored outputs and what the engine handed over come in; what they can say for the journals of the cluster goes out. Pure.
import { isJournalKey, type Vouchers } from "../engine/vouched";
import { clusterArnOf } from "./clusterOfMove";
import { type MigrationOutputs, MigrationPhase } from "./outputs";
import type { Bag } from "./propertyBag";

/** The newest key is written with; a journal that an older one marked stays readable. */
export function vouchersOf(
    outputs: Partial<MigrationOutputs>,
    ...bags: readonly (Bag | Partial<MigrationOutputs> | undefined)[]
): Vouchers {
    const { journal, phase } = outputs;
    const keys = bags.map((bag) => (bag as Bag | undefined)?.journalKey).filter(isJournalKey);
    const isOver = phase === MigrationPhase.OnHelm || phase === MigrationPhase.Committed;
    const clusterArn = [outputs, ...bags]
        .map((bag) => clusterArnOf(bag ?? {}))
        .find((arn) => arn !== undefined);
    return {
        keys: [...new Set(keys)],
        ...(clusterArn === undefined ? {} : { clusterArn }),
        ...(journal === undefined || isOver ? {} : { state: journal }),
    };
}

/** The key as it goes into the state: secret there, and in no message. */
export function keyIn(...bags: readonly (Bag | Partial<MigrationOutputs> | undefined)[]): Bag {
    const [journalKey] = vouchersOf({}, ...bags).keys;
    return journalKey === undefined ? {} : { journalKey };
}
