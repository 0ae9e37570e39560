// An add-on that is there before the move: it is taken over or made anew, and the undo leads to it as it was, wherever a mover was killed.
import assert from "node:assert/strict";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Difference, State } from "../../sandbox/compare/capturedState";
import { ADDON, TEAM } from "./memory/content";
import { addStandingAddon, type ExistingAddon, STANDING_CONFIGURATION } from "./memory/existingAddon";
import { assertDone, assertHarmless, assertSame, startOf, stateOf } from "./memory/expectations";
import type { Injection, Moment } from "./memory/mover";
import { GROUP } from "./memory/operatorContent";
import { isIssued } from "./memory/sameButIssued";
import { MemoryStack } from "./memoryStack";
import type { MemoryWorld } from "./memoryWorld";

/** All versions bring the same schemas, so that going back to an older one costs no field. */
const SAME_OPERATOR = { operatorOfAddon: () => "3.2" };
const OLDER = "v1.1.0-eksbuild.1";

const withAddon = (standing: ExistingAddon) => (world: MemoryWorld) => addStandingAddon(world, standing);

function addonIn(world: MemoryWorld) {
    const addon = world.data.addons.get(ADDON);
    assert.ok(addon, "the add-on is there");
    return { ...addon, settings: JSON.parse(addon.configurationValues) as Record<string, unknown> };
}

async function moved(world: MemoryWorld): Promise<MemoryStack> {
    const stack = new MemoryStack(world);
    assertDone(await stack.up());
    assert.equal(addonIn(world).status, "ACTIVE");
    assert.deepEqual(world.store.list("v1", "Secret", { labelSelector: "owner=helm" }), []);
    return stack;
}

function planOf({ resource }: MemoryStack): string {
    assert.ok(resource);
    return (resource.outputs.plan as string[]).join("\n").replaceAll(/\n {17}/g, " ");
}

interface PodTemplate {
    readonly template: { readonly spec: { readonly nodeSelector?: Readonly<Record<string, string>> } };
}

/** EKS itself says how healthy an add-on is. */
const isHealth = ({ key, path }: Difference) => key === `eks:Addon ${ADDON}` && /^(status|issues)/.test(path);
const isRecord = ({ key }: Difference) => key === `eks:Addon ${ADDON}`;

/** Does something whenever the progress says so. */
class WatchedStack extends MemoryStack {
    constructor(world: MemoryWorld, when: RegExp, act: () => void) {
        super(world);
        const { progress } = this.log;
        this.log.progress = (line) => {
            if (when.test(line)) act();
            progress(line);
        };
    }
}

