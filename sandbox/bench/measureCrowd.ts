// A sandbox whose cluster many others use comes in; what a preview reads and takes there, and what a move costs the API server, goes out.

import type { Pulumi } from "../pulumi/driver";
import type { Sandbox } from "../sandboxHandle";
import { type CallsBySide, callsOf } from "./countCalls";
import { timed } from "./measureMove";
import { cpuSecondsOf } from "./processCpu";

export interface MeasuredCrowd {
    readonly preview: { readonly bytesRead: number; readonly providerMb: number };
    readonly up: {
        readonly calls: CallsBySide;
        readonly bytesRead: number;
        readonly providerMb: number;
        readonly apiServerSeconds: number;
    };
}

export async function measureCrowd(sandbox: Sandbox, pulumi: Pulumi): Promise<MeasuredCrowd> {
    await pulumi.ensureStack();
    sandbox.faults.reset();
    const preview = await timed(pulumi, "preview");
    const read = bytesRead(sandbox);
    sandbox.faults.reset();
    const apiServer = () => cpuSecondsOf(sandbox.processIds()["kube-apiserver"]);
    const before = apiServer();
    const up = await timed(pulumi, "up", "--yes", "--skip-preview");
    return {
        preview: { bytesRead: read, providerMb: preview.providerMb },
        up: {
            calls: callsOf(sandbox.faults),
            bytesRead: bytesRead(sandbox),
            providerMb: up.providerMb,
            apiServerSeconds: apiServer() - before,
        },
    };
}

/** Of the API server, as it packed them. */
function bytesRead(sandbox: Sandbox): number {
    return sandbox.faults
        .readRequests()
        .filter(({ side }) => side === "kubernetes")
        .reduce((sum, { answerBytes = 0 }) => sum + answerBytes, 0);
}
