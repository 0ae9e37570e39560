// The order of a fleet's moves, with clusters made of answers: what begins when, what stops it, what goes on, and what the reports say.
import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { type Cluster, type Fleet, readFleet } from "../../examples/fleet/fleetFile";
import type { Outcome } from "../../examples/fleet/gates";
import { pageOf, writeReports } from "../../examples/fleet/report";
import {
    type FleetReport,
    moveFleet,
    previewFleet,
    type Run,
    type Stacks,
    undoWave,
    type Wish,
} from "../../examples/fleet/waves";

const MOVED: Outcome = {
    phase: "Moved",
    nextStep: "",
    addonVersion: "v1.3.0-eksbuild.1",
    pausedSeconds: { operator: 20 },
    warnings: [],
    drift: [],
};

/** Clusters that remember what was done to them, as stacks do; every call takes a moment, so that others get their turn. */
class Answers implements Stacks {
    readonly calls: string[] = [];
    readonly moved = new Map<string, Outcome>();
    readonly blocked = new Set<string>();
    readonly failing = new Set<string>();
    /** Laid over what a move ends with. */
    readonly ends = new Map<string, Partial<Outcome>>();
    readonly drifted = new Map<string, string[]>();
    atOnce = 0;
    private now = 0;

    async preview({ stack }: Cluster, { until, desiredOwner }: Wish) {
        await this.call(`preview ${stack}`);
        if (this.blocked.has(stack)) throw new Error(`${stack} is blocked [HP111]`);
        const phase = this.moved.get(stack)?.phase;
        const wanted = desiredOwner === "Helm" ? "OnHelm" : until === undefined ? "Moved" : "Stopped";
        return { changes: phase !== wanted, plan: ["1 lock"] };
    }

    async up({ stack }: Cluster, { until, desiredOwner }: Wish) {
        await this.call(`up ${stack}`);
        if (this.failing.has(stack)) throw new Error(`${stack} failed at install`);
        const phase = desiredOwner === "Helm" ? "OnHelm" : until === undefined ? "Moved" : "Stopped";
        const outcome = { ...MOVED, phase, ...this.ends.get(stack) };
        this.moved.set(stack, outcome);
        return outcome;
    }

    async refresh({ stack }: Cluster) {
        const outcome = this.moved.get(stack);
        if (outcome === undefined || outcome.phase === "OnHelm") return undefined;
        await this.call(`refresh ${stack}`);
        return { ...outcome, drift: this.drifted.get(stack) ?? [] };
    }

    private async call(what: string): Promise<void> {
        this.calls.push(what);
        this.now += 1;
        this.atOnce = Math.max(this.atOnce, this.now);
        await new Promise((resolve) => setTimeout(resolve, 1));
        this.now -= 1;
    }

    ups(): string[] {
        return this.calls.filter((call) => call.startsWith("up ")).map((call) => call.slice(3));
    }
}

const cluster = (stack: string): Cluster => ({ stack, args: { clusterName: stack } });

function fleetOf(
    waves: Record<string, readonly string[]>,
    more: Partial<Fleet> & { canary?: string } = {},
): Fleet {
    const { canary, ...rest } = more;
    return {
        atOnce: 2,
        gates: {},
        guards: { policyPacks: [], policyPackConfigs: [] },
        waves: Object.entries(waves).map(([name, stacks]) => ({
            name,
            clusters: stacks.map(cluster),
            ...(name === canary ? { until: "verify" } : {}),
        })),
        ...rest,
    };
}

function runOf(fleet: Fleet, stacks: Answers, more: Partial<Run> = {}): Run {
    return { fleet, stacks, say: () => undefined, stopping: () => false, ...more };
}

const statesOf = ({ clusters }: FleetReport) =>
    Object.fromEntries(clusters.map(({ stack, state }) => [stack, state]));