describe("an add-on that is there before the move", function () {
    this.timeout(120_000);

    it("ACTIVE: is updated to the release's version and settings, and goes back to its own", async () => {
        const { world, state } = startOf(SAME_OPERATOR, withAddon({ version: OLDER }));
        const stack = await moved(world);
        assert.match(
            planOf(stack),
            /v1\.1\.0-eksbuild\.1 is there already \(ACTIVE\): it is taken over by an update to v1\.3\.0/,
        );
        assert.match(
            planOf(stack),
            /settings of the add-on give way .*: alb, executionRoleArn, keda, nodeSelector/,
        );
        const { version, settings, tags } = addonIn(world);
        assert.equal(version, "v1.3.0-eksbuild.2");
        assert.deepEqual([settings.nodeSelector, tags], [undefined, { owner: "platform" }]);
        for (let round = 0; round < 2; round++) {
            assertDone(await stack.destroy());
            assertSame(stateOf(world), state, `undo ${round}`);
            assertDone(await stack.up());
        }
        assertHarmless(world);
    });

    it("ACTIVE with an operator that is new enough: keeps its version", async () => {
        const { world } = startOf({}, withAddon({ version: "v1.4.0-eksbuild.1" }));
        const stack = await moved(world);
        assert.equal(addonIn(world).version, "v1.4.0-eksbuild.1");
        assert.match(
            planOf(stack),
            /taken over by an update of its settings \(the version that is there already\)/,
        );
    });

    it("DEGRADED: is healed by the update; version, settings and objects go back", async () => {
        const { world, state } = startOf(SAME_OPERATOR, withAddon({ version: OLDER, outcome: "DEGRADED" }));
        const stack = await moved(world);
        assert.match(planOf(stack), /is DEGRADED: InsufficientNumberOfReplicas/);
        assertDone(await stack.destroy());
        assertSame(stateOf(world), state, "after destroy", isHealth);
        assert.equal(addonIn(world).version, OLDER);
        assert.deepEqual(addonIn(world).settings, STANDING_CONFIGURATION);
    });

    it("CREATE_FAILED: is made anew; the undo leaves no failed add-on, says so, and gives its objects back", async () => {
        const { world, state } = startOf({}, withAddon({ outcome: "CREATE_FAILED" }));
        const stack = await moved(world);
        assert.match(
            planOf(stack),
            /\(CREATE_FAILED\): it is deleted, its objects kept, and created as v1\.3\.0/,
        );
        assert.equal(addonIn(world).tags.owner, "platform", "somebody's tags stay beside those of the move");
        assertDone(await stack.destroy());
        assertSame(stateOf(world), state, "after destroy", isRecord);
        assert.equal(world.data.addons.get(ADDON), undefined);
        assert.match(stack.warnings.join(), /it was CREATE_FAILED .* and is not made again/);
    });

    it("deleted with its objects kept: they are the start to which the undo leads", async () => {
        const { world, state } = startOf({}, (one) => {
            addStandingAddon(one);
            one.data.addons.delete(ADDON);
        });
        const stack = await moved(world);
        assertDone(await stack.destroy());
        assertSame(stateOf(world), state, "after destroy");
    });

    it("deleted with its objects kept: after a creation that failed, nothing of its former settings stays on them", async () => {
        const { world } = startOf({}, (one) => {
            addStandingAddon(one);
            one.data.addons.delete(ADDON);
        });
        const stack = new MemoryStack(world);
        world.data.outcomes.set(ADDON, "CREATE_FAILED");
        assert.match((await stack.up()).message, /CREATE_FAILED \[HP220\]/);
        world.data.outcomes.clear();
        assertDone(await stack.up());
        const pools = world.store
            .list("apps/v1", "Deployment", { namespace: "hyperpod-inference-system" })
            .map(({ spec }) => (spec as PodTemplate).template.spec.nodeSelector);
        assert.ok(pools.length > 4, "the add-on's controllers are there");
        assert.deepEqual(
            pools.filter((selector) => selector?.pool !== undefined),
            [],
        );
    });

    it("older than fields that the models hold by now: the undo keeps the version, and gives the settings back", async () => {
        const { world } = startOf({}, withAddon({ version: "v1.0.0-eksbuild.1" }));
        const stack = await moved(world);
        assertDone(await stack.destroy());
        const { version, settings } = addonIn(world);
        assert.equal(version, "v1.3.0-eksbuild.2");
        assert.deepEqual(settings, STANDING_CONFIGURATION);
        assert.match(stack.warnings.join(), /keeps version v1\.3\.0.*whose schemas would drop fields/);
        assertHarmless(world);
    });

    it("older than Helm's schemas: no model loses a field while the older version comes back", async () => {
        const definitions = ["inferenceendpointconfigs", "jumpstartmodels"].map((plural) => ({
            apiVersion: "apiextensions.k8s.io/v1",
            kind: "CustomResourceDefinition",
            name: `${plural}.${GROUP}`,
        }));
        const model = {
            apiVersion: `${GROUP}/v1`,
            kind: "InferenceEndpointConfig",
            namespace: TEAM,
            name: "qwen7b",
        };
        const { world, state } = startOf({}, (one) => {
            const helms = definitions.map((ref) => one.store.raw(ref) ?? assert.fail("no CRD"));
            addStandingAddon(one, { version: OLDER });
            // As `helm upgrade` does after somebody tried the add-on.
            for (const [index, ref] of definitions.entries()) {
                const versions = (helms[index]?.spec as { versions: unknown } | undefined)?.versions;
                one.store.merge(ref, { spec: { versions } }, { manager: "helm", operation: "Update" });
            }
            one.settle();
        });
        const stack = new WatchedStack(world, /^\d+\/\d+ undo install: update/, () => {
            const annotations = { touched: `${world.data.counter}` };
            world.store.merge(
                model,
                { metadata: { annotations } },
                { manager: "manager", operation: "Update" },
            );
        });
        assertDone(await stack.up());
        assertDone(await stack.destroy());
        assert.equal(addonIn(world).version, OLDER);
        const { metadata, spec } = world.store.raw(model) ?? assert.fail("the model is gone");
        assert.ok(metadata.annotations?.touched, "the model was written meanwhile");
        assertSame(stateOf(world), state, "after destroy", ({ key }) => key.endsWith(" team-a/qwen7b"));
        assert.deepEqual((spec as { dnsConfig?: unknown }).dnsConfig, { hostedZone: "Z123" });
    });

    it("deleted by somebody after the move: the undo makes it again, with the tags it had", async () => {
        const { world, state } = startOf(SAME_OPERATOR, withAddon({ version: OLDER }));
        const stack = await moved(world);
        world.data.addons.delete(ADDON);
        assertDone(await stack.destroy());
        assertSame(stateOf(world), state, "after destroy");
    });

    it("an update that fails stops the move; once the cause is gone, up goes on and destroy goes back", async () => {
        for (const next of ["up", "destroy"] as const) {
            const { world, state } = startOf(SAME_OPERATOR, withAddon({ version: OLDER }));
            const stack = new MemoryStack(world);
            world.data.outcomes.set(ADDON, "UPDATE_FAILED");
            const failed = await stack.up();
            assert.match(failed.message, /UPDATE_FAILED \[HP220\].*InsufficientNumberOfReplicas/s);
            world.data.outcomes.clear();
            assertDone(await stack[next]());
            if (next === "up") assert.equal(addonIn(world).status, "ACTIVE");
            else assertSame(stateOf(world), state, "after destroy");
        }
    });

    it("made by somebody while the move waits: is never touched", async () => {
        const { world } = startOf();
        const stack = new MemoryStack(world);
        assertDone(await stack.up({ until: "backUp" }));
        addStandingAddon(world);
        const before = addonIn(world);
        assert.match((await stack.up()).message, /it was not there when the move was planned.*\[HP124\]/s);
        assert.deepEqual(addonIn(world), before);
    });
});

