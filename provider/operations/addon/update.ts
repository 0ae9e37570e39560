// One update of an add-on, and what is under way on it: waits and says how it ended. Decides nothing.
import { isUnderWay } from "../../addons/states";
import type { Addon, World } from "../../ports/world";
import { pollMs } from "./wait";

/** EKS runs one operation at a time on an add-on: waits for the one that is under way, perhaps of a mover that was killed. */
export async function atRest(
    world: World,
    name: string,
    timeoutMs: number,
    step: string,
): Promise<Addon | undefined> {
    const started = world.clock.now();
    for (;;) {
        const addon = await world.addons.describe(name);
        const elapsed = world.clock.now() - started;
        if (addon === undefined || !isUnderWay(addon) || elapsed >= timeoutMs) return addon;
        world.log.progress(`${step}: the add-on is ${addon.status}; waiting for what is under way`);
        await world.clock.sleep(pollMs(elapsed));
    }
}

export interface Followed {
    readonly name: string;
    readonly updateId: string;
    readonly timeoutMs: number;
    readonly step: string;
    /** Runs at every look; it measures which requests are refused. */
    readonly meanwhile?: () => Promise<unknown>;
}

/** Answers why the update failed; undefined when it succeeded. */
export async function followUpdate(world: World, followed: Followed): Promise<string | undefined> {
    const { name, updateId, timeoutMs, step, meanwhile = async () => undefined } = followed;
    const started = world.clock.now();
    for (;;) {
        const [{ status, errors }] = await Promise.all([
            world.addons.describeUpdate(name, updateId),
            meanwhile(),
        ]);
        if (status === "Successful") return undefined;
        const told = errors.map(({ code, message }) => `${code} ${message}`).join("; ");
        if (status === "Failed" || status === "Cancelled")
            return `the update ended ${status}: ${told || "EKS names no error"}`;
        const elapsed = world.clock.now() - started;
        if (elapsed >= timeoutMs)
            return `the update is still ${status} after ${Math.round(elapsed / 1000)} s`;
        world.log.progress(`${step}: update ${status} for ${Math.round(elapsed / 1000)} s`);
        await world.clock.sleep(pollMs(elapsed));
    }
}
