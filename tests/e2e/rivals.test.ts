// Others are at work at the same time, as real processes and real add-ons: a mover that was stopped for longer than its lease, another EKS add-on, and a kubeconfig of a neighbour; with them the two copies of the journal.
import assert from "node:assert/strict";
import { CreateAddonCommand, CreateClusterCommand, DescribeAddonCommand } from "@aws-sdk/client-eks";
import { captureState, compareStates, type Difference } from "../../sandbox/compare";
import { awsClients } from "../../sandbox/content/awsClients";
import { ClusterObjects } from "../../sandbox/content/clusterObjects";
import type { LedgerEntry } from "../../sandbox/faults/proxy";
import type { Sandbox } from "../../sandbox/sandbox";
import { type Golden, goldenMove } from "../faults/golden";
import "./hooks";
import { damageJournalOfCluster, damageJournalOfState } from "./journalCopies";
import { ADDON, fails, QUICK, succeeds } from "./runs";
import { differencesBetweenMoves, differencesFromStart, fresh, inWords, until } from "./stage";

const AGENT = "eks-pod-identity-agent";
const CREATE = new RegExp(`^eks:CreateAddon ${ADDON}$`);
const SCALE = /^patch deployments\/kube-system\/hyperpod-inference-operator-alb$/;
/** A mover that has lost its lock sees it at its next write. */
const AWAKE_MS = 60_000;

describe("rivals of a move", function () {
    this.timeout(600_000);

    for (const [at, what, second] of [
        ["CreateAddon", CREATE, "destroy"],
        ["the scale-down", SCALE, "up"],
    ] as const)
        it(`a mover stopped at ${at} for longer than its lease: another one takes over with ${second}, and the first one wakes up and writes nothing`, async () => {
            const golden: Golden | undefined = second === "up" ? await goldenMove(QUICK) : undefined;
            const scene = await fresh({ args: QUICK });
            const { sandbox, pulumi } = scene;
            const first = pulumi.start("up", "--yes", "--skip-preview");
            const signalAll = (signal: NodeJS.Signals) => {
                first.kill(signal);
                first.killProviders(signal);
            };
            try {
                let isStopped = false;
                sandbox.faults.arm({
                    action: "hang",
                    match: (write) => what.test(write.what),
                    onHit: () => {
                        signalAll("SIGSTOP");
                        isStopped = true;
                    },
                });
                await until("the write to stop at", 240_000, () => isStopped);
                await pulumi.cancel();
                succeeds(await scene.with(QUICK)[second]("--skip-preview"));
                const isRight = async () =>
                    golden === undefined
                        ? differencesFromStart(scene)
                        : inWords(differencesBetweenMoves(golden.state, await captureState(sandbox)));
                assert.equal(await isRight(), "", `after ${second}`);
                const wokenAt = Date.now();
                // Its connection breaks, as that of a laptop whose lid was closed.
                sandbox.faults.disarm();
                signalAll("SIGCONT");
                const end = setTimeout(() => first.kill("SIGKILL"), AWAKE_MS);
                const run = await first.finished;
                clearTimeout(end);
                assert.match(fails(run), /another mover took the lock.*\[HP\d+\]/);
                const written = sandbox.faults.writes().filter(({ time }) => time >= wokenAt);
                assert.deepEqual(written.map(inText), [], "written after it woke up");
                assert.equal(await isRight(), "", "after it woke up");
            } finally {
                signalAll("SIGCONT");
                first.kill("SIGKILL");
                first.killLeftovers();
            }
        });

    it("another EKS add-on, made while the move waits for its own, has all it needs after destroy; that changes nothing while both copies of the journal are damaged, and needs one only", async () => {
        const scene = await fresh({ args: QUICK });
        const { sandbox, pulumi } = scene;
        const { eks } = awsClients(sandbox);
        const asked = { clusterName: sandbox.clusterName, addonName: AGENT };
        let made: Promise<unknown> | undefined;
        await sandbox.aws.scriptAddon(ADDON, { minimumCreatingSeconds: 8 });
        sandbox.faults.arm({
            action: "delay",
            milliseconds: 1,
            match: (write) => CREATE.test(write.what),
            onHit: () => {
                made = eks.send(new CreateAddonCommand({ ...asked, resolveConflicts: "OVERWRITE" }));
            },
        });
        succeeds(await pulumi.up("--skip-preview"));
        assert.ok(made !== undefined, "the other add-on was never made");
        await made;
        const status = async () => (await eks.send(new DescribeAddonCommand(asked))).addon?.status;
        await until("the other add-on", 90_000, async () => (await status()) === "ACTIVE");
        const before = await agentIn(sandbox);
        assert.equal(before.length, 1, `the agent brought ${before}`);

        await damageJournalOfState(pulumi);
        const repairJournal = await damageJournalOfCluster(sandbox);
        sandbox.faults.reset();
        assert.match(fails(await pulumi.destroy("--skip-preview")), /\[HP201\].*nothing was changed/s);
        assert.deepEqual(sandbox.faults.writes(), []);
        await repairJournal();

        succeeds(await pulumi.destroy("--skip-preview"));
        assert.deepEqual(await agentIn(sandbox), before);
        assert.equal(await status(), "ACTIVE");
        const isAgents = ({ key }: Difference) => key.includes("pod-identity");
        const others = compareStates(scene.start, await captureState(sandbox), { ignore: isAgents });
        assert.equal(inWords(others), "", "beside it everything is as it was");
    });

    it("a kubeconfig of one cluster with the name of another is refused before anything is read or written", async () => {
        const scene = await fresh({
            args: QUICK,
            change: async (sandbox) => {
                const roleArn = `arn:aws:iam::${sandbox.accountId}:role/eks`;
                await awsClients(sandbox).eks.send(
                    new CreateClusterCommand({ name: "other", roleArn, resourcesVpcConfig: {} }),
                );
            },
        });
        const { sandbox } = scene;
        const wrong = scene.with({
            ...QUICK,
            clusterName: "other",
            kubeconfig: sandbox.env.KUBECONFIG,
        });
        for (const command of ["preview", "up"] as const) {
            const told = fails(await wrong[command](...(command === "up" ? ["--skip-preview"] : [])));
            assert.match(told, /the kubeconfig leads to another cluster than clusterName.*\[HP101\]/);
            assert.match(told, /cluster\/other issues tokens as/);
        }
        assert.deepEqual(sandbox.faults.writes(), []);
        const read = sandbox.faults.readRequests().filter(({ side }) => side === "kubernetes");
        assert.deepEqual(
            [...new Set(read.map(({ what }) => what))],
            ["get /.well-known/openid-configuration"],
        );
        succeeds(await wrong.destroy("--skip-preview"));
        assert.equal(await differencesFromStart(scene), "");
    });
});

function inText({ what, status }: LedgerEntry): string {
    return `${what} ${status}`;
}

/** The DaemonSet that the other add-on brought, with its UID. */
async function agentIn(sandbox: Sandbox): Promise<string[]> {
    const objects = new ClusterObjects(sandbox);
    try {
        return (await objects.list("apps/v1", "DaemonSet"))
            .filter(({ metadata }) => metadata.name.includes("pod-identity"))
            .map(({ metadata }) => `${metadata.namespace}/${metadata.name} ${metadata.uid}`);
    } finally {
        objects.close();
    }
}
