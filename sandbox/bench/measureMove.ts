// A sandbox at the start of a move comes in; one move, one quiet `up` and one way back, measured, go out.
import { DescribeAddonCommand, ListAddonsCommand } from "@aws-sdk/client-eks";
import { awsClients } from "../content/awsClients";
import type { Pulumi, PulumiRun } from "../engine/driver";
import type { Sandbox } from "../sandbox";
import type { Observation } from "../watch/observation";
import { observeMove } from "../watch/observeMove";
import { peakMemoryOf } from "./processMemory";

export interface MeasuredMove {
    readonly upMs: number;
    /** From the first write to the last. */
    readonly moveMs: number;
    /** Of all add-ons, one after the other: what no mover can avoid. */
    readonly creatingMs: number;
    readonly observation: Observation;
    readonly providerMb: number;
    readonly writes: number;
    readonly reads: number;
    readonly again: { readonly writes: number; readonly reads: number };
    readonly destroyMs: number;
    readonly undoMs: number;
    /** Add-ons on their way out, and controllers on their way in. */
    readonly undoObservation: Observation;
}

export async function measureMove(sandbox: Sandbox, pulumi: Pulumi): Promise<MeasuredMove> {
    await pulumi.ensureStack();
    sandbox.faults.reset();
    const watching = await observeMove(sandbox);
    const started = Date.now();
    const running = pulumi.start("up", "--yes", "--skip-preview");
    const memory = peakMemoryOf(() => running.providerPids());
    mustSucceed(await running.finished);
    const upMs = Date.now() - started;
    const observation = await watching.stop();
    const [writes, reads] = [sandbox.faults.writes(), sandbox.faults.reads()];
    const creatingMs = await creatingTime(sandbox);

    sandbox.faults.reset();
    mustSucceed(await pulumi.up());
    const again = { writes: sandbox.faults.writes().length, reads: sandbox.faults.reads() };

    sandbox.faults.reset();
    const watchingUndo = await observeMove(sandbox);
    const undoStarted = Date.now();
    mustSucceed(await pulumi.destroy("--skip-preview"));
    return {
        upMs,
        moveMs: spanOf(writes),
        creatingMs,
        observation,
        providerMb: memory.stop(),
        writes: writes.length,
        reads,
        again,
        destroyMs: Date.now() - undoStarted,
        undoMs: spanOf(sandbox.faults.writes()),
        undoObservation: await watchingUndo.stop(),
    };
}

function spanOf(writes: readonly { time: number }[]): number {
    return (writes.at(-1)?.time ?? 0) - (writes[0]?.time ?? 0);
}

async function creatingTime(sandbox: Sandbox): Promise<number> {
    const { eks } = awsClients(sandbox);
    const clusterName = sandbox.clusterName;
    const { addons = [] } = await eks.send(new ListAddonsCommand({ clusterName }));
    let total = 0;
    for (const addonName of addons) {
        const { addon } = await eks.send(new DescribeAddonCommand({ clusterName, addonName }));
        total += (addon?.modifiedAt?.getTime() ?? 0) - (addon?.createdAt?.getTime() ?? 0);
    }
    return total;
}

export function mustSucceed(run: PulumiRun): PulumiRun {
    if (run.exitCode !== 0)
        throw new Error(`pulumi ended with ${run.exitCode ?? run.signal}:\n${run.stdout}\n${run.stderr}`);
    return run;
}
