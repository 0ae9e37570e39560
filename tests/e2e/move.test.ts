// The main job on the sandbox: a move, what it leaves, and its undo. Pauses are measured here: it wants the machine for itself.
import assert from "node:assert/strict";
import { unpack } from "../../provider/engine/compressedText";
import type { JournalDocument } from "../../provider/engine/journalDocument";
import { captureState, compareIdentities } from "../../sandbox/compare";
import { helm } from "../../sandbox/content";
import { observeMove } from "../../sandbox/watch/observeMove";
import "./hooks";
import { assertNothingDoneMeanwhile, assertNothingLost, assertShortPauses } from "./pauses";
import { type MigrationState, migrationIn, RELEASE, succeeds } from "./runs";
import { differencesFromStart, fresh, inWords } from "./stage";

describe("a move and its undo", function () {
    this.timeout(240_000);

    it("moves everything without losing a model, says unchanged the second time, and undoes it to the last field", async () => {
        const scene = await fresh();
        const { sandbox, start, pulumi } = scene;
        const preview = await pulumi.preview();
        succeeds(preview);
        assert.match(
            preview.stdout,
            /Diagnostics:\n.*\(move\):\n +what this update will do:\n +summary .*\n +1 lock .*\n +2 backUp (.*\n)* +6 scaleDown /,
            "the preview shows the numbered plan",
        );
        assert.equal(sandbox.faults.writes().length, 0, "a preview writes nothing");

        const watching = await observeMove(sandbox);
        succeeds(await pulumi.up("--skip-preview"));
        const observation = await watching.stop();
        const writes = sandbox.faults.writes();
        assertNothingLost(observation);
        assertShortPauses(observation, writes);
        assertNothingDoneMeanwhile(writes);
        assertEveryPauseHasItsTime(await migrationIn(pulumi));
        const moved = await captureState(sandbox);
        assert.equal(
            inWords(compareIdentities(start, moved)),
            "",
            "custom resources and model pods keep their UIDs",
        );
        assert.ok(!(await helm(sandbox, ["list", "-A", "--all", "-q"])).includes(RELEASE));

        sandbox.faults.reset();
        await sandbox.clearAudit();
        const again = await pulumi.up();
        succeeds(again);
        assert.match(again.stdout, /unchanged/);
        assert.doesNotMatch(again.stdout, /[+~-] +plan *:/, "the program exports the plan");
        assert.doesNotMatch(again.stdout, /the plan/, "a plan is told once");
        assert.deepEqual(sandbox.faults.writes(), [], "the second up writes nothing");
        // One look at the cluster's journal: a destroy that was cut off is work for an update of which nothing else is asked.
        assert.ok(sandbox.faults.reads() <= 12, `the second up made ${sandbox.faults.reads()} reads`);

        const watchingUndo = await observeMove(sandbox);
        succeeds(await pulumi.destroy("--skip-preview"));
        assertNothingLost(await watchingUndo.stop());
        assert.equal(await differencesFromStart(scene), "");
        const history = JSON.parse(
            await helm(sandbox, ["history", RELEASE, "-n", "kube-system", "-o", "json"]),
        );
        assert.equal(history.length, 3);
    });
});

/** The report draws what the journal has a time of: those of the dependencies too. */
function assertEveryPauseHasItsTime(migration: MigrationState | undefined): void {
    const paused = Object.entries(migration?.pausedSeconds as Record<string, number>);
    const { facts } = unpack(migration?.journal?.document ?? "") as JournalDocument;
    const timed = (facts.pauses ?? []).map(({ what }) => what);
    assert.ok(paused.length > 0);
    for (const [what, seconds] of paused) if (seconds > 0) assert.ok(timed.includes(what), what);
}
