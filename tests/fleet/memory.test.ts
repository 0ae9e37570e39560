// A fleet of a hundred through the real Automation API, with a CLI that says a megabyte in every run: what is over is not held on to.
import assert from "node:assert/strict";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import type { Cluster } from "../../examples/fleet/fleetFile";
import { PulumiStacks } from "../../examples/fleet/stacks";
import { moveFleet, type Wish } from "../../examples/fleet/waves";
import { AnsweringCli, MEGABYTE } from "./answeringCli";

const COUNT = 100;
describe("a fleet of a hundred", function () {
    this.timeout(120_000);
    let cli: AnsweringCli;
    before(() => {
        cli = new AnsweringCli();
    });
    after(() => cli.remove());

    it("holds no more memory after all of them than after twenty", async () => {
        setFlagsFromString("--expose-gc");
        const collect = runInNewContext("gc") as () => void;
        const held: number[] = [];
        class Measured extends PulumiStacks {
            override async up(cluster: Cluster, wish: Wish) {
                const outcome = await super.up(cluster, wish);
                collect();
                held.push(process.memoryUsage().heapUsed);
                return outcome;
            }
        }
        const guards = { policyPacks: [], policyPackConfigs: [] };
        const clusters = Array.from({ length: COUNT }, (_, index) => ({
            stack: `c${index}`,
            args: { clusterName: `c${index}` },
        }));
        const report = await moveFleet({
            fleet: { atOnce: 20, gates: {}, guards, waves: [{ name: "all", clusters }] },
            stacks: new Measured(cli.folder, guards),
            say: () => undefined,
            stopping: () => false,
        });
        assert.equal(report.result, "done", JSON.stringify(report.clusters[0]));
        assert.equal(held.length, COUNT);
        const lowest = (from: number, to: number) => Math.min(...held.slice(from, to)) / MEGABYTE;
        const [early, late] = [lowest(5, 20), lowest(COUNT - 15, COUNT)];
        console.log(`      heap after 20: ${early.toFixed(1)} MB, after ${COUNT}: ${late.toFixed(1)} MB`);
        assert.ok(late - early < 8, `${early} -> ${late}`);
    });
});
