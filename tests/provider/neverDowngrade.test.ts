// The add-on's version never goes down, by any path: an upgrade in the console is kept, and a pinned older version is refused.
import assert from "node:assert/strict";
import { ADDON, TEAM } from "./memory/content";
import { assertDone, assertHarmless, assertSame, startOf, stateOf } from "./memory/expectations";
import { GROUP } from "./memory/operatorContent";
import { MemoryStack } from "./memoryStack";
import type { MemoryWorld } from "./memoryWorld";

const NEWER = "v1.4.0-eksbuild.1";
const OLDER = "v1.3.0-eksbuild.2";
const by = { manager: "kubectl-edit", operation: "Update" } as const;
const llama = {
    apiVersion: `${GROUP}/v1`,
    kind: "InferenceEndpointConfig",
    namespace: TEAM,
    name: "llama8b",
};

function upgradeInConsole(world: MemoryWorld): void {
    const addon = world.data.addons.get(ADDON);
    assert.ok(addon);
    world.data.addons.set(ADDON, {
        ...addon,
        version: NEWER,
        status: "UPDATING" as typeof addon.status,
        work: { kind: "update", startedAt: world.data.now, preserve: false, applied: 0, mode: "OVERWRITE" },
    });
    world.data.wakeUps.add(world.data.now);
    world.settle();
    assert.equal(world.data.addons.get(ADDON)?.status, "ACTIVE");
    world.store.merge(llama, { spec: { requestLimits: { perSecond: 4 } } }, by);
}

function assertKept(world: MemoryWorld): void {
    assert.equal(world.data.addons.get(ADDON)?.version, NEWER);
    const { requestLimits } = (world.store.read(llama)?.spec ?? {}) as { requestLimits?: unknown };
    assert.deepEqual(requestLimits, { perSecond: 4 }, "a field of the newer schema");
}

describe("an add-on that was upgraded outside", function () {
    this.timeout(60_000);

    it("is kept by refresh and up, said, and noted as the move's version", async () => {
        const { world } = startOf();
        const stack = new MemoryStack(world);
        assertDone(await stack.up());
        upgradeInConsole(world);
        assertDone(await stack.refresh());
        assert.match(String(stack.resource?.outputs.drift), /version is v1\.4\.0/);
        const up = await stack.up();
        assertDone(up);
        assert.deepEqual(
            up.mover.writes.filter((write) => /add-on/.test(write)),
            [],
        );
        assertKept(world);
        assert.match(stack.warnings.join("\n"), /upgraded outside, from v1\.3\.0.* to v1\.4\.0.*stays/);
        assert.equal(stack.resource?.outputs.addonVersion, NEWER);
        assertDone(await stack.refresh());
        assert.deepEqual(stack.resource?.outputs.drift, []);
    });

    it("is kept by a change of settings, and after a commit", async () => {
        for (const commit of [false, true]) {
            const { world } = startOf();
            const stack = new MemoryStack(world, { clusterName: "demo", commit });
            assertDone(await stack.up());
            upgradeInConsole(world);
            assertDone(await stack.refresh());
            assertDone(
                await stack.up(commit ? {} : { additionalConfiguration: { nodeSelector: { pool: "red" } } }),
            );
            assertKept(world);
            assert.equal(stack.resource?.outputs.addonVersion, NEWER);
        }
    });

    it("HP232: is not set back to a version that is pinned in the program", async () => {
        const { world } = startOf();
        const stack = new MemoryStack(world, { clusterName: "demo", addonVersion: OLDER });
        assertDone(await stack.up());
        upgradeInConsole(world);
        assertDone(await stack.refresh());
        const { kind, message, mover } = await stack.up();
        assert.equal(kind, "failed");
        assert.match(message, /runs v1\.4\.0-eksbuild\.1 \[HP232\]/);
        assert.deepEqual(
            mover.writes.filter((write) => /add-on/.test(write)),
            [],
        );
        assertKept(world);
        assertDone(await stack.up({ addonVersion: NEWER }));
        assertKept(world);
    });

    it("keeps its version when it is DEGRADED, or being deleted, and the move repairs it", async () => {
        for (const status of ["DEGRADED", "DELETE_FAILED"] as const) {
            const { world } = startOf();
            const stack = new MemoryStack(world);
            assertDone(await stack.up());
            upgradeInConsole(world);
            const addon = world.data.addons.get(ADDON);
            assert.ok(addon);
            world.data.addons.set(ADDON, { ...addon, status: status as typeof addon.status });
            assertDone(await stack.refresh());
            assertDone(await stack.up());
            assertKept(world);
        }
    });

    it("goes back to Helm without losing what models hold in newer fields", async () => {
        const { world, state } = startOf();
        const stack = new MemoryStack(world);
        assertDone(await stack.up());
        upgradeInConsole(world);
        assertDone(await stack.destroy());
        const { requestLimits } = (world.store.read(llama)?.spec ?? {}) as { requestLimits?: unknown };
        assert.deepEqual(requestLimits, { perSecond: 4 });
        assertSame(
            stateOf(world),
            state,
            "after destroy",
            ({ key }) => key.includes("llama8b") || key.endsWith(`inferenceendpointconfigs.${GROUP}`),
        );
        assertHarmless(world);
    });
});

describe("an update of the add-on that fails", () => {
    it("HP232: stays where it is when the former schemas would drop what a model holds by then", async () => {
        // From an older operator, so that EKS alone owns the schemas and an update changes them.
        const { world } = startOf({ operator: "3.1" });
        const stack = new MemoryStack(world, { clusterName: "demo", addonVersion: OLDER });
        assertDone(await stack.up());
        world.data.outcomes.set(ADDON, "UPDATE_FAILED");
        const { progress } = stack.log;
        stack.log.progress = (line) => {
            // Pruned for as long as the newer schema is not there.
            if (line.startsWith("upgrade: update") && world.data.addons.get(ADDON)?.version === NEWER)
                world.store.merge(llama, { spec: { requestLimits: { perSecond: 4 } } }, by);
            progress(line);
        };
        const { message } = await stack.up({ addonVersion: NEWER });
        assert.match(
            message,
            /failed, and v1\.3\.0-eksbuild\.2 is not put back.*spec\.requestLimits \[HP232\]/s,
        );
        assertKept(world);
    });
});
