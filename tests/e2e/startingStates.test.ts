// Installations as they are found in the field: each is moved and undone with an empty comparison, or refused with its code.
// STARTING_STATES=n runs a seeded n of those that need a cluster of their own (30 s and more each), STARTING_STATES=all all of them.
import assert from "node:assert/strict";
import { CreateAddonCommand } from "@aws-sdk/client-eks";
import { captureState, compareIdentities } from "../../sandbox/compare";
import {
    addForeignManagers,
    type ContentOptions,
    demoContent,
    helm,
    inexpressibleValues,
    setReleaseStatus,
} from "../../sandbox/content";
import { awsClients } from "../../sandbox/content/awsClients";
import type { Sandbox } from "../../sandbox/sandbox";
import { sample } from "../faults/matrix";
import "./hooks";
import { ADDON, DEMO_RELEASE, fails, migrationIn, succeeds } from "./runs";
import { differencesFromStart, fresh, inWords } from "./stage";

interface State {
    readonly name: string;
    /** A cluster of its own, installed so; absent when the demo's serves. */
    readonly content?: ContentOptions;
    readonly change?: (sandbox: Sandbox) => Promise<unknown>;
    readonly args?: Record<string, unknown>;
    /** Code of the refusal; absent when it moves. */
    readonly refused?: RegExp;
}

const OWN_CLUSTER: readonly State[] = [
    { name: "umbrella chart", content: { helm: { umbrella: true } } },
    { name: "another namespace", content: { helm: { namespace: "ml-operators" } } },
    { name: "one revision", content: { helm: { revisions: 1 } } },
    { name: "no user values", content: { helm: { bakedValues: true } } },
    {
        name: "role names with paths",
        content: {
            helm: { roles: { paths: { alb: "/net/", keda: "/obs/keda/", s3Csi: "/csi/", fsxCsi: "/csi/" } } },
        },
    },
    { name: "TLS bucket outside hyperpod-tls", content: { helm: { tlsBucket: "acme-tls-main" } } },
    { name: "ALB controller and KEDA of others", content: { helm: { external: ["alb", "keda"] } } },
    {
        name: "cert-manager and CSI drivers of others",
        content: { helm: { external: ["cert-manager", "s3", "fsx"] } },
    },
    { name: "replicas set by hand", content: { helm: { albReplicas: 5 } } },
    { name: "models written through v1alpha1", content: { models: { jumpStartVersion: "v1alpha1" } } },
    { name: "S3 object with ten tags", content: { models: { objectTags: 10 } }, refused: /HP133/ },
    {
        name: "settings the add-on cannot express",
        content: { helm: { values: inexpressibleValues } },
        refused: /HP120/,
    },
];

const DEMO_CLUSTER: readonly State[] = [
    { name: "foreign field managers", change: (sandbox) => addForeignManagers(sandbox, DEMO_RELEASE) },
    {
        name: "release pending",
        change: (sandbox) => setReleaseStatus(sandbox, DEMO_RELEASE, "pending-upgrade"),
        refused: /HP111/,
    },
    {
        name: "release failed",
        change: (sandbox) => setReleaseStatus(sandbox, DEMO_RELEASE, "failed"),
        refused: /HP111/,
    },
    {
        name: "the add-on is there already",
        change: (sandbox) => createAddon(sandbox),
        refused: /HP124/,
    },
];

const COUNT =
    process.env.STARTING_STATES === "all" ? OWN_CLUSTER.length : Number(process.env.STARTING_STATES ?? 1);
const SEED = Number(process.env.FAULT_SEED ?? 20261121);

describe("starting states", function () {
    this.timeout(900_000);

    for (const { name, content, change, args, refused } of [
        ...DEMO_CLUSTER,
        ...sample(OWN_CLUSTER, COUNT, SEED),
    ]) {
        it(`${name}: ${refused === undefined ? "moved and undone" : `refused with ${refused.source}`}`, async () => {
            const scene = await fresh({
                args: { clusterName: "demo", ...args },
                ...(content === undefined ? {} : { content: ownCluster(name, content) }),
                ...(change === undefined ? {} : { change }),
            });
            const { sandbox, start, pulumi } = scene;
            if (refused !== undefined) {
                const text = fails(await pulumi.up());
                assert.match(text, refused);
                assert.match(text, /next: /);
                assert.deepEqual(sandbox.faults.writes(), [], "nothing was written");
                return;
            }
            succeeds(await pulumi.up("--skip-preview"));
            assert.equal((await migrationIn(pulumi))?.phase, "Moved");
            assert.equal(inWords(compareIdentities(start, await captureState(sandbox))), "");
            assert.equal((await helm(sandbox, ["list", "-A", "--all", "-q"])).includes("hyperpod-"), false);
            succeeds(await pulumi.destroy("--skip-preview"));
            assert.equal(await differencesFromStart(scene), "");
        });
    }
});

function ownCluster(name: string, options: ContentOptions) {
    return {
        name: `e2e-${name.replace(/[^a-z0-9]+/gi, "-")}`,
        prepare: (sandbox: Sandbox) => demoContent(sandbox, options),
    };
}

/** As somebody tried by hand before. */
function createAddon(sandbox: Sandbox): Promise<unknown> {
    const role = (name: string) => `arn:aws:iam::${sandbox.accountId}:role/${name}`;
    return awsClients(sandbox).eks.send(
        new CreateAddonCommand({
            clusterName: sandbox.clusterName,
            addonName: ADDON,
            addonVersion: "v1.3.0-eksbuild.1",
            resolveConflicts: "NONE",
            configurationValues: JSON.stringify({
                executionRoleArn: role("SageMakerHyperPodInference-by-hand"),
                tlsCertificateS3Bucket: "hyperpod-tls-demo-5a6d8c1f",
                hyperpodClusterArn: `arn:aws:sagemaker:${sandbox.region}:${sandbox.accountId}:cluster/abcdefghijkl`,
                alb: {
                    enabled: true,
                    serviceAccount: { create: true, roleArn: role("demo-alb-controller") },
                },
                keda: {
                    enabled: true,
                    auth: { aws: { irsa: { enabled: true, roleArn: role("demo-keda-operator") } } },
                },
            }),
        }),
    );
}
