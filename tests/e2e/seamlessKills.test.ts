// A move without a pause that is killed at a write of its own steps, on the real API server with leaders that are elected; the next command ends it, and nothing of the way is left. SEAMLESS_KILLS=n runs a seeded n of the table, SEAMLESS_KILLS=all all of it.
import assert from "node:assert/strict";
import type { LedgerEntry } from "../../sandbox/faults/proxy";
import type { Sandbox } from "../../sandbox/sandbox";
import { sample } from "../faults/matrix";
import "./hooks";
import { type Kill, killedRun } from "./kills";
import { ADDON, migrationIn, QUICK, readObject, succeeds } from "./runs";
import { differencesFromStart, fresh, until } from "./stage";

interface Case extends Omit<Kill, "at"> {
    readonly during: "up" | "destroy";
    readonly what: string;
    readonly at: RegExp;
    readonly next: "up" | "destroy";
}

const NEXT = "hyperpod-inference-system";
const CREATE = new RegExp(`^eks:CreateAddon ${ADDON}$`);
const KEDA = /^patch deployments\/kube-system\/keda-operator$/;

// biome-ignore format: a table
const CASES: readonly Case[] = [
    { during: "up", when: "killAfter", victim: "both", what: "a Service of the bridge", at: new RegExp(`^create services/${NEXT}/keda-operator$`), next: "up" },
    { during: "up", when: "killAfter", victim: "provider", what: "a Lease that is held", at: new RegExp(`^create leases/${NEXT}/operator.keda.sh$`), next: "destroy" },
    { during: "up", when: "killAfter", victim: "provider", what: "KEDA's shared certificate", at: /^patch secrets\/kube-system\/kedaorg-certs$/, next: "destroy" },
    { during: "up", when: "killAfter", victim: "both", what: "the redirected metrics API", at: /^patch apiservices\/v1beta1\.external\.metrics\.k8s\.io$/, next: "up" },
    { during: "up", when: "killAfter", victim: "both", what: "CreateAddon", at: CREATE, next: "destroy" },
    { during: "up", when: "killBefore", victim: "provider", what: "CreateAddon", at: CREATE, next: "up" },
    { during: "up", when: "killAfter", victim: "provider", what: "the end of Helm's KEDA", at: KEDA, next: "up" },
    { during: "up", when: "killAfter", victim: "both", what: "the end of Helm's KEDA", at: KEDA, next: "destroy" },
    { during: "destroy", when: "killAfter", victim: "provider", what: "the start of Helm's KEDA", at: KEDA, next: "destroy" },
    { during: "destroy", when: "killAfter", victim: "both", what: "the start of Helm's KEDA", at: KEDA, next: "up" },
];

const { SEAMLESS_KILLS: WANTED = "1", FAULT_SEED = "20261121" } = process.env;
const ARGS = { ...QUICK, allowAdmissionBypass: true };
const LEASES = [
    `${NEXT}/leases/e7d9c1a4.sagemaker.amazonaws.com`,
    "kube-system/leases/aws-load-balancer-controller-leader",
    "kube-system/leases/operator.keda.sh",
].map((place) => `/apis/coordination.k8s.io/v1/namespaces/${place}`);
const COLLECTIONS = [
    "/api/v1/services",
    "/api/v1/secrets",
    "/apis/discovery.k8s.io/v1/endpointslices",
    "/apis/coordination.k8s.io/v1/leases",
    "/apis/admissionregistration.k8s.io/v1/validatingwebhookconfigurations",
    "/apis/admissionregistration.k8s.io/v1/validatingadmissionpolicies",
    "/apis/admissionregistration.k8s.io/v1/validatingadmissionpolicybindings",
];

async function electLeaders(sandbox: Sandbox): Promise<void> {
    sandbox.nodes.electLeaders();
    await until("Helm's controllers to lead", 30_000, async () => {
        const leases = await Promise.all(LEASES.map((path) => readObject(sandbox, path)));
        return leases.every((one) => one !== undefined);
    });
}

/** What is there only for the way. */
async function leftOver(sandbox: Sandbox): Promise<string[]> {
    const label = "labelSelector=pulumi-hyperpod-inference%2Fhandover";
    const lists = await Promise.all(COLLECTIONS.map((path) => readObject(sandbox, `${path}?${label}`)));
    return lists.flatMap((list) =>
        (list as { items: { metadata: { name: string } }[] }).items.map(({ metadata }) => metadata.name),
    );
}

describe("a mover that is killed while controllers hand over", function () {
    this.timeout(600_000);

    for (const { at, during, what, next, ...kill } of sample(
        CASES,
        WANTED === "all" ? CASES.length : Number(WANTED),
        Number(FAULT_SEED),
    ))
        it(`${kill.victim} ${kill.when === "killBefore" ? "before" : "after"} ${what} of ${during}, then ${next}`, async () => {
            const scene = await fresh({ args: ARGS, change: electLeaders });
            const { sandbox, pulumi } = scene;
            if (during === "destroy") succeeds(await pulumi.up("--skip-preview"));
            await killedRun(scene, during, { ...kill, at: (write: LedgerEntry) => at.test(write.what) });
            // A stack whose state says that it moved learns from a refresh that the undo was begun.
            if (during === "destroy" && next === "up") succeeds(await pulumi.refresh());
            succeeds(await pulumi[next]("--skip-preview"));
            assert.deepEqual(sandbox.nodes.leadership().violations, []);
            assert.deepEqual(await leftOver(sandbox), []);
            if (next === "destroy") assert.equal(await differencesFromStart(scene), "");
            else {
                const steps = (await migrationIn(pulumi))?.steps ?? [];
                assert.ok(steps.some(({ name, state }) => name === "handOver" && state === "done"));
            }
        });
});
