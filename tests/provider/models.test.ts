// The models' fields: a move that would lose some stops, and an undo never puts a schema back that would drop what was written meanwhile.
import assert from "node:assert/strict";
import { ADDON, TEAM } from "./memory/content";
import { assertDone, assertHarmless, assertSame, startOf, stateOf } from "./memory/expectations";
import { GROUP } from "./memory/operatorContent";
import { isIssuedOrRestored } from "./memory/sameButIssued";
import { MemoryStack } from "./memoryStack";
import type { MemoryWorld } from "./memoryWorld";

const by = { manager: "kubectl-edit", operation: "Update" } as const;
const llama = {
    apiVersion: `${GROUP}/v1`,
    kind: "InferenceEndpointConfig",
    namespace: TEAM,
    name: "llama8b",
};
const crd = {
    apiVersion: "apiextensions.k8s.io/v1",
    kind: "CustomResourceDefinition",
    name: `inferenceendpointconfigs.${GROUP}`,
};

function specOf(world: MemoryWorld): Record<string, unknown> {
    const model = world.store.read(llama);
    assert.ok(model);
    return model.spec as Record<string, unknown>;
}

describe("fields of the models", () => {
    it("keeps the newer schema when a model was written with a field that the former one lacks; conversion goes back", async () => {
        const { world, state: start } = startOf();
        const stack = new MemoryStack(world, { clusterName: "demo", addonVersion: "v1.4.0-eksbuild.1" });
        assertDone(await stack.up());
        world.store.merge(llama, { spec: { requestLimits: { perSecond: 4 } } }, by);
        world.settle();
        assertDone(await stack.up({ desiredOwner: "Helm" }));
        assert.ok(stack.resource);
        const { warnings } = stack.resource.outputs as { warnings: string[] };
        assert.match(
            warnings.join("\n"),
            /keeps the add-on's newer schema.*team-a\/llama8b spec\.requestLimits/,
        );
        const after = stateOf(world);
        const conversion = (object: unknown) =>
            (object as { spec: { conversion: { webhook: { clientConfig: { service: unknown } } } } }).spec
                .conversion.webhook.clientConfig.service;
        const key = `apiextensions.k8s.io/CustomResourceDefinition ${crd.name}`;
        assert.deepEqual(conversion(after.kubernetes[key]), conversion(start.kubernetes[key]));
        world.store.merge(llama, { metadata: { annotations: { touched: "yes" } } }, by);
        assert.deepEqual(
            specOf(world).requestLimits,
            { perSecond: 4 },
            "a write after the undo keeps the field",
        );
        assertSame(
            stateOf(world),
            start,
            "everything else",
            ({ key: where }) => where === key || where.includes(`${TEAM}/llama8b`),
        );
        assertHarmless(world);
    });

    it("puts the former schema back when no model uses a newer field", async () => {
        const { world, state: start } = startOf();
        const stack = new MemoryStack(world, { clusterName: "demo", addonVersion: "v1.4.0-eksbuild.1" });
        assertDone(await stack.up());
        world.store.merge(llama, { spec: { replicas: "2" } }, by);
        world.settle();
        assertDone(await stack.destroy());
        assertSame(stateOf(world), start, "after destroy", ({ key }) => key.includes(`${TEAM}/llama8b`));
        assert.equal(specOf(world).replicas, "2", "the edit stays");
        assertHarmless(world);
    });

    it("fails in verify when the add-on's schema hides a field, and destroy brings it back before a write loses it", async () => {
        // A version that says 3.2 and brings the schema of 3.1: no `dnsConfig`.
        const { world, state: start } = startOf({ operatorOfAddon: () => "3.1" });
        const stack = new MemoryStack(world);
        const result = await stack.up();
        assert.equal(result.kind, "failed");
        assert.match(result.message, /no longer shows spec\.dnsConfig.*\[HP230\]/s);
        assert.match(result.message, /pulumi destroy/);
        assert.equal(stack.resource?.outputs.nextStep, "verify");
        assertDone(await stack.destroy());
        assertSame(stateOf(world), start, "after destroy");
        assert.ok(specOf(world).dnsConfig);
    });

    it("keeps models that were made, changed or scaled during the move and the undo", async () => {
        const { world, state: start } = startOf();
        const stack = new MemoryStack(world);
        assertDone(await stack.up({ until: "install" }));
        world.store.create(
            {
                apiVersion: `${GROUP}/v1`,
                kind: "JumpStartModel",
                metadata: { name: "new", namespace: TEAM },
                spec: { modelName: "new" },
            },
            by,
        );
        world.store.merge(
            { apiVersion: "apps/v1", kind: "Deployment", namespace: TEAM, name: "qwen7b" },
            { spec: { replicas: 4 } },
            by,
        );
        assertDone(await stack.up());
        assertDone(await stack.destroy());
        assertSame(
            stateOf(world),
            start,
            "after destroy",
            ({ key }) => key.includes(`${TEAM}/new`) || key.includes(`${TEAM}/qwen7b`),
        );
        assert.ok(world.store.read({ ...llama, kind: "JumpStartModel", name: "new" }));
        assert.equal(world.store.all("Pod", TEAM).length, 6);
        assertHarmless(world);
    });
});

describe("an add-on that does not become healthy", () => {
    for (const [outcome, code] of [
        ["CREATE_FAILED", "HP220"],
        ["DEGRADED", "HP220"],
        ["NEVER", "HP221"],
    ] as const) {
        it(`W23: ${outcome}: the move stops with EKS's issues; once the cause is gone, up goes on`, async () => {
            const good = startOf();
            assertDone(await new MemoryStack(good.world).up());
            const golden = stateOf(good.world, true);
            const { world } = startOf();
            const stack = new MemoryStack(world, { clusterName: "demo", installTimeoutMinutes: 2 });
            world.data.outcomes.set(ADDON, outcome);
            const result = await stack.up();
            assert.equal(result.kind, "failed");
            assert.match(result.message, new RegExp(`\\[${code}\\]`));
            if (outcome !== "NEVER") assert.match(result.message, /InsufficientNumberOfReplicas/);
            assert.equal(stack.resource?.outputs.phase, "Moving");
            // Helm's controllers run again, unless EKS lets nobody remove the add-on.
            assert.equal(stack.resource.outputs.nextStep, outcome === "NEVER" ? "install" : "scaleDown");
            world.data.outcomes.clear();
            world.settle();
            assertDone(await stack.up());
            assertSame(stateOf(world, true), golden, "after up", isIssuedOrRestored);
            assertHarmless(world);
        });

        it(`${outcome}: destroy goes back to Helm`, async () => {
            const { world, state: start } = startOf();
            const stack = new MemoryStack(world, {
                clusterName: "demo",
                installTimeoutMinutes: 2,
                removeTimeoutMinutes: 30,
            });
            world.data.outcomes.set(ADDON, outcome);
            assert.equal((await stack.up()).kind, "failed");
            if (outcome === "NEVER") world.data.outcomes.clear();
            assertDone(await stack.destroy());
            assertSame(stateOf(world), start, "after destroy");
            assertHarmless(world);
        });
    }

    it("names the pods that keep it from being healthy", async () => {
        const { world } = startOf();
        world.data.broken.add("hyperpod-inference-operator:v3.2");
        // The pods that run already are not looked at again; the add-on's new one crashes.
        const stack = new MemoryStack(world, { clusterName: "demo", installTimeoutMinutes: 3 });
        const result = await stack.up();
        assert.equal(result.kind, "failed");
        assert.match(
            result.message,
            /hyperpod-inference-system\/hyperpod-inference-controller-manager-.*CrashLoopBackOff/,
        );
    });
});
