// Somebody changes what a move left, in the console or with kubectl: refresh tells it, the next up makes it good or says what to do, and the undo still leads to the start.
import assert from "node:assert/strict";
import type { AddonStatus } from "../../provider/ports/world";
import { byHand } from "./memory/colleague";
import { ADDON } from "./memory/content";
import { storage } from "./memory/dependencyContent";
import { assertDone, assertHarmless, assertSame, type Start, startOf, stateOf } from "./memory/expectations";
import { MemoryStack } from "./memoryStack";
import type { MemoryWorld } from "./memoryWorld";

const S3_DRIVER = "aws-mountpoint-s3-csi-driver";
const METRICS = "metrics-server";
const JUMP_START = "jumpstartmodels.inference.sagemaker.aws.amazon.com";

async function moved({ world, snapshot }: Start): Promise<MemoryStack> {
    world.restore(snapshot);
    const stack = new MemoryStack(world);
    assertDone(await stack.up());
    return stack;
}

async function driftOf(stack: MemoryStack): Promise<string> {
    stack.warnings.length = 0;
    assertDone(await stack.refresh());
    return ((stack.resource?.outputs.drift ?? []) as string[]).join("\n");
}

/** As the console does it: EKS works on it, and is done. */
function inConsole(world: MemoryWorld, name: string, how: "update" | "delete", change: object = {}): void {
    const addon = world.data.addons.get(name) ?? assert.fail(name);
    const status = (how === "update" ? "UPDATING" : "DELETING") as AddonStatus;
    const startedAt = world.data.now;
    const work = { kind: how, startedAt, preserve: false, applied: 0, mode: "OVERWRITE" } as const;
    world.data.addons.set(name, { ...addon, ...change, status, work });
    world.data.wakeUps.add(startedAt);
    world.settle();
}

describe("after a move somebody", function () {
    this.timeout(60_000);

    it("changed settings of the add-on: told by path, and set back with a word", async () => {
        const start = startOf();
        const stack = await moved(start);
        const { configurationValues } = start.world.data.addons.get(ADDON) ?? assert.fail();
        const settings = JSON.parse(configurationValues) as object;
        const changed = JSON.stringify({ ...settings, nodeSelector: { pool: "theirs" } });
        inConsole(start.world, ADDON, "update", { configurationValues: changed });
        assert.match(await driftOf(stack), /settings of the add-on were changed outside.*: nodeSelector$/);
        assertDone(await stack.up());
        assert.match(
            stack.warnings.join(),
            /changed outside, and are set to those of the program: nodeSelector/,
        );
        assert.equal(start.world.data.addons.get(ADDON)?.configurationValues, configurationValues);
        assert.equal(await driftOf(stack), "");
        assertDone(await stack.destroy());
        assertSame(stateOf(start.world), start.state, "after the undo");
    });

    it("deleted a CRD of the models: told with the models, refused by up, and made again by the undo", async () => {
        const start = startOf();
        const { world } = start;
        const stack = await moved(start);
        const definition = {
            apiVersion: "apiextensions.k8s.io/v1",
            kind: "CustomResourceDefinition",
            name: JUMP_START,
        };
        byHand(world, () => world.store.remove(definition));
        world.settle();
        assert.equal(world.store.all("JumpStartModel").length, 0);
        const told = await driftOf(stack);
        assert.match(told, new RegExp(`CustomResourceDefinition ${JUMP_START} is gone`));
        assert.match(told, /model JumpStartModel team-a\/deepseek15b went with its CRD/);
        const { kind, message } = await stack.up();
        assert.equal(kind, "failed");
        assert.match(message, /deepseek15b is gone with its CRD or namespace \[HP230\].*pulumi destroy/s);
        assertDone(await stack.destroy());
        assert.deepEqual(
            world.store.all("JumpStartModel").map(({ metadata }) => metadata.name),
            ["deepseek15b"],
        );
    });

    for (const [name, what] of [
        [S3_DRIVER, "moved"],
        [METRICS, "installed"],
    ] as const)
        it(`deleted the add-on of a dependency that the move ${what}: told, and installed again`, async () => {
            const start = storage();
            const { world } = start;
            const stack = await moved(start);
            inConsole(world, name, "delete");
            assert.equal(world.data.addons.has(name), false);
            const left = { data: world.snapshot(), saved: stack.save() };
            assert.match(
                await driftOf(stack),
                new RegExp(`add-on ${name}, which the move installed, is gone`),
            );
            assertDone(await stack.up());
            assert.equal(world.data.addons.get(name)?.status, "ACTIVE");
            assert.equal(await driftOf(stack), "");
            assertDone(await stack.destroy());
            assertSame(stateOf(world), start.state, "after up and the undo");
            world.restore(left.data);
            stack.load(left.saved);
            assertDone(await stack.destroy());
            assertSame(stateOf(world), start.state, "after the undo alone");
            assertHarmless(world);
        });
});
