// A plan and the backup come in; the ways on which its controllers hand over go out, in their order. Throws before anything is written when the backup lacks what an undo needs.
import type { StepContext } from "../../engine/step";
import { handingOver, isConverting, isShared } from "../../plan/handoverOrder";
import type { Backup } from "../backup/backup";
import { admissionWay } from "./admissionWay";
import { conversionWay } from "./conversionWay";
import { sharedWay } from "./sharedWay";
import type { Way } from "./wayInterface";

export async function waysOf<Memory>(context: StepContext<Memory>): Promise<readonly Way[]> {
    const components = handingOver(context.plan);
    if (components.length === 0) return [];
    const backup = await context.journal.backup.read<Backup>();
    return components.map((one) => {
        if (isShared(one)) return sharedWay(context, one, backup);
        return isConverting(one) ? conversionWay(context, one, backup) : admissionWay(context, one, backup);
    });
}

/** Those that Helm's pods still serve, by what the journal says of who leads. */
export function stillServed(ways: readonly Way[], handedOver: readonly string[] = []): readonly Way[] {
    return ways.filter(({ components }) =>
        components.some(({ component }) => !handedOver.includes(component)),
    );
}

/** For people. */
export function namesOf({ components }: Way): string {
    return components.map(({ component }) => component).join(", ");
}

/** What the move holds so that the add-on's do not lead before their time; nothing where both generations stand for one Lease. */
export function heldFor({ lease, nextLease }: Way): readonly Way["nextLease"][] {
    return lease.namespace === nextLease.namespace && lease.name === nextLease.name ? [] : [nextLease];
}
