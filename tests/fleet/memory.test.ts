// A fleet of a hundred through the real Automation API, with a CLI that says a megabyte in every run: what is over is not held on to.
import assert from "node:assert/strict";
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import type { Cluster } from "../../examples/fleet/fleetFile";
import { PulumiStacks } from "../../examples/fleet/stacks";
import { moveFleet, type Wish } from "../../examples/fleet/waves";

const COUNT = 100;
const MEGABYTE = 1 << 20;

/** Answers as the CLI does, as far as the Automation API asks. */
const CLI = `#!/bin/sh
log=
for argument in "$@"; do
    [ "$last" = --event-log ] && log=$argument
    last=$argument
done
case "$1 $2" in
    "version "*) echo v3.150.0 ;;
    "stack output") echo '{"phase":"Moved","warnings":[],"drift":[],"pausedSeconds":{}}' ;;
    "stack history") echo '[{"kind":"update","startTime":"2026-01-01T00:00:00.000Z","endTime":"2026-01-01T00:00:00.000Z","result":"succeeded","version":1,"environment":{},"config":{},"message":""}]' ;;
    "stack export") echo '{"version":3,"deployment":{"resources":[]}}' ;;
    "preview "*|"up "*|"refresh "*)
        [ -n "$log" ] && echo '{"sequence":1,"timestamp":1,"summaryEvent":{"maybeCorrupt":false,"durationSeconds":1,"resourceChanges":{"create":1},"policyPacks":{}}}' > "$log"
        head -c ${MEGABYTE} /dev/zero | tr '\\0' x ;;
esac
`;

describe("a fleet of a hundred", function () {
    this.timeout(120_000);
    const folder = mkdtempSync(path.join(tmpdir(), "fleet-memory-"));
    const before = process.env.PATH;
    after(() => {
        process.env.PATH = before;
        rmSync(folder, { recursive: true, force: true });
    });

    it("holds no more memory after all of them than after twenty", async () => {
        setFlagsFromString("--expose-gc");
        const collect = runInNewContext("gc") as () => void;
        writeFileSync(path.join(folder, "pulumi"), CLI);
        chmodSync(path.join(folder, "pulumi"), 0o755);
        writeFileSync(path.join(folder, "Pulumi.yaml"), "name: fleet\nruntime: nodejs\n");
        process.env.PATH = `${folder}:${before}`;
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
            stacks: new Measured(folder, guards),
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
