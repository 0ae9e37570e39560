// The way of a controller that converts custom resources: one certificate of cert-manager serves both generations, and one Lease decides for both.
import type { StepContext } from "../../engine/step";
import { INJECT } from "../../kubernetes/certManagerAnnotations";
import { keyOf, refTo } from "../../kubernetes/objectRef";
import { readMany } from "../../kubernetes/readMany";
import type { BridgedComponent } from "../../plan/handoverOrder";
import type { Backup } from "../backup/backup";
import { buildBridge } from "./bridge";
import { namesIn } from "./certificateNames";
import { leaveFields } from "./giveUpFieldOwnership";
import { keepConversion, redirectConversion, turnConversionBack } from "./redirectConversion";
import { replicasBefore } from "./replicasBefore";
import { namesService } from "./serviceReferences";
import type { Way } from "./wayInterface";

export function conversionWay<Memory>(
    { world, plan, journal: { migrationId } }: StepContext<Memory>,
    component: BridgedComponent,
    { objects }: Backup,
): Way {
    const { bridge } = component;
    const names = namesIn(objects, bridge);
    const kept = { component, names };
    return {
        components: [component],
        bridges: [bridge],
        made: [bridge.to],
        lease: bridge.lease,
        nextLease: bridge.lease,
        build: () => buildBridge(world, migrationId, bridge),
        redirect: (meanwhile) => redirectConversion(world, migrationId, kept, meanwhile),
        beforeApply: async () => undefined,
        follow: () => keepConversion(world, migrationId, kept),
        keepUp: () => keepConversion(world, migrationId, kept),
        letConnectionsGo: async () => undefined,
        turnBack: () => turnConversionBack(world, migrationId, kept, replicasBefore(plan, component)),
        leave: async () => {
            for (const former of [...names.crds, names.certificate]) await leaveFields(world, former, INJECT);
        },
        traces: async () => {
            const live = await readMany(world, names.crds.map(refTo));
            return [...live.values()]
                .filter((crd) => namesService(crd, bridge.to))
                .map((crd) => `${keyOf(refTo(crd))} asks Service ${bridge.to.namespace}/${bridge.to.name}`);
        },
    };
}
