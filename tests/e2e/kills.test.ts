// Processes killed in the middle: whoever is left alone stops by itself, and whatever comes next ends in the golden state or at the start.
// KILLS=n runs a seeded n of the table, KILLS=all all of it.
import assert from "node:assert/strict";
import { captureState } from "../../sandbox/compare";
import type { FaultAction, LedgerEntry } from "../../sandbox/faults/proxy";
import { type Golden, goldenMove } from "../faults/golden";
import { sample } from "../faults/matrix";
import "./hooks";
import { type Kill, killedRun, killer, lockIsFree, orphanEnds, type Victim } from "./kills";
import {
    ADDON,
    fails,
    type JournalCopy,
    journalInCluster,
    migrationIn,
    QUICK,
    readObject,
    succeeds,
    textOf,
} from "./runs";
import { differencesBetweenMoves, differencesFromStart, fresh, inWords, type Scene, until } from "./stage";

interface Case {
    readonly during: "up" | "destroy";
    readonly when: Extract<FaultAction, "killBefore" | "killAfter">;
    readonly victim: Victim;
    readonly what: string;
    readonly at: (write: LedgerEntry, golden: Golden) => boolean;
    readonly nth?: number;
    readonly next: "up" | "destroy";
}

const is = (what: RegExp) => (write: LedgerEntry) => what.test(write.what);
const isLast = (what: RegExp) => (write: LedgerEntry, golden: Golden) =>
    write.what === golden.writes.filter((one) => what.test(one.what)).at(-1)?.what;

const SCALE = /^patch deployments\/kube-system\/hyperpod-inference-operator-alb$/;
const RECORD = /^patch secrets\/kube-system\/sh\.helm\.release/;
const RELEASED = /^(patch|delete) (?!secrets)/;
const JOURNAL = /^patch secrets\/kube-system\/pulumi-hyperpod-migration-hyperpod-inference-operator$/;
const RESTORED = /^(patch|update) certificates\/hyperpod-inference-system\/serving-cert$/;
const CREATE = new RegExp(`^eks:CreateAddon ${ADDON}$`);
const DELETE = new RegExp(`^eks:DeleteAddon ${ADDON}$`);

// biome-ignore format: a table
const CASES: readonly Case[] = [
    { during: "up", when: "killBefore", victim: "provider", what: "CreateAddon", at: is(CREATE), next: "up" },
    { during: "up", when: "killAfter", victim: "both", what: "CreateAddon", at: is(CREATE), next: "destroy" },
    { during: "up", when: "killAfter", victim: "both", what: "the scale-down", at: is(SCALE), next: "up" },
    { during: "up", when: "killBefore", victim: "provider", what: "the scale-down", at: is(SCALE), next: "destroy" },
    { during: "up", when: "killBefore", victim: "both", what: "the first retirement", at: is(RECORD), next: "destroy" },
    { during: "up", when: "killAfter", victim: "provider", what: "the last retirement", at: isLast(RELEASED), next: "up" },
    { during: "up", when: "killAfter", victim: "engine", what: "the last retirement", at: isLast(RELEASED), next: "destroy" },
    { during: "up", when: "killAfter", victim: "provider", what: "a journal write", at: is(JOURNAL), nth: 4, next: "destroy" },
    { during: "up", when: "killBefore", victim: "both", what: "a journal write", at: is(JOURNAL), nth: 8, next: "up" },
    { during: "destroy", when: "killAfter", victim: "both", what: "DeleteAddon", at: is(DELETE), next: "destroy" },
    { during: "destroy", when: "killBefore", victim: "provider", what: "DeleteAddon", at: is(DELETE), next: "up" },
    { during: "destroy", when: "killAfter", victim: "provider", what: "a restored object", at: is(RESTORED), next: "up" },
    { during: "destroy", when: "killBefore", victim: "engine", what: "a restored object", at: is(RESTORED), next: "destroy" },
];

const COUNT = process.env.KILLS === "all" ? CASES.length : Number(process.env.KILLS ?? 4);
const SEED = Number(process.env.FAULT_SEED ?? 20261121);

