// A sandbox at the start of a move and the path of AWS's script come in; the same measurements of the script go out. The script is not part of this project.
import { captureState, type State } from "../compare";
import { type NodeTimes, slowDown } from "../content/slowNodes";
import type { Sandbox } from "../sandboxHandle";
import type { Observation } from "../watch/observation";
import { observeEveryRequest, observeMove } from "../watch/observeMove";
import { addonsIn, type SeenAddon } from "./addonsSeen";
import { type CallsBySide, callsOf, spanOfWrites } from "./countCalls";
import { type Changes, changesBetween } from "./countChanges";
import { lengthOf } from "./measureMove";
import { runScript } from "./runScript";

export interface MeasuredScript {
    /** Null when it had to be ended. */
    readonly exitCode: number | null;
    readonly lastLines: readonly string[];
    readonly wallMs: number;
    /** From the first write to the last. */
    readonly moveMs: number;
    readonly calls: CallsBySide;
    readonly addons: readonly SeenAddon[];
    readonly observation: Observation;
    readonly changes: Changes;
}

/** EKS goes on with the add-ons that the script asked for and did not wait for. */
const SETTLE_MS = 20_000;
const UNDER_WAY = /CREATING|UPDATING|DELETING/;

export async function measureScript(sandbox: Sandbox, script: string, start: State): Promise<MeasuredScript> {
    sandbox.faults.reset();
    const watching = await observeMove(sandbox);
    const started = Date.now();
    const { exitCode, lastLines } = await runScript(sandbox, script);
    const wallMs = Date.now() - started;
    const addons = await settled(sandbox);
    const observation = await watching.stop();
    const calls = callsOf(sandbox.faults);
    const moveMs = lengthOf(spanOfWrites(sandbox.faults));
    const changes = changesBetween(start, await captureState(sandbox));
    return { exitCode, lastLines, wallMs, moveMs, calls, addons, observation, changes };
}

/** What it has users refused where pods are slow. */
export async function observeScript(
    sandbox: Sandbox,
    script: string,
    times: NodeTimes,
): Promise<Observation> {
    await slowDown(sandbox, times);
    const watching = await observeEveryRequest(sandbox);
    await runScript(sandbox, script);
    await settled(sandbox);
    const observation = await watching.stop();
    sandbox.nodes.clearScripts();
    return observation;
}

async function settled(sandbox: Sandbox): Promise<SeenAddon[]> {
    const deadline = Date.now() + SETTLE_MS;
    for (;;) {
        const addons = await addonsIn(sandbox);
        if (!addons.some(({ status }) => UNDER_WAY.test(status)) || Date.now() > deadline) return addons;
        await new Promise((next) => setTimeout(next, 500));
    }
}
