// What the report of a move says, for every way a run can end. Moves run on the in-memory world.
import assert from "node:assert/strict";
import { chmodSync, existsSync, readdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import type { JournalFacts, StepJournal } from "../../provider/engine/step";
import { noteRefusals } from "../../provider/operations/models/notePauses";
import type { Refusals } from "../../provider/operations/models/probes";
import { MigrationStep } from "../../provider/plan/plan";
import { pageOf } from "../../provider/report/page";
import { writePage } from "../../provider/report/reportFile";
import { type ReportSource, sourceOf } from "../../provider/report/reportSource";
import { timelinePart } from "../../provider/report/timelinePart";
import { assertDone } from "../provider/memory/expectations";
import { folder, removeFolders, type Scene, sceneOf, secretValues, textOf } from "./moved";

after(removeFolders);

describe("report of a move", () => {
    it("shows steps, pauses, what moved, what was left alone, changed owners and the undo", async () => {
        const scene = sceneOf();
        const secretsBefore = secretValues(scene.world);
        assertDone(await scene.stack.up());
        const text = scene.text();
        for (const expected of [
            "Moved",
            "HyperPod inference on demo",
            "kube-system/hyperpod-inference-operator",
            "v1.3.0-eksbuild.2",
            "Controllers away",
            "load balancer controller",
            "KEDA metrics",
            "Requests refused",
            "models through the old version",
            "ingress creation",
            "external metrics",
            "What moved",
            "arn:aws:iam::123456789012:role/SageMakerHyperPodInference-exec",
            "InferenceEndpointConfig",
            "Left alone, and whose it is",
            "Fields that change owner",
            "What undo would do",
            "scaled back to 3 replicas",
            "become visible to Helm again",
        ])
            assert.ok(text.includes(expected), `the page says "${expected}"`);
        for (const step of ["backUp", "scaleDown", "install", "verify", "retireHelm", "finish"])
            assert.match(scene.page(), new RegExp(`<th scope="row">${step}</th>`), `a row for ${step}`);
        assertSelfContained(scene.page());
        assertNoSecrets(scene, [...secretsBefore, ...secretValues(scene.world)]);
    });

    it("measures every step by the clock, so that the same move gives the same page", async () => {
        const [one, other] = [sceneOf(), sceneOf()];
        assertDone(await one.stack.up());
        assertDone(await other.stack.up());
        assert.equal(one.text(), other.text());
        const install = /<th scope="row">install<\/th>.*?<td class="number">([\d.]+) s<\/td>/s.exec(
            one.page(),
        );
        assert.ok(Number(install?.[1]) > 1, "installing takes more than a second");
        assert.ok(one.stack.resource);
        const { pausedSeconds } = one.stack.resource.outputs as { pausedSeconds: Record<string, number> };
        for (const [what, seconds] of Object.entries(pausedSeconds)) {
            const row = new RegExp(`<th scope="row">${what}</th>.*?<td class="number">([\\d.]+) s</td>`, "s");
            assert.equal(Number(row.exec(one.page())?.[1]), seconds, what);
        }
    });

    it("has every pause that pausedSeconds has: on the scale of its run, or beside it when nothing was refused or no time is known", () => {
        const at = (second: number) => Date.UTC(2026, 0, 1) + second * 1000;
        const facts: JournalFacts = { pausedSeconds: { operator: 20, before: 3 }, warnings: [] };
        const journal = {
            facts,
            note: (now: Partial<JournalFacts>) => void Object.assign(facts, now),
        } as StepJournal;
        const refusals = (totals: Record<string, number>, spans: Record<string, [number, number]>) =>
            ({
                totals: () => new Map(Object.entries(totals)),
                spans: () =>
                    new Map(Object.entries(spans).map(([what, [begin, end]]) => [what, { begin, end }])),
            }) as unknown as Refusals;
        facts.timeline = [{ step: MigrationStep.Install, direction: "forward", begin: at(0), end: at(60) }];
        facts.pauses = [{ what: "operator", of: "controller", begin: at(1), end: at(21) }];
        noteRefusals(journal, refusals({ certificates: 1500, metrics: 0 }, { certificates: [at(5), at(9)] }));
        // A move that goes on measures again.
        noteRefusals(journal, refusals({ certificates: 4000 }, { certificates: [at(30), at(34)] }));
        const outputs = { pausedSeconds: facts.pausedSeconds };
        const page = timelinePart({ facts, outputs } as unknown as ReportSource).text;
        const took = (what: string) =>
            [
                ...page.matchAll(
                    new RegExp(`<th scope="row">${what}</th>.*?<td class="number">([^<]+)</td>`, "gs"),
                ),
            ].map(([, shown]) => shown);
        assert.deepEqual([took("operator"), took("certificates")], [["20.0 s"], ["4.0 s"]]);
        assert.match(page, /<li>before: 3\.0 s<\/li><li>metrics: never refused<\/li>/);
    });

    it("tells what went wrong and the next command, and what undo would do from there", async () => {
        const scene = sceneOf();
        const write = await numberOfScaling();
        const failed = await scene.stack.up({}, { write, moment: "before", kind: "fail", times: 99 });
        assert.equal(failed.kind, "failed");
        const text = scene.text();
        assert.match(text, /^\W*HyperPod.*Failed /);
        assert.match(text, /What went wrong/);
        assert.match(text, /ThrottlingException: Rate exceeded/);
        assert.match(text, /Next: run `pulumi up` to continue, or `pulumi destroy` to go back/);
        assert.match(scene.page(), /<em class="failed">failed<\/em>/);
        assert.doesNotMatch(text, /become visible to Helm again/, "what was not begun needs no undo");
        assertSelfContained(scene.page());
    });

    it("shows a step that a killed process left behind, and the run that went on", async () => {
        const scene = sceneOf();
        const writes = (await sceneOf().stack.up()).mover.writes.length;
        const crashed = await scene.stack.up({}, { write: writes - 3, moment: "before", kind: "crash" });
        assert.equal(crashed.kind, "crashed");
        assert.ok(!existsSync(scene.file), "a killed process writes no report");
        scene.world.settle(120_000);
        assertDone(await scene.stack.up());
        assert.match(scene.page(), /<em class="cutOff">cut off<\/em>/);
        assert.match(scene.text(), /Moved/);
    });

    it("shows both ways of a move that was undone, and has nothing left to undo", async () => {
        const scene = sceneOf();
        assertDone(await scene.stack.up());
        scene.world.settle(3_600_000);
        assertDone(await scene.stack.destroy());
        const text = scene.text();
        assert.match(text, /Undone/);
        assert.match(text, /Helm runs the operator again/);
        const groups = scene.page().match(/<h3>(Move|Undo) /g);
        assert.deepEqual(groups, ["<h3>Move ", "<h3>Undo "], "an hour between them: a scale each");
        assert.match(text, /Nothing: the move is undone/);
        assertNoSecrets(scene, secretValues(scene.world));
    });

    it("is written too when a move whose create was killed is destroyed", async () => {
        const scene = sceneOf();
        const write = await numberOfScaling();
        const crashed = await scene.stack.up({}, { write, moment: "before", kind: "crash" });
        assert.equal(crashed.kind, "crashed");
        scene.stack.wayBack = { ...scene.stack.wayBack, report: scene.file };
        scene.world.settle(120_000);
        assertDone(await scene.stack.destroy());
        assert.match(scene.text(), /Undone/);
        assert.match(scene.page(), /<em class="cutOff">cut off<\/em>/);
    });

    it("is written when desiredOwner goes back, when until stops, and when the move is committed", async () => {
        const scene = sceneOf({ until: MigrationStep.BackUp });
        assertDone(await scene.stack.up());
        assert.match(scene.text(), /Stopped on request The move waits before|Stopped on request/);
        assert.match(scene.text(), /The move waits before identities/);
        assertDone(await scene.stack.up({ until: MigrationStep.Finish }));
        assert.match(scene.text(), /An undo is possible/);
        assertDone(await scene.stack.up({ until: undefined, desiredOwner: "Helm" }));
        assert.match(scene.text(), /Undone/);
        assertDone(await scene.stack.up({ until: undefined, desiredOwner: undefined, commit: true }));
        assert.match(scene.text(), /No undo is possible/);
        assert.match(scene.text(), /Nothing: the move was committed/);
    });

    it("lists settings that are dropped", async () => {
        const scene = sceneOf(
            { onUnsupportedSettings: "Drop" },
            { values: { operator: { extraArgs: ["--token=hunter2hunter2"] } } },
        );
        assertDone(await scene.stack.up());
        assert.match(scene.text(), /Settings dropped .*operator\.extraArgs/);
        assert.doesNotMatch(scene.page(), /hunter2/);
    });
});

describe("writing the report", () => {
    it("never fails the move: a page that cannot be written is a warning with the way to write it later", async () => {
        const scene = sceneOf();
        const blocked = join(folder(), "a-file");
        const block = (mover: { onWrite: (number: number) => void }) => {
            mover.onWrite = () => writeFileSync(blocked, "");
        };
        // It could be written when the inputs were checked.
        assertDone(await scene.stack.up({ report: join(blocked, "move.html") }, undefined, block));
        assert.equal(scene.stack.resource?.outputs.phase, "Moved");
        await assert.rejects(writePage(folder(), sourceOf({}, { writtenAt: 0 })), /is no file/);
        const warnings = scene.stack.warnings.filter((line) => line.startsWith("report: "));
        assert.equal(warnings.length, 1);
        assert.match(warnings[0] ?? "", /hyperpod-move-report/);
    });

    it("replaces the page at once and leaves no half-written file", async () => {
        const scene = sceneOf();
        writeFileSync(scene.file, "old");
        chmodSync(scene.file, 0o400);
        assertDone(await scene.stack.up());
        assert.match(scene.page(), /<\/html>\n$/);
        assert.deepEqual(readdirSync(dirname(scene.file)), ["move.html"]);
    });

    it("takes a relative path from the program's working directory", async () => {
        const before = process.cwd();
        const place = folder();
        process.chdir(place);
        try {
            const { stack } = sceneOf({ report: "./reports/move.html" });
            assertDone(await stack.up());
            assert.ok(existsSync(join(place, "reports/move.html")));
        } finally {
            process.chdir(before);
        }
    });

    it("writes nothing when nobody asked", async () => {
        const scene = sceneOf({ report: undefined });
        assertDone(await scene.stack.up());
        assert.ok(!existsSync(scene.file));
    });
});

describe("page", () => {
    it("escapes whatever comes from outside", () => {
        const evil = `</li><script src="https://evil.invalid/x.js">alert('1')</script><img src=x onerror=alert(1)>"'&\u0007`;
        const page = pageOf(
            sourceOf(
                {
                    inputs: { clusterName: evil },
                    warnings: [evil],
                    plan: [evil],
                    steps: [{ name: evil, state: evil }],
                    addonVersion: evil,
                    movedFrom: {
                        release: evil,
                        namespace: evil,
                        revision: 1,
                        chart: evil,
                        chartVersion: evil,
                        operatorVersion: evil,
                    },
                },
                { writtenAt: 0, problem: evil },
            ),
        );
        assertSelfContained(page);
        assert.ok(page.includes("&lt;script src=&quot;https://evil.invalid/x.js&quot;&gt;"));
        assert.ok(!page.includes("\u0007"));
        assert.equal((page.match(/<\/li>/g) ?? []).length, (page.match(/<li[ >]/g) ?? []).length);
    });

    it("shows no value of a setting that could be a secret", async () => {
        const {
            world,
            stack,
            file: _,
            page,
        } = sceneOf({
            additionalConfiguration: { nodeSelector: { "example.com/pool": "p4ssw0rd-in-a-setting" } },
        });
        assertDone(await stack.up());
        assert.ok(world.data.addons.size > 0);
        assert.match(textOf(page()), /nodeSelector\.example\.com\/pool not shown here/);
        assert.doesNotMatch(page(), /p4ssw0rd/);
    });
});

/** No script, and nothing that a browser would load or follow. */
function assertSelfContained(page: string): void {
    assert.doesNotMatch(page, /<script|<link|<img|<iframe|<a\s|@import|url\(|<[^>]*\s(src|href|on\w+)=/i);
    assert.match(page, /Content-Security-Policy" content="default-src &#39;none&#39;/);
}

function assertNoSecrets(scene: Scene, values: readonly string[]): void {
    assert.ok(values.length > 5, "there are secrets that could have been printed");
    const page = scene.page();
    for (const value of values) assert.ok(!page.includes(value), `the page holds ${value.slice(0, 20)}…`);
    const journal = scene.stack.resource?.outputs.journal as { document: string; backup: string } | undefined;
    if (journal !== undefined) assert.ok(!page.includes(journal.document) && !page.includes(journal.backup));
}

/** Which write of a move is the first in the midst of scaleDown. */
async function numberOfScaling(): Promise<number> {
    const { writes } = (await sceneOf().stack.up()).mover;
    const scaling = writes.findIndex((what) => /scale|keda-operator/.test(what));
    assert.ok(scaling >= 0, "no controller is scaled");
    return scaling + 1;
}
