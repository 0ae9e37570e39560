// Stopping a fleet: every CLI that runs is asked once to stop, and one that has not begun does not begin.
import assert from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";
import path from "node:path";
import { PulumiStacks } from "../../examples/fleet/stacks";
import { AnsweringCli } from "./answeringCli";

const LIMIT_MS = 30_000;

/** Says that it has begun, waits, and on SIGINT stores its state and fails, as the CLI does. */
const WAITS = `
            trap 'echo asked >> asked; kill $!; exit 1' INT
            echo > begun
            sleep 60 &
            wait`;

describe("stopping a fleet", function () {
    this.timeout(60_000);
    let cli: AnsweringCli;
    before(() => {
        cli = new AnsweringCli(WAITS);
    });
    after(() => cli.remove());

    it("asks the CLI that runs once, and waits for its end", async () => {
        const stacks = new PulumiStacks(cli.folder, { policyPacks: [], policyPackConfigs: [] });
        const file = (name: string) => path.join(cli.folder, name);
        const moving = stacks.up({ stack: "a", args: { clusterName: "a" } }, {});
        const failed = assert.rejects(moving);
        const deadline = Date.now() + LIMIT_MS;
        while (!existsSync(file("begun"))) {
            assert.ok(Date.now() < deadline, "the update did not begin");
            await new Promise((resolve) => setTimeout(resolve, 50));
        }
        const asked = Date.now();
        stacks.interrupt();
        await failed;
        assert.equal(readFileSync(file("asked"), "utf8"), "asked\n");
        assert.ok(Date.now() - asked < LIMIT_MS, "it waited for the move to end");
        stacks.interrupt();
        assert.equal(readFileSync(file("asked"), "utf8"), "asked\n");
    });
});
