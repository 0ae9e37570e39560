// A sandbox at the start of a move comes in; its pods start and see Secrets as late as those of real nodes, and leaders are elected. What users were refused, in one move and its undo, goes out.

import { type NodeTimes, slowDown } from "../content/slowNodes";
import type { Pulumi } from "../pulumi/driver";
import type { Sandbox } from "../sandboxHandle";
import type { Observation } from "../watch/observation";
import { observeEveryRequest } from "../watch/observeMove";
import { timed } from "./measureMove";

export interface MeasuredOrder {
    readonly up: Observation;
    readonly undo: Observation;
    /** Of both: two that led at once, or one that acted and did not lead. */
    readonly violations: readonly string[];
}

export async function measureHandover(
    sandbox: Sandbox,
    pulumi: Pulumi,
    times: NodeTimes,
): Promise<MeasuredOrder> {
    await slowDown(sandbox, times);
    await pulumi.ensureStack();
    const up = await observed(sandbox, () => timed(pulumi, "up", "--yes", "--skip-preview"));
    const undo = await observed(sandbox, () => timed(pulumi, "destroy", "--yes", "--skip-preview"));
    const { violations } = sandbox.nodes.leadership();
    sandbox.nodes.clearScripts();
    return { up, undo, violations };
}

async function observed(sandbox: Sandbox, work: () => Promise<unknown>): Promise<Observation> {
    const watching = await observeEveryRequest(sandbox);
    await work();
    return watching.stop();
}
