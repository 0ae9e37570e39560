// A moved stack comes in; its two copies of the journal, that of Pulumi's state and that of the cluster, are damaged and given back.
import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { requestJson } from "../../sandbox/kubernetes/requestJson";
import type { Pulumi } from "../../sandbox/pulumi/driver";
import type { Sandbox } from "../../sandbox/sandbox";
import { JOURNAL_PATH, succeeds } from "./runs";
import { newFolder } from "./stage";

/** Answers what gives the former one back. */
export async function damageJournalOfCluster(sandbox: Sandbox): Promise<() => Promise<unknown>> {
    const { data } = (await requestJson(sandbox, "GET", JOURNAL_PATH)) as { data: Record<string, string> };
    await requestJson(sandbox, "PATCH", JOURNAL_PATH, {
        data: { hash: Buffer.from("0".repeat(64)).toString("base64") },
    });
    return () => requestJson(sandbox, "PATCH", JOURNAL_PATH, { data });
}

/** As if the state had been edited by hand: the copy of the journal no longer matches its hash. */
export async function damageJournalOfState(pulumi: Pulumi): Promise<void> {
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
