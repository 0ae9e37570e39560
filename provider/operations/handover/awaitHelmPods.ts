// A controller of Helm's that was started again comes in; returns once its pods are available. Somebody keeps requests up meanwhile.
import { ErrorCode, MigrationError } from "../../../common/errors";
import { AVAILABLE_MS } from "../../../common/timeouts";
import type { ComponentHandover } from "../../plan/plan";
import { poll } from "../../ports/poll";
import type { World } from "../../ports/world";

const LOOK_MS = 500;

export async function availableAgain(
    world: World,
    { component, workload }: ComponentHandover,
    meanwhile: () => Promise<unknown>,
): Promise<void> {
    const look = async () => {
        await meanwhile();
        return world.workloads.status(workload);
    };
    const pace = { timeoutMs: AVAILABLE_MS, pauseMs: LOOK_MS };
    const isAvailable = (status: Awaited<ReturnType<typeof look>>) =>
        status?.upToDate === true && status.desired > 0 && status.available >= status.desired;
    if (isAvailable(await poll(world.clock, pace, look, isAvailable))) return;
    throw new MigrationError({
        code: ErrorCode.WorkloadTimeout,
        step: "undo redirect",
        what: `Helm's ${component} (${workload.namespace}/${workload.name}) is not available again`,
        remedy: "look at its pods with `kubectl describe pod`, then run the command again",
    });
}
