// Hands each bridged controller over once the add-on's pods are available: requests, work and leadership, in this order; then takes away everything that was only for the way there. Who leads is journaled before. Its undo is that of the add-on, which has Helm's pods serve before the add-on's stop.

import { ErrorCode, MigrationError } from "../../common/errors";
import { mapConcurrently } from "../../common/mapConcurrently";
import type { Step } from "../engine/step";
import type { StepTimeouts } from "../engine/stepTimeouts";
import { refTo } from "../kubernetes/objectRef";
import { removeBridges } from "../operations/handover/bridge";
import { handOverComponent } from "../operations/handover/handOverComponent";
import { KeptBridges } from "../operations/handover/keptBridges";
import { removeQuestions } from "../operations/handover/probePods";
import { giveLeasesBack } from "../operations/handover/undoHandovers";
import { heldFor, waysOf } from "../operations/handover/waysOfPlan";
import { handingOver, together } from "../plan/handoverOrder";
import { type ComponentHandover, MigrationStep } from "../plan/plan";
import type { ObjectRef, World } from "../ports/world";
import { recognise } from "../profiles/controllerSigns";
import type { Profile } from "../profiles/profile";

export interface HandOverMemory {
    /** Components whose turn has come: from then on the add-on's pods lead. */
    readonly begun: readonly string[];
}

export function handOver(
    profile: Profile,
    { installMs }: StepTimeouts,
): Step<MigrationStep.HandOver, HandOverMemory> {
    return {
        name: MigrationStep.HandOver,
        planLine: (plan) =>
            handingOver(plan)
                .map((one) => {
                    const all = together(plan, one);
                    const names = (which: (one: ComponentHandover) => string) => all.map(which).join(", ");
                    return `${names(({ component }) => component)}: the add-on's pods answer, then ${names(({ workload }) => workload.name)} -> 0, then they lead; what was only for the way there goes`;
                })
                .join("; "),
        remember: async () => ({ begun: [] }),
        apply: async (context) => {
            const { world, memory, journal } = context;
            const { migrationId } = journal;
            const ways = await waysOf(context);
            for (const [index, way] of ways.entries()) {
                const names = way.components.map(({ component }) => component);
                const running = journal.facts.workloads ?? [];
                const next = await mapConcurrently(names, (one) => workloadsOf(world, profile, one, running));
                const begun = [...new Set([...memory.value.begun, ...names])];
                journal.note({ handedOver: begun });
                await memory.write({ begun });
                await handOverComponent(world, migrationId, {
                    old: way.components.map(({ workload }) => workload),
                    next: next.flat(),
                    bridges: way.bridges,
                    ...(way.leading === undefined ? {} : { leading: way.leading }),
                    isAsked: (service) => way.isAsked(service),
                    letConnectionsGo: () => way.letConnectionsGo(),
                    lease: way.lease,
                    leases: heldFor(way).map((ref) => ({ ref })),
                    timeoutMs: installMs,
                    others: new KeptBridges(world, ways.slice(index + 1)),
                });
            }
            for (const way of ways) await way.leave();
            await giveLeasesBack(context);
            await removeQuestions(world, migrationId);
            await removeBridges(
                world,
                migrationId,
                ways.flatMap(({ bridges }) => bridges),
            );
        },
        undo: async () => undefined,
    };
}

/** Those of the add-on that are this component, by what runs in them. */
async function workloadsOf(
    world: World,
    { controllers }: Profile,
    component: string,
    workloads: readonly ObjectRef[],
): Promise<readonly ObjectRef[]> {
    const live = await mapConcurrently(workloads, (ref) => world.objects.read(ref));
    const next = live.filter(
        (object) => object !== undefined && recognise(controllers, object)?.signs.component === component,
    );
    if (next.length > 0) return next.flatMap((object) => (object === undefined ? [] : [refTo(object)]));
    throw new MigrationError({
        code: ErrorCode.AddonFailed,
        step: MigrationStep.HandOver,
        what: `the add-on runs no ${component} that could take over`,
        remedy: "run `pulumi up` again with `handover: Handover.Pause`; Helm's runs on",
    });
}
