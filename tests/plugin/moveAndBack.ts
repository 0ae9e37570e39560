// A program that moves from Helm comes in, of any language, over a cluster in memory: it shows the plan, moves, is interrupted there and back, goes on, and ends where it began.
import assert from "node:assert/strict";
import type { Pulumi, PulumiRun } from "../../sandbox/pulumi/driver";
import type { AttachedPlugin } from "./attachedPlugin";
import type { Language, Programs } from "./programs";

/** A write in the middle of the move, and one in the middle of its undo. */
const [THERE, BACK] = [4, 4];

export async function movesAndGoesBack(
    plugin: AttachedPlugin,
    programs: Programs,
    language: Language,
): Promise<void> {
    programs.newStack();
    const pulumi = await programs.program(language, "move-from-helm");
    assert.match(succeeds(await pulumi.preview()), /what this update will do:[\s\S]*retireHelm/);
    assert.equal(await plugin.differences(), "", "a preview writes nothing");
    await plugin.interrupted(pulumi, "up", THERE);
    assert.equal(await storedPhase(pulumi), "Moving");
    succeeds(await pulumi.up("--skip-preview"));
    assert.equal((await pulumi.outputs()).phase, "Moved");
    assert.doesNotMatch(succeeds(await pulumi.preview()), /to (create|update|replace|delete)/);
    succeeds(await pulumi.refresh("--skip-preview"));
    assert.equal(await storedPhase(pulumi), "Moved");
    await plugin.interrupted(pulumi, "destroy", BACK);
    succeeds(await pulumi.destroy("--skip-preview"));
    assert.equal(await plugin.differences(), "");
}

function succeeds(run: PulumiRun): string {
    assert.equal(run.exitCode, 0, run.stdout.slice(-4000) + run.stderr);
    return run.stdout;
}

async function storedPhase(pulumi: Pulumi): Promise<unknown> {
    const { resources = [] } = await pulumi.exportState();
    return resources.find(({ type }) => type.endsWith(":Move"))?.outputs?.phase;
}