const MOMENTS: readonly Moment[] = ["before", "after"];
/** Every write and moment; otherwise those around the add-on's update, and some of the others, which crashes.test.ts tries without an add-on. */
const ALL = process.env.HYPERPOD_CRASH_PAIRS === "all";
const UPDATE = `update add-on ${ADDON}`;

/** Kills to try, in order: those around the update at both moments. */
function killsIn(writes: readonly string[]): Injection[] {
    const update = writes.indexOf(UPDATE) + 1;
    return writes.flatMap((_, index) => {
        const write = index + 1;
        const isNear = write >= update - 4 && write <= update + 4;
        if (!ALL && !isNear && write % 12 !== 0) return [];
        const moments = ALL || isNear ? MOMENTS : MOMENTS.slice(write % 2, (write % 2) + 1);
        return moments.map((moment) => ({ write, moment, kind: "crash" as const }));
    });
}

describe("a mover that is killed while it takes an add-on over", function () {
    this.timeout(600_000);
    const { world, snapshot, state: start } = startOf(SAME_OPERATOR, withAddon({ version: OLDER }));
    let golden: State;
    let writes: readonly string[];
    let undoWrites: readonly string[];

    before(async () => {
        const stack = new MemoryStack(world);
        const up = await stack.up();
        assertDone(up);
        golden = stateOf(world, true);
        const destroy = await stack.destroy();
        assertDone(destroy);
        [writes, undoWrites] = [up.mover.writes, destroy.mover.writes];
        assert.ok(writes.includes(UPDATE) && undoWrites.includes(UPDATE));
    });

    it("in the move: the next up ends golden, destroy at the start", async () => {
        for (const [turn, injection] of killsIn(writes).entries()) {
            const next = turn % 3 === 0 ? "up" : "destroy";
            const what = `${injection.moment} write ${injection.write} (${writes[injection.write - 1]}), then ${next}`;
            world.restore(snapshot);
            const stack = new MemoryStack(world);
            assert.equal((await stack.up({}, injection)).kind, "crashed", what);
            assertDone(await stack[next]());
            if (next === "up") assertSame(stateOf(world, true), golden, what, isIssued);
            else assertSame(stateOf(world), start, what);
            assertHarmless(world);
        }
    });

    it("in the undo: the next destroy ends at the start, up golden", async () => {
        world.restore(snapshot);
        const stack = new MemoryStack(world);
        assertDone(await stack.up());
        const [after, saved] = [world.snapshot(), stack.save()];
        for (const [turn, injection] of killsIn(undoWrites).entries()) {
            const next = turn % 3 === 0 ? "up" : "destroy";
            const what = `${injection.moment} write ${injection.write} of the undo (${undoWrites[injection.write - 1]}), then ${next}`;
            world.restore(after);
            stack.load(saved);
            await stack.destroy(injection);
            // The state says Moved: a change of the wishes brings the engine to call update.
            assertDone(
                next === "up"
                    ? await stack.up({ report: join(tmpdir(), "standing-addon-again.html") })
                    : await stack.destroy(),
            );
            if (next === "up") assertSame(stateOf(world, true), golden, what, isIssuedOrRestored);
            else assertSame(stateOf(world), start, what);
            assertHarmless(world);
        }
    });
});

/** An undo writes Secrets back, and stays in their managers when the move is made again. */
function isIssuedOrRestored(difference: Difference): boolean {
    const isManager = difference.path.startsWith("metadata.managedFields[");
    return isIssued(difference) || (difference.key.startsWith("Secret ") && isManager);
}