describe("a fleet", () => {
    it("is previewed as a whole before anything changes, and moves wave after wave", async () => {
        const stacks = new Answers();
        const report = await moveFleet(runOf(fleetOf({ one: ["a", "b"], two: ["c"] }), stacks));
        assert.equal(report.result, "done");
        assert.deepEqual(stacks.calls.slice(0, 3).sort(), ["preview a", "preview b", "preview c"]);
        assert.deepEqual(stacks.ups(), ["a", "b", "c"]);
        assert.deepEqual(statesOf(report), { a: "done", b: "done", c: "done" });
    });

    it("changes nothing anywhere when one cluster is blocked, and tells all that are", async () => {
        const stacks = new Answers();
        stacks.blocked.add("b").add("c");
        const report = await moveFleet(runOf(fleetOf({ one: ["a"], two: ["b", "c"] }), stacks));
        assert.equal(report.result, "stopped");
        assert.deepEqual(stacks.ups(), []);
        assert.deepEqual(statesOf(report), { a: "previewed", b: "failed", c: "failed" });
        assert.match(report.clusters[2]?.reasons.join() ?? "", /HP111/);
    });

    it("is only looked at by a preview", async () => {
        const stacks = new Answers();
        const report = await previewFleet(runOf(fleetOf({ one: ["a"], two: ["b"] }), stacks));
        assert.equal(report.result, "previewed");
        assert.deepEqual(stacks.calls, ["preview a", "preview b"]);
        assert.deepEqual(report.clusters[0]?.plan, ["1 lock"]);
    });

    it("holds after a canary, until somebody lets it go on", async () => {
        const stacks = new Answers();
        const waves = { canary: ["a"], rest: ["b"] };
        const canary = runOf(fleetOf(waves, { canary: "canary" }), stacks);
        for (const _ of ["at first", "and again"]) {
            const report = await moveFleet(canary);
            assert.equal(report.result, "holds");
            assert.match(report.next, /remove its `until`/);
            assert.deepEqual(statesOf(report), { a: "done", b: "previewed" });
            assert.deepEqual(stacks.ups(), ["a"]);
        }
        const report = await moveFleet(runOf(fleetOf(waves), stacks));
        assert.equal(report.result, "done");
        assert.deepEqual(stacks.ups(), ["a", "a", "b"]);
    });

    it("begins nothing new after a failure, lets what runs come to its end, and goes on where it stopped", async () => {
        const stacks = new Answers();
        stacks.failing.add("a");
        const run = runOf(fleetOf({ one: ["a", "b", "c", "d"], two: ["e"] }), stacks);
        const first = await moveFleet(run);
        assert.equal(first.result, "stopped");
        assert.deepEqual(stacks.ups(), ["a", "b"]);
        assert.deepEqual(statesOf(first), {
            a: "failed",
            b: "done",
            c: "previewed",
            d: "previewed",
            e: "previewed",
        });
        stacks.failing.clear();
        const second = await moveFleet(run);
        assert.equal(second.result, "done");
        assert.deepEqual(stacks.ups(), ["a", "b", "a", "c", "d", "e"]);
    });

    const gates = { maxPausedSeconds: 60, acceptedWarnings: ["tag CreatedBy"] };
    for (const [what, end, reason] of [
        ["a warning", { warnings: ["tag CreatedBy changes", "the schema is older"] }, /the schema is older/],
        ["a long pause", { pausedSeconds: { keda: 61 } }, /keda was away for 61 s, allowed are 60 s/],
    ] as const)
        it(`stops at ${what}`, async () => {
            const stacks = new Answers();
            stacks.ends.set("a", end);
            const report = await moveFleet(runOf(fleetOf({ one: ["a"], two: ["b"] }, { gates }), stacks));
            assert.equal(report.result, "stopped");
            assert.deepEqual(statesOf(report), { a: "held", b: "previewed" });
            assert.match(report.clusters[0]?.reasons.join() ?? "", reason);
            assert.equal(report.clusters[0]?.reasons.length, 1);
            assert.deepEqual(stacks.ups(), ["a"]);
        });

    it("goes through gates that are wide enough", async () => {
        const stacks = new Answers();
        stacks.ends.set("a", { warnings: ["tag CreatedBy changes"], pausedSeconds: { keda: 60 } });
        const report = await moveFleet(runOf(fleetOf({ one: ["a"], two: ["b"] }, { gates }), stacks));
        assert.equal(report.result, "done");
    });

    it("stops at drift of a cluster that has moved, and repairs nothing by itself", async () => {
        const stacks = new Answers();
        const run = runOf(fleetOf({ one: ["a"], two: ["b"] }), stacks);
        stacks.moved.set("a", { ...MOVED, phase: "Stopped" });
        stacks.drifted.set("a", ["the add-on is gone"]);
        const report = await moveFleet(run);
        assert.equal(report.result, "stopped");
        assert.match(report.clusters[0]?.reasons.join() ?? "", /changed outside: the add-on is gone/);
        assert.deepEqual(stacks.ups(), []);
    });

    it("moves no more clusters at once than it says", async () => {
        const stacks = new Answers();
        const names = Array.from({ length: 20 }, (_, index) => `c${index}`);
        await moveFleet(runOf(fleetOf({ one: names }, { atOnce: 5 }), stacks));
        assert.equal(stacks.atOnce, 5);
        assert.equal(stacks.ups().length, 20);
    });

    it("begins nothing new once it is to stop", async () => {
        const stacks = new Answers();
        const stopping = () => stacks.ups().length > 0;
        const report = await moveFleet(
            runOf(fleetOf({ one: ["a", "b"], two: ["c"] }, { atOnce: 1 }), stacks, { stopping }),
        );
        assert.equal(report.result, "stopped");
        assert.deepEqual(stacks.ups(), ["a"]);
    });

    it("takes one wave back, and no other", async () => {
        const stacks = new Answers();
        const run = runOf(fleetOf({ one: ["a", "b"], two: ["c"] }), stacks);
        await moveFleet(run);
        const report = await undoWave(run, "one");
        assert.equal(report.result, "done");
        assert.deepEqual(
            ["a", "b", "c"].map((name) => stacks.moved.get(name)?.phase),
            ["OnHelm", "OnHelm", "Moved"],
        );
        assert.throws(() => undoWave(run, "three"), /no wave three; there are: one, two/);
    });
});

