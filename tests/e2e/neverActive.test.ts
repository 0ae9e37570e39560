// An add-on that never gets ACTIVE, or ends DEGRADED: the move waits as long as the program says, tells why, and goes back.
import assert from "node:assert/strict";
import "./hooks";
import { ADDON, fails, migrationIn, QUICK, succeeds } from "./runs";
import { scriptFailure } from "./scriptFailure";
import { differencesFromStart, fresh } from "./stage";

describe("an add-on that does not get ACTIVE", function () {
    this.timeout(600_000);

    it("an add-on that never gets ACTIVE: an error after its own time, then destroy goes back", async () => {
        const args = { ...QUICK, installTimeoutMinutes: 1, removeTimeoutMinutes: 2 };
        const scene = await fresh({ args });
        await scene.sandbox.aws.scriptAddon(ADDON, { createOutcome: "NEVER" });
        const told = fails(await scene.pulumi.up("--skip-preview"));
        assert.match(told, /install: add-on \S+ is still CREATING after \d\d s \[HP221\]/);
        assert.match(told, /next: .*pulumi up.*pulumi destroy/);
        assert.equal(
            (await migrationIn(scene.pulumi))?.phase,
            "Moving",
            "the state knows the half-done move",
        );
        await scene.sandbox.aws.clearScripts();
        succeeds(await scene.pulumi.destroy("--skip-preview"));
        assert.equal(await differencesFromStart(scene), "");
    });

    it("goes back from an add-on that ended DEGRADED", async () => {
        // It might heal, so it is waited for as long as the program says.
        const scene = await fresh({ args: { ...QUICK, installTimeoutMinutes: 1 } });
        await scriptFailure(scene.sandbox, "DEGRADED");
        assert.match(fails(await scene.pulumi.up("--skip-preview")), /DEGRADED/);
        await scene.sandbox.aws.clearScripts();
        succeeds(await scene.pulumi.destroy("--skip-preview"));
        assert.equal(await differencesFromStart(scene), "");
    });
});
