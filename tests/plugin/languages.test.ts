// A program of each language on the real engine, with an SDK that the CLI made, over a cluster in memory: each shows the plan, moves, is interrupted there and back, goes on, and ends where it began.
import assert from "node:assert/strict";
import type { Pulumi, PulumiRun } from "../../sandbox/pulumi/driver";
import type { Sandbox } from "../../sandbox/sandbox";
import { AttachedPlugin } from "./attachedPlugin";
import { type Language, Programs } from "./programs";

/** YAML's story is that of engine.test.ts. */
const LANGUAGES: readonly Language[] = ["python", "go", "nodejs"];
/** A write in the middle of the move, and one in the middle of its undo. */
const [THERE, BACK] = [4, 4];

describe("a program of each language, over a cluster in memory", function () {
    this.timeout(300_000);
    let plugin: AttachedPlugin;
    let programs: Programs;

    before(async () => {
        plugin = await AttachedPlugin.start();
        const env = { ...plugin.env, PATH: process.env.PATH ?? "" };
        programs = await Programs.of({ env, clusterName: "demo" } as unknown as Sandbox);
    });
    after(() => {
        plugin?.end();
        programs?.remove();
    });

    for (const language of LANGUAGES)
        it(`${language}: the plan, ^C, the rest, nothing to say, a refresh, ^C in the undo, and no trace`, async () => {
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
        });
});

function succeeds(run: PulumiRun): string {
    assert.equal(run.exitCode, 0, run.stdout.slice(-4000) + run.stderr);
    return run.stdout;
}

async function storedPhase(pulumi: Pulumi): Promise<unknown> {
    const { resources = [] } = await pulumi.exportState();
    return resources.find(({ type }) => type.endsWith(":Move"))?.outputs?.phase;
}
