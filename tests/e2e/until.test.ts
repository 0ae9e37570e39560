// A move in stages, in the other direction, made final, upgraded, and repaired after somebody else's hands.
import assert from "node:assert/strict";
import { DeleteAddonCommand, DescribeAddonCommand, type EKSClient } from "@aws-sdk/client-eks";
import { captureState, compareStates } from "../../sandbox/compare";
import { awsClients } from "../../sandbox/content/awsClients";
import { requestJson } from "../../sandbox/kubernetes/requestJson";
import type { Pulumi } from "../../sandbox/pulumi/driver";
import "./hooks";
import { ADDON, fails, JOURNAL_PATH, migrationIn, QUICK, readObject, succeeds, textOf } from "./runs";
import { differencesFromStart, fresh, inWords, until } from "./stage";

const V13 = "v1.3.0-eksbuild.1";
const V14 = "v1.4.0-eksbuild.1";
const V15 = "v1.5.0-eksbuild.1";

describe("a move in stages", function () {
    this.timeout(900_000);

    it("until stops after its step and says what is next; later values go on; destroy undoes from any stop", async () => {
        const scene = await fresh({ args: { ...QUICK, until: "prerequisites" } });
        const { sandbox } = scene;
        succeeds(await scene.pulumi.up("--skip-preview"));
        assert.deepEqual(await progressOf(scene.pulumi), { phase: "Stopped", nextStep: "scaleDown" });
        assert.ok(
            !sandbox.faults.writes().some(({ what }) => /deployments\//.test(what)),
            "nothing is stopped yet",
        );

        const further = scene.with({ ...QUICK, until: "install" });
        const preview = textOf(succeeds(await further.preview("--diff")));
        assert.match(preview, /continues at scaleDown/);
        const [properties = ""] = preview.split("--outputs:--");
        assert.match(properties, /~ until +: "prerequisites" => "install"/);
        assert.doesNotMatch(properties, /rogressUrn|\[0\]:/, "only what changed");
        succeeds(await further.up("--skip-preview"));
        assert.deepEqual(await progressOf(further), { phase: "Stopped", nextStep: "verify" });
        assert.equal((await addon(awsClients(sandbox).eks))?.status, "ACTIVE");

        const undone = scene.with({ ...QUICK, until: "install" });
        succeeds(await undone.destroy("--skip-preview"));
        assert.equal(await differencesFromStart(scene), "");
    });

    it("desiredOwner Helm goes back as an update that the preview shows, and forward again; commit makes destroy leave the cluster alone", async () => {
        const scene = await fresh({ args: QUICK });
        succeeds(await scene.pulumi.up("--skip-preview"));

        const back = scene.with({ ...QUICK, desiredOwner: "Helm" });
        const preview = textOf(succeeds(await back.preview()));
        assert.match(preview, /undo retireHelm/);
        assert.match(preview, /undo scaleDown/);
        succeeds(await back.up("--skip-preview"));
        assert.equal((await migrationIn(back))?.phase, "OnHelm");
        assert.equal(await differencesFromStart(scene), "");

        succeeds(await scene.pulumi.up("--skip-preview"));
        assert.equal((await migrationIn(scene.pulumi))?.phase, "Moved");

        const final = scene.with({ ...QUICK, commit: true });
        succeeds(await final.up("--skip-preview"));
        assert.equal((await migrationIn(final))?.phase, "Committed");
        assert.equal(await readObject(scene.sandbox, JOURNAL_PATH), undefined, "the backup is gone");
        const moved = await captureState(scene.sandbox);
        scene.sandbox.faults.reset();
        succeeds(await final.destroy("--skip-preview"));
        assert.deepEqual(scene.sandbox.faults.writes(), [], "destroy writes nothing");
        assert.equal(inWords(compareStates(moved, await captureState(scene.sandbox))), "");
    });

    it("an upgrade is one UpdateAddon that preserves what others set; a failed one returns, and works once the cause is gone", async () => {
        const scene = await fresh({ args: { ...QUICK, addonVersion: V13 } });
        const { sandbox } = scene;
        const { eks } = awsClients(sandbox);
        succeeds(await scene.pulumi.up("--skip-preview"));
        assert.equal((await addon(eks))?.addonVersion, V13);
        const alb = await addonAlb(sandbox);
        await requestJson(sandbox, "PATCH", alb, { spec: { replicas: 3 } });

        const newer = scene.with({ ...QUICK, addonVersion: V14 });
        sandbox.faults.reset();
        succeeds(await newer.up("--skip-preview"));
        assert.deepEqual(await versions(eks, newer), { addon: V14, output: V14, status: "ACTIVE" });
        assert.equal(updates(sandbox.faults.writes()), 1);
        assert.equal(await replicas(sandbox, alb), 3, "PRESERVE keeps what somebody set");

        const newest = scene.with({ ...QUICK, addonVersion: V15 });
        await sandbox.aws.scriptAddon(ADDON, {
            updateOutcome: "UPDATE_FAILED",
            issues: [{ code: "AdmissionRequestDenied", message: "denied by the policy of the platform" }],
        });
        // The undo works: only the update forward meets the cause.
        let asked = 0;
        sandbox.faults.arm({
            action: "delay",
            milliseconds: 1,
            match: ({ what }) => /eks:UpdateAddon/.test(what) && ++asked === 2,
            onHit: () => sandbox.aws.clearScripts(),
        });
        const told = fails(await newest.up("--skip-preview"));
        assert.match(told, /HP223/);
        assert.match(told, new RegExp(`the update to ${V15} failed; ${V14} and its settings are back`));
        assert.match(told, /AdmissionRequestDenied/);
        assert.deepEqual(await versions(eks, newest), { addon: V14, output: V14, status: "ACTIVE" });

        succeeds(await newest.up("--skip-preview"));
        assert.deepEqual(await versions(eks, newest), { addon: V15, output: V15, status: "ACTIVE" });
        succeeds(await newest.destroy("--skip-preview"));
        assert.equal(await differencesFromStart(scene), "");
    });

    it("an add-on deleted by hand shows in refresh, and the next up repairs it", async () => {
        const scene = await fresh({ args: QUICK });
        const { sandbox, pulumi } = scene;
        const { eks } = awsClients(sandbox);
        succeeds(await pulumi.up("--skip-preview"));
        await eks.send(new DeleteAddonCommand({ clusterName: "demo", addonName: ADDON, preserve: true }));
        await until("the add-on to go", 120_000, async () => (await addon(eks)) === undefined);
        succeeds(await pulumi.refresh());
        assert.deepEqual((await migrationIn(pulumi))?.drift, ["the add-on is gone"]);
        succeeds(await pulumi.up("--skip-preview"));
        const repaired = await migrationIn(pulumi);
        assert.deepEqual([repaired?.phase, repaired?.drift], ["Moved", []]);
        assert.equal((await addon(eks))?.status, "ACTIVE");
        succeeds(await pulumi.destroy("--skip-preview"));
        assert.equal(await differencesFromStart(scene), "");
    });
});

async function progressOf(pulumi: Pulumi): Promise<{ phase: unknown; nextStep: unknown }> {
    const outputs = await migrationIn(pulumi);
    return { phase: outputs?.phase, nextStep: outputs?.nextStep };
}

/** Undefined when it is not there. */
async function addon(eks: EKSClient) {
    try {
        return (await eks.send(new DescribeAddonCommand({ clusterName: "demo", addonName: ADDON }))).addon;
    } catch (error) {
        if ((error as Error).name === "ResourceNotFoundException") return undefined;
        throw error;
    }
}

async function versions(eks: EKSClient, pulumi: Pulumi) {
    const now = await addon(eks);
    return {
        addon: now?.addonVersion,
        output: (await migrationIn(pulumi))?.addonVersion,
        status: now?.status,
    };
}

function updates(writes: readonly { what: string }[]): number {
    return writes.filter(({ what }) => /eks:UpdateAddon/.test(what)).length;
}

type Server = Parameters<typeof requestJson>[0];

const ADDON_DEPLOYMENTS = "/apis/apps/v1/namespaces/hyperpod-inference-system/deployments";

async function addonAlb(server: Server): Promise<string> {
    const { items } = (await requestJson(server, "GET", ADDON_DEPLOYMENTS)) as {
        items: { metadata: { name: string } }[];
    };
    const { name } = items.find(({ metadata }) => /alb/.test(metadata.name))?.metadata ?? {};
    assert.ok(name !== undefined, "the add-on brings a load balancer controller");
    return `${ADDON_DEPLOYMENTS}/${name}`;
}

async function replicas(server: Server, path: string): Promise<number> {
    return ((await requestJson(server, "GET", path)) as { spec: { replicas: number } }).spec.replicas;
}
