// A state that version 0.1.0 stored, under names that are gone: it previews quietly, refreshes, is updated, reported and undone as if written today.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import path from "node:path";
import { type MigrationOutputs, MigrationPhase, readOutputs } from "../../provider/pulumi/outputs";
import { movesIn } from "../../provider/report/storedState";
import { assertDone, assertHarmless, assertSame, startOf, stateOf } from "./memory/expectations";
import { isIssued } from "./memory/sameButIssued";
import { MemoryStack, type Resource } from "./memoryStack";

const OLD = JSON.parse(readFileSync(path.join(__dirname, "states", "0.1.0-moved.json"), "utf8")) as Resource;
const INPUTS = {
    clusterName: "demo",
    additionalConfiguration: { nodeSelector: { pool: "gpu" } },
    installTimeoutMinutes: 30,
};

/** As version 0.1.0 would have stored what a move of today has. */
function inOldShape({ id, inputs, outputs }: Resource): Resource {
    const { additionalConfiguration, ...sameInputs } = inputs;
    const { inputs: asked, addonConfiguration, ...sameOutputs } = outputs as unknown as MigrationOutputs;
    const { additionalConfiguration: wished, ...sameWishes } = asked;
    return {
        id,
        inputs: { ...sameInputs, configurationValues: additionalConfiguration },
        outputs: {
            ...sameOutputs,
            schemaVersion: 1,
            configurationValues: addonConfiguration,
            wishes: { ...sameWishes, configurationValues: wished },
        },
    };
}

function movedByVersion010(): {
    stack: MemoryStack;
    world: MemoryStack["world"];
    start: ReturnType<typeof stateOf>;
} {
    const { world, state } = startOf();
    return { stack: new MemoryStack(world, INPUTS), world, start: state };
}

describe("a state of version 0.1.0", () => {
    it("has the names that are gone, or this test would prove nothing", () => {
        const names = Object.keys(OLD.outputs);
        assert.ok(names.includes("wishes") && names.includes("configurationValues"));
        assert.ok(!names.includes("inputs") && !names.includes("addonConfiguration"));
    });

    it("is read under today's names", () => {
        const read = readOutputs(OLD.outputs);
        assert.deepEqual(read.inputs, INPUTS);
        assert.equal(read.addonConfiguration, OLD.outputs.configurationValues);
        assert.equal(read.phase, MigrationPhase.Moved);
        assert.deepEqual(
            Object.keys(read).filter((name) => /wishes|configurationValues/.test(name)),
            [],
        );
        assert.deepEqual(readOutputs({ ...read }), read, "what is read once more stays");
    });

    it("previews without a change, and asks the cluster for nothing but its journal", async () => {
        const { stack } = movedByVersion010();
        assertDone(await stack.up());
        const old = inOldShape(stack.resource as Resource);
        const { lifecycle, mover } = stack.process();
        const { inputs, failures } = await lifecycle.check(old.inputs, INPUTS, stack.log);
        assert.deepEqual(failures, []);
        assert.deepEqual(inputs.plan, old.inputs.plan);
        assert.equal(mover.calls, 0);
        const news = { ...inputs, journalKey: old.inputs.journalKey };
        assert.deepEqual(await lifecycle.diff(old.outputs, news, stack.log), { changes: false });
        assert.ok(mover.calls < 5, `${mover.calls} calls`);
        assert.deepEqual(mover.writes, []);
    });

    it("tells who still writes the old name of an input what it is called now", async () => {
        const { stack } = movedByVersion010();
        const { failures } = await stack
            .process()
            .lifecycle.check(OLD.inputs, { clusterName: "demo", configurationValues: {} }, stack.log);
        assert.deepEqual(failures, [
            { property: "configurationValues", reason: "is called additionalConfiguration now" },
        ]);
    });

    it("refreshes, takes another setting, and goes back to the start", async () => {
        const { stack, world, start } = movedByVersion010();
        assertDone(await stack.up());
        const { resource } = stack;
        assert.ok(resource);
        stack.resource = inOldShape(resource);
        assertDone(await stack.refresh());
        assert.deepEqual(stack.resource?.outputs.drift, []);
        stack.resource = inOldShape(resource);
        assertDone(await stack.up({ additionalConfiguration: { nodeSelector: { pool: "cpu" } } }));
        const { outputs } = stack.resource as Resource;
        assert.match(String(outputs.addonConfiguration), /"pool":"cpu"/);
        assert.deepEqual(
            Object.keys(outputs).filter((name) => /wishes|configurationValues/.test(name)),
            [],
        );
        stack.resource = inOldShape(stack.resource as Resource);
        assertDone(await stack.destroy());
        assertHarmless(world);
        assertSame(stateOf(world), start, "back at the start", isIssued);
    });

    it("has its report", () => {
        const urn = "urn:pulumi:dev::p::pulumi-nodejs:dynamic/hyperpod:HelmToAddonMigration::move";
        const type = "pulumi-nodejs:dynamic/hyperpod:HelmToAddonMigration";
        const [move] = movesIn({ deployment: { resources: [{ urn, type, outputs: OLD.outputs }] } }, 0);
        assert.equal(move?.source.outputs.inputs?.clusterName, "demo");
    });
});