describe("the reports of a fleet", () => {
    it("say the same in JSON and HTML, and mark up nothing that a cluster says", async () => {
        const stacks = new Answers();
        stacks.ends.set("a", { warnings: ['<img src=x onerror="alert(1)">'], pausedSeconds: { keda: 31 } });
        const report = await moveFleet(runOf(fleetOf({ one: ["a"], two: ["b"] }), stacks));
        const folder = mkdtempSync(path.join(tmpdir(), "fleet-"));
        try {
            const [json = "", html = ""] = writeReports(folder, report).map((file) =>
                readFileSync(file, "utf8"),
            );
            assert.deepEqual(JSON.parse(json), JSON.parse(JSON.stringify(report)));
            assert.doesNotMatch(html, /<img|<script|https?:\/\//);
            assert.match(html, /&lt;img src=x/);
            assert.match(html, /31 s/);
            assert.match(html, /2 clusters: 1 previewed, 1 held/);
        } finally {
            rmSync(folder, { recursive: true, force: true });
        }
    });

    it("name what comes next", () => {
        assert.match(pageOf({ result: "done", next: "nothing", clusters: [] }), /<b>Next:<\/b> nothing/);
    });
});

describe("fleet.json", () => {
    const folder = mkdtempSync(path.join(tmpdir(), "fleet-file-"));
    after(() => rmSync(folder, { recursive: true, force: true }));
    const read = (content: unknown) => {
        const file = path.join(folder, "fleet.json");
        writeFileSync(file, JSON.stringify(content));
        return readFleet(file);
    };

    it("of the example is right", () => {
        const fleet = readFleet(path.join(__dirname, "../../examples/fleet/fleet.json"));
        assert.equal(fleet.waves[0]?.until, "verify");
        assert.deepEqual(fleet.waves[2]?.clusters[1], {
            stack: "prod-eu-1",
            args: { clusterName: "prod-1", region: "eu-west-1" },
        });
    });

    it("tells all mistakes at once, by their place", () => {
        const wrong = {
            atOnce: 0,
            waves: [{ name: "one", clusters: [{ clusterName: "a", desiredOwner: "Helm" }, {}] }],
        };
        assert.throws(
            () => read(wrong),
            ({ message }: Error) =>
                /\/atOnce: must be >= 1/.test(message) &&
                /\/waves\/0\/clusters\/0\/desiredOwner/.test(message) &&
                /\/waves\/0\/clusters\/1: must have required property 'clusterName'/.test(message),
        );
    });

    it("refuses two clusters with one stack, and two waves with one name", () => {
        const one = { name: "one", clusters: [{ clusterName: "a" }] };
        assert.throws(
            () => read({ waves: [one, one] }),
            ({ message }: Error) => /two waves are called one/.test(message) && /the stack a:/.test(message),
        );
    });
});
