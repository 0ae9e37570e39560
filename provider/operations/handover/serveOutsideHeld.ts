// An undo that a held namespace stops comes in; Helm's controllers in all other namespaces serve again, when none of the add-on's does, and what cannot is told. The rest of the undo waits for the namespace.
import { ErrorCode, FailedInStep, isStopped, MigrationError, messageOf } from "../../../common/errors";
import { terminatingNamespaces } from "../../kubernetes/terminating";
import type { Plan } from "../../plan/plan";
import type { World } from "../../ports/world";
import { replicasOf, startControllers } from "./stoppedControllers";

/** A pod that has ended acts on nothing, whatever keeps its object. */
const LIVING_PODS = "status.phase!=Succeeded,status.phase!=Failed";

/** Never throws but for a stop: what is told is why the undo failed. */
export async function serveOutsideHeld(failure: unknown, world: World, plan: Plan): Promise<void> {
    if (!isHeld(failure)) return;
    try {
        await serve(world, plan);
    } catch (error) {
        if (isStopped(error)) throw error;
        world.log.warn(`undo: Helm's controllers could not be started meanwhile: ${messageOf(error)}`);
    }
}

function isHeld(failure: unknown): boolean {
    const cause = failure instanceof FailedInStep ? failure.cause : failure;
    return cause instanceof MigrationError && cause.code === ErrorCode.Terminating;
}

async function serve(world: World, { addon, controllers }: Plan): Promise<void> {
    const wanted = controllers.filter(({ replicas }) => replicas > 0);
    const namespaces = wanted.map(({ workload }) => workload.namespace ?? "");
    const held = await terminatingNamespaces(world, namespaces);
    const outside = wanted.filter(({ workload }) => !held.has(workload.namespace ?? ""));
    const live = await Promise.all(outside.map(({ workload }) => world.objects.read(workload)));
    const stopped = outside.filter((_, index) => {
        const workload = live[index];
        return workload !== undefined && replicasOf(workload) === 0;
    });
    if (stopped.length === 0 || (await acts(world, addon.namespace))) return;
    await startControllers(world, { controllers: stopped });
    const missing = wanted.filter((one) => !outside.includes(one)).map(nameOf);
    world.log.warn(
        `undo: Helm's ${stopped.map(nameOf).join(", ")} run again while a namespace is held${missing.length > 0 ? `; not yet ${missing.join(", ")}` : ""}`,
    );
}

function nameOf({ workload: { namespace, name } }: Plan["controllers"][number]): string {
    return `${namespace}/${name}`;
}

/** Two generations never act together: where any pod of the add-on's may, Helm's stay stopped. */
async function acts({ objects }: World, namespace: string): Promise<boolean> {
    const pods = await objects.list("v1", "Pod", {
        namespace,
        fieldSelector: LIVING_PODS,
        metadataOnly: true,
    });
    return pods.length > 0;
}
