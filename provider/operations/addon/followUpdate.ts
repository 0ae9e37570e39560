// One update of an add-on, and what is under way on it: waits and says how it ended. Decides nothing.
import { isUnderWay } from "../../addons/states";
import { poll } from "../../ports/poll";
import type { Addon, World } from "../../ports/world";
import { pollMs } from "./wait";

/** EKS runs one operation at a time on an add-on: waits for the one that is under way, perhaps of a mover that was killed. */
export async function atRest(
    world: World,
    name: string,
    timeoutMs: number,
    step: string,
): Promise<Addon | undefined> {
    const look = async () => {
        const addon = await world.addons.describe(name);
        if (addon !== undefined && isUnderWay(addon))
            world.log.progress(`${step}: the add-on is ${addon.status}; waiting for what is under way`);
        return addon;
    };
    return poll(
        world.clock,
        { timeoutMs, pauseMs: pollMs },
        look,
        (addon) => addon === undefined || !isUnderWay(addon),
    );
}

const ENDED: ReadonlySet<string> = new Set(["Successful", "Failed", "Cancelled"]);

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
    const look = async (elapsed: number) => {
        const [update] = await Promise.all([world.addons.describeUpdate(name, updateId), meanwhile()]);
        if (!ENDED.has(update.status))
            world.log.progress(`${step}: update ${update.status} for ${Math.round(elapsed / 1000)} s`);
        return update;
    };
    const { status, errors } = await poll(world.clock, { timeoutMs, pauseMs: pollMs }, look, (update) =>
        ENDED.has(update.status),
    );
    if (status === "Successful") return undefined;
    if (!ENDED.has(status)) return `the update is still ${status} after ${Math.round(timeoutMs / 1000)} s`;
    const told = errors.map(({ code, message }) => `${code} ${message}`).join("; ");
    return `the update ended ${status}: ${told || "EKS names no error"}`;
}