describe("killed processes", function () {
    this.timeout(600_000);
    let golden: Golden;

    before(async () => {
        golden = await goldenMove(QUICK);
    });

    for (const one of sample(CASES, COUNT, SEED)) {
        const { during, when, victim, what, next } = one;
        it(`${victim} ${when === "killBefore" ? "before" : "after"} ${what} of ${during}, then ${next}`, async () => {
            const scene = await fresh({ args: QUICK });
            if (during === "destroy") succeeds(await scene.pulumi.up("--skip-preview"));
            const kill: Kill = { ...one, at: (write) => one.at(write, golden) };
            await killedRun(scene, during, kill);
            if (during === "up") {
                assert.equal(await migrationIn(scene.pulumi), undefined, "the state knows no migration yet");
            }

            succeeds(await scene.pulumi[next]("--skip-preview"));
            if (next === "up") await isGolden(scene, golden);
            else assert.equal(await differencesFromStart(scene), "");
        });
    }

    it("an orphaned provider that stopped the controllers goes on until the add-on's serve, and no further; the next up goes on", async () => {
        const scene = await fresh({ args: QUICK });
        const { sandbox, pulumi } = scene;
        await sandbox.aws.scriptAddon(ADDON, { minimumCreatingSeconds: 15 });
        const running = pulumi.start("up", "--yes", "--skip-preview");
        await until("CreateAddon", 240_000, () => sandbox.faults.writes().some(is(CREATE)));
        running.kill("SIGKILL");
        const killed = Date.now();
        await running.finished;
        await orphanEnds(running);
        assert.ok(Date.now() - killed > 10_000, "it waited for the add-on");
        assert.ok(await lockIsFree(scene), "it gave the lock back");
        assert.equal(await availableOperators(scene), 1);
        const written = sandbox.faults.writes().filter(({ time }) => time > killed);
        const others = written.filter(({ what }) => !JOURNAL.test(what) && !/ leases\//.test(what));
        assert.deepEqual(
            others.map(({ what }) => what),
            [],
            "beside its journal it wrote nothing more",
        );
        await sandbox.aws.clearScripts();
        await pulumi.cancel();
        succeeds(await pulumi.up("--skip-preview"));
        assert.equal(sandbox.faults.writes().filter(is(CREATE)).length, 1);
        await isGolden(scene, golden);
    });

    it("the next up waits for the orphan's lock and says so; two movers never interleave", async () => {
        const scene = await fresh({ args: QUICK, env: { AWS_SDK_UA_APP_ID: "first" } });
        const { sandbox, pulumi } = scene;
        const running = pulumi.start("up", "--yes", "--skip-preview");
        let killed = 0;
        const engineGone = new Promise<void>((resolve) =>
            sandbox.faults.arm({
                action: "delay",
                milliseconds: 25_000,
                match: is(SCALE),
                onHit: () => {
                    killer(running, "engine")();
                    killed = Date.now();
                    resolve();
                },
            }),
        );
        await engineGone;
        await running.finished;
        await pulumi.cancel();
        const second = scene.with(QUICK, { AWS_SDK_UA_APP_ID: "second" });
        const run = succeeds(await second.up("--skip-preview"));
        assert.match(textOf(run), /lock: waiting for .* to let go/);
        assert.deepEqual(await running.providerPids(), [], "the orphan ended");
        const writes = sandbox.faults.writes().filter(({ time }) => time > killed);
        const taken = writes.findIndex(({ what }) => /^create leases\//.test(what));
        assert.notEqual(taken, -1, "the second mover took the lock");
        const orphans = writes.slice(0, taken);
        assert.ok(orphans.some(is(CREATE)), "the orphan went on to where one generation serves");
        assert.ok(!orphans.some(is(RECORD)), "and no further");
        const foreign = writes
            .slice(taken)
            .filter(({ side, userAgent }) => side === "aws" && !/app\/second/.test(userAgent));
        assert.deepEqual(foreign, [], "from then on only the second mover wrote");
        assert.equal(sandbox.faults.writes().filter(is(CREATE)).length, 1);
        await isGolden(scene, golden);
    });

    for (const times of [1, 2]) {
        it(`${times === 1 ? "one interrupt" : "two interrupts"} during the move: state and journal agree, the next up goes on`, async () => {
            const scene = await fresh({ args: QUICK });
            const { sandbox, pulumi } = scene;
            const running = pulumi.start("up", "--yes", "--skip-preview");
            const interrupt = async () => {
                for (let count = 0; count < times; count++) {
                    running.kill("SIGINT");
                    await new Promise((resolve) => setTimeout(resolve, 1000));
                }
            };
            sandbox.faults.arm({ action: "delay", milliseconds: 1, match: is(CREATE), onHit: interrupt });
            fails(await running.finished);
            sandbox.faults.disarm();
            await orphanEnds(running);
            const state = await migrationIn(pulumi);
            if (times === 1) {
                assert.ok(await lockIsFree(scene), "the lock was given back");
                await agrees(scene, state?.journal);
            } else
                assert.equal(
                    state,
                    undefined,
                    "the call was abandoned; the journal of the cluster is all there is",
                );
            succeeds(await pulumi.up("--skip-preview"));
            await isGolden(scene, golden);
        });
    }
});

async function availableOperators({ sandbox }: Scene): Promise<number> {
    const path = "/apis/apps/v1/namespaces/hyperpod-inference-system/deployments";
    const { items } = (await readObject(sandbox, path)) as {
        items: { metadata: { name: string }; status: { availableReplicas?: number } }[];
    };
    return items
        .filter(({ metadata }) => /controller-manager$/.test(metadata.name))
        .reduce((sum, { status }) => sum + (status.availableReplicas ?? 0), 0);
}

async function isGolden({ sandbox }: Scene, golden: Golden): Promise<void> {
    assert.equal(inWords(differencesBetweenMoves(golden.state, await captureState(sandbox))), "");
}

/** Whichever copy is read: the same steps done, the same undo. */
async function agrees({ sandbox }: Scene, inState: JournalCopy | undefined): Promise<void> {
    const inCluster = await journalInCluster(sandbox);
    assert.ok(inState !== undefined && inCluster !== undefined, "both places hold the journal");
    assert.equal(inState.hash, inCluster.hash);
}
