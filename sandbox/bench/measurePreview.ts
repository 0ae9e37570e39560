// A sandbox at the start of a move comes in; how long previews and their discovery take goes out. Writes nothing to the cluster.

import type { Pulumi } from "../pulumi/driver";
import type { Sandbox } from "../sandboxHandle";
import { timed } from "./measureMove";

export interface MeasuredPreview {
    readonly wallMs: number;
    /** From the first question to the cluster or AWS to the last. */
    readonly discoveryMs: number;
    readonly reads: number;
    readonly providerMb: number;
}

/** The better of two: the first one also compiles. */
export async function measurePreview(sandbox: Sandbox, pulumi: Pulumi): Promise<MeasuredPreview> {
    await pulumi.ensureStack();
    const [first, second] = [await once(sandbox, pulumi), await once(sandbox, pulumi)];
    return first.wallMs < second.wallMs ? first : second;
}

async function once(sandbox: Sandbox, pulumi: Pulumi): Promise<MeasuredPreview> {
    sandbox.faults.reset();
    const { ms: wallMs, providerMb } = await timed(pulumi, "preview");
    const times = sandbox.faults.readRequests().map(({ time }) => time);
    return { wallMs, discoveryMs: Math.max(...times) - Math.min(...times), reads: times.length, providerMb };
}
