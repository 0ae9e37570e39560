// The way of a controller that converts custom resources: one certificate of cert-manager serves both generations, and one Lease decides for both.
import type { StepContext } from "../../engine/step";
import { INJECT } from "../../kubernetes/certManagerAnnotations";
import { keyOf, refTo } from "../../kubernetes/objectRef";
import { readMany } from "../../kubernetes/readMany";
import type { BridgedComponent } from "../../plan/handoverOrder";
import type { Backup } from "../backup/backup";
import { buildBridge } from "./bridge";
import { namesIn } from "./certificateNames";
import { forgetConversions, injectAgain } from "./conversionConnections";
import { leaveFields } from "./giveUpFieldOwnership";
import { keepConversion, redirectConversion, turnConversionBack } from "./redirectConversion";
import { replicasBefore } from "./replicasBefore";
import { namesService } from "./serviceReferences";
import type { Way } from "./wayInterface";

export function conversionWay<Memory>(
    context: StepContext<Memory>,
    component: BridgedComponent,
    { objects }: Backup,
): Way {
    const { world, plan, journal } = context;
    const { migrationId } = journal;
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
        letConnectionsGo: () => forgetConversions(context, names.crds.map(refTo), bridge.to),
        turnBack: () => turnConversionBack(world, migrationId, kept, replicasBefore(plan, component)),
        leave: async () => {
            await injectAgain(context, names.crds);
            await leaveFields(world, [names.certificate], INJECT);
        },
        isAsked: async (service) =>
            [...(await readMany(world, names.crds.map(refTo))).values()].some((one) =>
                namesService(one, service),
            ),
        traces: async () => {
            const live = await readMany(world, names.crds.map(refTo));
            return [...live.values()]
                .filter((crd) => namesService(crd, bridge.to))
                .map((crd) => `${keyOf(refTo(crd))} asks Service ${bridge.to.namespace}/${bridge.to.name}`);
        },
    };
}
