// The two copies of the journal: either is enough for the undo, and without a sound one nothing is changed.
import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { requestJson } from "../../sandbox/kubernetes/requestJson";
import type { Pulumi } from "../../sandbox/pulumi/driver";
import "./hooks";
import { fails, JOURNAL_PATH, QUICK, succeeds } from "./runs";
import { differencesFromStart, fresh, newFolder } from "./stage";

describe("an undo with one copy of the journal", function () {
    this.timeout(300_000);

    it("undoes from Pulumi state when the cluster's journal was deleted", async () => {
        const scene = await moved();
        await requestJson(scene.sandbox, "DELETE", JOURNAL_PATH);
        succeeds(await scene.pulumi.destroy("--skip-preview"));
        const left = await differencesFromStart(scene);
        assert.equal(left, "");
    });

    it("undoes from the cluster when the copy in Pulumi state is damaged, and changes nothing when both are", async () => {
        const scene = await moved(QUICK);
        const { sandbox, pulumi } = scene;
        const { data } = (await requestJson(sandbox, "GET", JOURNAL_PATH)) as {
            data: Record<string, string>;
        };
        await damageState(pulumi);
        await requestJson(sandbox, "PATCH", JOURNAL_PATH, {
            data: { hash: Buffer.from("0".repeat(64)).toString("base64") },
        });
        sandbox.faults.reset();
        const refused = fails(await pulumi.destroy("--skip-preview"));
        assert.match(refused, /HP201/);
        assert.match(refused, /nothing was changed/);
        assert.deepEqual(sandbox.faults.writes(), []);

        await requestJson(sandbox, "PATCH", JOURNAL_PATH, { data });
        succeeds(await pulumi.destroy("--skip-preview"));
        assert.equal(await differencesFromStart(scene), "");
    });
});

async function moved(args?: unknown) {
    const scene = await fresh({ args });
    succeeds(await scene.pulumi.up("--skip-preview"));
    return scene;
}

/** As if the state had been edited by hand: the copy of the journal no longer matches its hash. */
async function damageState(pulumi: Pulumi): Promise<void> {
    const exported = JSON.parse((await pulumi.start("stack", "export").finished).stdout) as {
        deployment: { resources: { outputs?: Record<string, unknown> }[] };
    };
    const holders = exported.deployment.resources.filter(({ outputs }) => outputs?.journal !== undefined);
    assert.equal(holders.length, 1);
    for (const { outputs } of holders)
        Object.assign(outputs ?? {}, { journal: { document: "AAAA", hash: "0".repeat(64) } });
    const file = join(newFolder(), "state.json");
    writeFileSync(file, JSON.stringify(exported));
    succeeds(await pulumi.start("stack", "import", "--file", file).finished);
}
