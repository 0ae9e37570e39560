// The permission documents, tried out: previews, moves and undos by principals that have exactly these rights. RBAC is enforced by the real API server; AWS calls are held against the policy's table.
import "./hooks";
import assert from "node:assert/strict";
import { execFile, execFileSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { promisify } from "node:util";
import type { HelmInstallation } from "../../provider/installation/helmInstallation";
import { AWS_CALLS, type Purpose } from "../../provider/permissions/awsCalls";
import type { Sandbox } from "../../sandbox/sandbox";
import { LOOKERS, MOVERS } from "../../tools/permissions/clusterRoles";
import { killedRun } from "./kills";
import { fails, QUICK, succeeds } from "./runs";
import { differencesFromStart, fresh, newFolder, type Scene } from "./stage";

const PROJECT = resolve(__dirname, "../..");
const RBAC = join(PROJECT, "docs/permissions/rbac.yaml");
/** All that are used here begin so. */
const GROUPS = "hyperpod-inference-";
const PRINCIPAL = "arn:aws:iam::123456789012:user/sandbox-operator";

describe("documented permissions", function () {
    this.timeout(400_000);

    it("are enough for a preview and for discoverHelmInstallation, and for nothing more", async () => {
        const scene = await as(LOOKERS);
        const { sandbox, pulumi } = scene;
        const preview = succeeds(await pulumi.preview());
        assert.match(preview.stdout, /retireHelm/);
        assert.match(preview.stdout, /may look but not move/);
        const found = await discovered(sandbox);
        assert.equal(found.releases[0]?.name, "hyperpod-inference-operator");
        assert.ok(found.models.length > 0 && found.roles.length > 0 && found.plan.length > 0);
        assert.ok(found.addon.chosenVersion);
        assert.deepEqual([...new Set(found.blockers.map(({ code }) => code))], ["HP132"]);
        assert.equal(found.canMove, false);
        await onlyAllowed(sandbox, ["look"]);

        assert.match(fails(await pulumi.up("--skip-preview")), /HP132/);
        assert.deepEqual(sandbox.faults.writes(), [], "nothing was changed");
        await endsAtStart(scene);
    });

    it("are enough for a move with all its dependencies and its undo", async () => {
        const report = join(newFolder(), "move.html");
        const scene = await as(MOVERS, { clusterName: "demo", report });
        const { sandbox, pulumi } = scene;
        const preview = succeeds(await pulumi.preview());
        assert.doesNotMatch(preview.stdout, /may look but not move/);
        succeeds(await pulumi.up("--skip-preview"));
        assert.match(readFileSync(report, "utf8"), /Controllers away/);
        succeeds(await pulumi.destroy("--skip-preview"));
        assert.match(readFileSync(report, "utf8"), />Undone</);
        await onlyAllowed(sandbox, ["look", "move"]);
        await endsAtStart(scene);
    });

    it("of just this move are enough for it, killed in the middle and gone on with, and for its undo", async () => {
        const scene = await fresh({ args: QUICK });
        const { sandbox, pulumi } = scene;
        const { permissionsRoles = "", permissionsGroup = "" } = await discovered(sandbox, QUICK);
        const file = join(newFolder(), "roles.json");
        writeFileSync(file, permissionsRoles);
        await actAs(sandbox, permissionsGroup, file);
        const preview = succeeds(await pulumi.preview());
        assert.doesNotMatch(preview.stdout, /may look but not move/);
        await killedRun(scene, "up", {
            when: "killAfter",
            victim: "both",
            at: ({ what }) => /^eks:CreateAddon/.test(what),
        });
        succeeds(await pulumi.up("--skip-preview"));
        succeeds(await pulumi.destroy("--skip-preview"));
        await onlyAllowed(sandbox, ["look", "move"]);
        await endsAtStart(scene, file);
    });
});

/** A scene in which the principal of all commands has just the rights of the group. */
async function as(group: string, args: unknown = { clusterName: "demo" }): Promise<Scene> {
    const scene = await fresh({ args });
    await actAs(scene.sandbox, group, RBAC);
    return scene;
}

async function actAs(sandbox: Sandbox, group: string, file: string): Promise<void> {
    kubectl(sandbox, "apply", "-f", file);
    await sandbox.aws.mapPrincipal(PRINCIPAL, { username: group, groups: [group] });
    sandbox.faults.reset();
    await sandbox.clearAudit();
    await sandbox.aws.clearCalls();
}

/** No call was refused by the API server, and no call to AWS was made that the documents do not name for the purposes. */
async function onlyAllowed(sandbox: Sandbox, purposes: readonly Purpose[]): Promise<void> {
    const events = (await sandbox.auditEvents()).filter(({ user }) =>
        (user?.username ?? "").startsWith(GROUPS),
    );
    assert.ok(events.length > 20, `${events.length} requests of the principal`);
    // Whoever may only look asks what a policy would say in vain: dry runs need the right itself.
    const isAskedInVain = (uri: string) => !purposes.includes("move") && uri.includes("dryRun=All");
    const refused = events
        .filter(
            ({ responseStatus, requestURI }) => responseStatus?.code === 403 && !isAskedInVain(requestURI),
        )
        .map(({ verb, requestURI }) => `${verb} ${requestURI}`);
    assert.deepEqual([...new Set(refused)], []);
    const named = new Set(
        AWS_CALLS.filter(({ purpose }) => purposes.includes(purpose)).map(({ call }) => call),
    );
    const calls = (await sandbox.aws.calls()).filter(({ userAgent }) =>
        userAgent.includes("pulumi-hyperpod-inference"),
    );
    assert.ok(calls.length > 10, `${calls.length} calls to AWS`);
    const unnamed = calls.filter(({ operation }) => !named.has(operation));
    assert.deepEqual([...new Set(unnamed.map(({ service, operation }) => `${service}:${operation}`))], []);
}

async function endsAtStart(scene: Scene, file = RBAC): Promise<void> {
    await scene.sandbox.aws.mapPrincipal(PRINCIPAL);
    kubectl(scene.sandbox, "delete", "-f", file);
    assert.equal(await differencesFromStart(scene), "");
}

/** As a program of the user calls it, from the built package. */
async function discovered(
    sandbox: Sandbox,
    args: object = { clusterName: "demo" },
): Promise<HelmInstallation> {
    const program = `require("pulumi-hyperpod-inference").discoverHelmInstallation(${JSON.stringify(args)})
        .then((found) => process.stdout.write(JSON.stringify(found)))`;
    const { stdout } = await promisify(execFile)(process.execPath, ["-e", program], {
        cwd: PROJECT,
        env: { ...process.env, ...sandbox.env },
        timeout: 60_000,
        maxBuffer: 1 << 26,
    });
    return JSON.parse(stdout) as HelmInstallation;
}

function kubectl(sandbox: Sandbox, ...args: string[]): void {
    execFileSync(sandbox.tools.kubectl, ["--kubeconfig", sandbox.kubeconfig, ...args], {
        timeout: 60_000,
        stdio: ["ignore", "ignore", "inherit"],
    });
}
