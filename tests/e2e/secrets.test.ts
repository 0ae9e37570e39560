// Secret inputs on the real engine: no stream and no file of the backend holds one in the open, and the stack's key for its journal is encrypted.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import type { PulumiRun } from "../../sandbox/pulumi/driver";
import { backendFiles } from "../run/backendFiles";
import "./hooks";
import { fails, QUICK, succeeds, textOf } from "./runs";
import { differencesFromStart, fresh } from "./stage";

const VERSION = "v1.3.0-eksbuild.1";
const MARK = "planted-in-the-program";
const ARGS = {
    ...QUICK,
    until: "identities",
    addonVersion: VERSION,
    additionalConfiguration: { nodeSelector: { pool: MARK } },
};
const SECRETS = ["addonVersion", "additionalConfiguration"];

describe("secret inputs on the real engine", function () {
    this.timeout(300_000);

    it("are in no stream and no file, with --diff, in a failure, in a refresh and in the undo", async () => {
        const env = { MOVE_SECRETS: JSON.stringify(SECRETS) };
        const scene = await fresh({ args: ARGS, env });
        const kubeconfig = readFileSync(scene.sandbox.env.KUBECONFIG ?? "", "utf8");
        const tokens = [...kubeconfig.matchAll(/(?:token|client-key-data)"?: *"?([\w.+/=-]{8,})/g)];
        const [, token] = tokens[0] ?? [];
        assert.ok(token, "the sandbox's kubeconfig holds something that gives access");
        // Not given as a secret by the program: it is one all the same.
        const args = { ...ARGS, kubeconfig };
        const pulumi = scene.with(args, env);
        await pulumi.ensureStack();

        const runs: Record<string, PulumiRun> = {};
        runs["preview --diff"] = await pulumi.preview("--diff");
        succeeds(runs["preview --diff"]);
        const refused = scene.with(
            { ...args, additionalConfiguration: { nodeSelector: MARK, alb: { enabled: MARK } } },
            env,
        );
        await refused.ensureStack();
        runs["a refused preview"] = await refused.preview("--diff");
        assert.match(fails(runs["a refused preview"]), /additionalConfiguration|HP121/);
        runs["up --diff"] = await pulumi.up("--skip-preview", "--diff");
        succeeds(runs["up --diff"]);
        runs.refresh = await pulumi.refresh("--skip-preview");
        succeeds(runs.refresh);

        const { resources = [] } = await pulumi.exportState();
        const outputsOf = (type: string) =>
            resources.find((one) => one.type.endsWith(`:${type}`))?.outputs as Record<
                string,
                { plaintext?: string }
            >;
        const moved = outputsOf("HelmToAddonMigration");
        for (const name of ["inputs", "journal", "journalKey", "addonConfiguration", "addonVersion"])
            assert.notEqual(moved[name]?.plaintext, undefined, `${name} is no secret in the state`);
        assert.notEqual(outputsOf("WayBack").journalKey?.plaintext, undefined);
        const key = JSON.parse(moved.journalKey?.plaintext ?? '""') as string;
        assert.match(key, /^[A-Za-z0-9+/]{43}=$/);

        runs["destroy --diff"] = await pulumi.destroy("--skip-preview", "--diff");
        succeeds(runs["destroy --diff"]);
        assert.equal(await differencesFromStart(scene), "");

        const planted = { token, mark: MARK, key, version: VERSION };
        for (const [what, run] of Object.entries(runs))
            for (const [name, value] of Object.entries(planted))
                assert.ok(!textOf(run).includes(value), `${what} shows the ${name}`);
        const files = backendFiles(scene.backendDirectory);
        assert.ok(files.some(([, text]) => text.includes("HelmToAddonMigration")));
        for (const [file, text] of files)
            for (const [name, value] of Object.entries(planted))
                assert.ok(!text.includes(value), `${file} holds the ${name}`);
    });
});
