// A move to a version of the add-on that the package does not know ends with what was seen to hold of it; a known one needs no such line.
import assert from "node:assert/strict";
import { isInTable } from "../../provider/addons/versions";
import { OPERATOR_OF_ADDON } from "../../provider/profiles/hyperPodInference";
import { ADDON, catalogue } from "./memory/content";
import { assertDone, startOf } from "./memory/expectations";
import { MemoryStack } from "./memoryStack";

const NEW = "v1.42.0-eksbuild.1";

describe("a first move on a new version of the add-on", () => {
    const { world, snapshot } = startOf();
    const versions = catalogue.versions as Record<string, readonly string[]>;
    const known = versions[ADDON] ?? [];
    before(() => {
        versions[ADDON] = [NEW, ...known];
    });
    after(() => {
        versions[ADDON] = known;
    });

    it("says at its end which assumptions were seen to hold, once, and keeps it in the outputs", async () => {
        world.restore(snapshot);
        const stack = new MemoryStack(world, { clusterName: "demo", addonVersion: NEW });
        assertDone(await stack.up());
        const told = stack.warnings.filter((line) => line.includes("Seen to hold"));
        assert.equal(told.length, 1, stack.warnings.join("\n"));
        assert.match(
            told[0] ?? "",
            /v1\.42\.0-eksbuild\.1 is newer .* [1-9]\d* workloads were found .* 3 models kept/,
        );
        const { warnings = [] } = stack.resource?.outputs ?? {};
        assert.ok((warnings as string[]).includes(told[0] ?? ""));
        assert.equal(stack.warnings.at(-1), told[0]);
    });

    it("is silent for a version that the package knows", async () => {
        world.restore(snapshot);
        const stack = new MemoryStack(world);
        assertDone(await stack.up());
        assert.doesNotMatch(stack.warnings.join("\n"), /Seen to hold/);
        assert.ok(isInTable("v1.3.9-eksbuild.4", OPERATOR_OF_ADDON));
        assert.ok(!isInTable("v11.3.0-eksbuild.1", OPERATOR_OF_ADDON));
    });
});
