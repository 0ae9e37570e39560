// A dependency whose requests can be led over comes in; Helm's pods answer under the name of the add-on's Service, from before EKS is asked until the add-on's own pods do. Where the cluster does not follow, requests pause, and it is told.
import { inOneLook } from "../../kubernetes/cachedReads";
import type { PlannedDependency } from "../../plan/plan";
import type { World } from "../../ports/world";
import { buildBridge, cutBridge, followBridge, removeBridges } from "../handover/bridge";
import { askCanary } from "../handover/canary";
import { removeQuestions } from "../handover/probePods";
import { isOfMove } from "../handover/temporaryObjects";

export interface Bridged {
    readonly world: World;
    readonly planned: PlannedDependency;
    readonly migrationId: string;
    warn(line: string): void;
}

/** Before EKS is asked. Writes nothing where a run that was cut off has done it. */
export async function beginBridge({ world, planned, migrationId, warn }: Bridged): Promise<void> {
    const { bridge, title } = planned;
    if (bridge === undefined) return;
    const { namespace = "" } = bridge.to;
    const verdict = await askCanary(world, { migrationId, namespace, target: bridge.from });
    if (verdict.followsSlices) await buildBridge(world, migrationId, bridge);
    else warn(`requests to ${title} pause until its add-on's pods answer: ${verdict.why}`);
}

/** To be called again and again until they do. */
export async function keepBridge({ world, planned, migrationId }: Bridged): Promise<void> {
    const { bridge } = planned;
    if (bridge === undefined) return;
    const now = inOneLook(world);
    const live = await now.objects.read(bridge.to);
    if (live !== undefined && isOfMove(live, migrationId)) await followBridge(now, migrationId, bridge);
}

/** The add-on's pods answer, or Helm's do under their own name again. */
export async function endBridge({ world, planned, migrationId }: Bridged): Promise<void> {
    const { bridge } = planned;
    if (bridge === undefined) return;
    await removeQuestions(world, migrationId);
    await cutBridge(world, migrationId, bridge);
    await removeBridges(world, migrationId, [bridge]);
}
