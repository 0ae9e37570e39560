// An undo that cannot end comes in: a namespace is held, a policy refuses a write. Helm's controllers that can serve again do, when none of the add-on's may act, and what cannot is told. The rest of the undo waits for the next command.
import { FailedInStep, isStopped, messageOf } from "../../../common/errors";
import { terminatingNamespaces } from "../../kubernetes/terminating";
import type { Plan } from "../../plan/plan";
import type { World } from "../../ports/world";
import { replicasOf, startControllers } from "./stoppedControllers";

/** A pod that has ended acts on nothing, whatever keeps its object. */
const LIVING_PODS = "status.phase!=Succeeded,status.phase!=Failed";

/** Never throws but for a stop: what is told is why the undo failed. */
export async function serveWhatCan(failure: unknown, world: World, plan: Plan): Promise<void> {
    if (isStopped(failure instanceof FailedInStep ? failure.cause : failure)) return;
    try {
        await serve(world, plan);
    } catch (error) {
        if (isStopped(error)) throw error;
        world.log.warn(`undo: not all of Helm's controllers could be started meanwhile: ${messageOf(error)}`);
    }
}

async function serve(world: World, plan: Plan): Promise<void> {
    const wanted = plan.controllers.filter(({ replicas }) => replicas > 0);
    const namespaces = wanted.map(({ workload }) => workload.namespace ?? "");
    const held = await terminatingNamespaces(world, namespaces);
    const outside = wanted.filter(({ workload }) => !held.has(workload.namespace ?? ""));
    const live = await Promise.all(outside.map(({ workload }) => world.objects.read(workload)));
    const stopped = outside.filter((_, index) => {
        const workload = live[index];
        return workload !== undefined && replicasOf(workload) === 0;
    });
    if (stopped.length === 0 || (await mayAct(world, plan))) return;
    await startControllers(world, { controllers: stopped });
    const missing = wanted.filter((one) => !outside.includes(one)).map(nameOf);
    world.log.warn(
        `undo: Helm's ${stopped.map(nameOf).join(", ")} run again before the rest is undone${missing.length > 0 ? `; not yet ${missing.join(", ")}, whose namespace is held` : ""}`,
    );
}

function nameOf({ workload: { namespace, name } }: Plan["controllers"][number]): string {
    return `${namespace}/${name}`;
}

/** Two generations never act together: where any pod of the add-on's may, Helm's stay stopped. */
async function mayAct({ objects }: World, { addon: { namespace }, controllers }: Plan): Promise<boolean> {
    const pods = await objects.list("v1", "Pod", {
        namespace,
        fieldSelector: LIVING_PODS,
        metadataOnly: true,
    });
    const helms = controllers.filter(({ workload }) => workload.namespace === namespace);
    return pods.some(
        ({ metadata }) => !helms.some(({ workload }) => metadata.name.startsWith(`${workload.name}-`)),
    );
}
