// Installations as they are found in the field: each is moved and undone with an empty comparison, or refused with its code.
// STARTING_STATES=n runs a seeded n of those that need a cluster of their own (30 s and more each), STARTING_STATES=all all of them.
import assert from "node:assert/strict";
import {
    captureState,
    compareIdentities,
    compareStates,
    type Difference,
    type State as Snapshot,
} from "../../sandbox/compare";
import {
    addForeignManagers,
    type ContentOptions,
    demoContent,
    helm,
    inexpressibleValues,
    setReleaseStatus,
} from "../../sandbox/content";
import { operatorChart } from "../../sandbox/content/helmCommand";
import type { Sandbox } from "../../sandbox/sandbox";
import { ensureHelm4 } from "../../sandbox/tools/tools";
import { sample } from "../faults/matrix";
import "./hooks";
import { addStandingAddon, type ExistingAddon } from "./existingAddon";
import { ADDON, DEMO_RELEASE, fails, migrationIn, RELEASE, succeeds } from "./runs";
import { fresh, inWords } from "./stage";

interface State {
    readonly name: string;
    /** A cluster of its own, installed so; absent when the demo's serves. */
    readonly content?: ContentOptions;
    readonly helm4?: true;
    readonly change?: (sandbox: Sandbox) => Promise<unknown>;
    readonly args?: Record<string, unknown>;
    /** Code of the refusal; absent when it moves. */
    readonly refused?: RegExp;
    /** What the undo cannot bring again, documented in docs/undo.md. */
    readonly stays?: (difference: Difference) => boolean;
}

const isAddon = ({ key }: Difference) => key.startsWith("eks:Addon ") && key.endsWith(`/${ADDON}`);
/** EKS itself judges the health of an add-on. */
const isHealth = (difference: Difference) => isAddon(difference) && /^(status|health)/.test(difference.path);
const standing = (addon: ExistingAddon) => (sandbox: Sandbox) => addStandingAddon(sandbox, addon);

const OWN_CLUSTER: readonly State[] = [
    { name: "umbrella chart", content: { helm: { umbrella: true } } },
    { name: "another namespace", content: { helm: { namespace: "ml-operators" } } },
    { name: "one revision", content: { helm: { revisions: 1 } } },
    { name: "five revisions", content: { helm: { revisions: 5 } } },
    { name: "Helm 4", helm4: true, content: {} },
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
    { name: "models written through v1 and v1alpha1", content: { models: { jumpStartVersion: "v1alpha1" } } },
    { name: "S3 object with ten tags", content: { models: { objectTags: 10 } }, refused: /HP133/ },
    {
        name: "settings the add-on cannot express",
        content: { helm: { values: inexpressibleValues } },
        refused: /HP120/,
    },
];

const DEMO_CLUSTER: readonly State[] = [
    { name: "three revisions, an S3 object with nine tags" },
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
    { name: "add-on ACTIVE, Helm's controllers stopped", change: standing({ status: "ACTIVE" }) },
    {
        name: "add-on ACTIVE in a newer version",
        change: standing({ status: "ACTIVE", version: "v1.4.0-eksbuild.1" }),
    },
    {
        name: "add-on ACTIVE beside Helm's controllers",
        change: standing({ status: "ACTIVE", besideHelm: true }),
        refused: /HP124/,
    },
    { name: "add-on DEGRADED", change: standing({ status: "DEGRADED" }), stays: isHealth },
    {
        name: "add-on CREATE_FAILED over Helm's objects",
        change: standing({ status: "CREATE_FAILED" }),
        stays: isAddon,
    },
    {
        name: "add-on CREATE_FAILED for conflicts",
        change: standing({ status: "CREATE_FAILED", resolveConflicts: "NONE", besideHelm: true }),
        stays: isAddon,
    },
    { name: "add-on CREATING", change: standing({ status: "CREATING" }), refused: /HP124/ },
];

const COUNT =
    process.env.STARTING_STATES === "all" ? OWN_CLUSTER.length : Number(process.env.STARTING_STATES ?? 1);
const SEED = Number(process.env.FAULT_SEED ?? 20261121);

describe("starting states", function () {
    this.timeout(900_000);

    for (const state of [...DEMO_CLUSTER, ...sample(OWN_CLUSTER, COUNT, SEED)]) {
        const { name, refused } = state;
        it(`${name}: ${refused === undefined ? "moved and undone" : `refused with ${refused.source}`}`, async () => {
            const { sandbox, start, pulumi } = await sceneOf(state);
            if (refused !== undefined) {
                const text = fails(await pulumi.up());
                assert.match(text, refused);
                assert.match(text, /next: /);
                assert.deepEqual(sandbox.faults.writes(), [], "nothing was written");
                return;
            }
            succeeds(await pulumi.up("--skip-preview"));
            assert.equal((await migrationIn(pulumi))?.phase, "Moved");
            const moved = await captureState(sandbox);
            assert.equal(inWords(compareIdentities(start, moved)), "");
            assert.deepEqual(shopIn(moved), shopIn(start), "nothing of the shop was touched");
            assert.equal((await helm(sandbox, ["list", "-A", "--all", "-q"])).includes("hyperpod-"), false);
            succeeds(await pulumi.destroy("--skip-preview"));
            const ignore = state.stays ?? (() => false);
            assert.equal(inWords(compareStates(start, await captureState(sandbox), { ignore })), "");
            assert.match(await helm(sandbox, ["list", "-A", "-q"]), /^hyperpod-/m);
            if (state.helm4) await upgradesWithoutConflict(sandbox);
        });
    }
});

async function sceneOf({ name, content, helm4, change, args }: State) {
    const binary = helm4 && { binary: await ensureHelm4(console.log) };
    return fresh({
        args: { clusterName: "demo", ...args },
        ...(content === undefined
            ? {}
            : { content: ownCluster(name, { ...content, helm: { ...content.helm, ...binary } }) }),
        ...(change === undefined ? {} : { change }),
    });
}

/** Helm 4 applies on the server: a field that still belonged to EKS would be a conflict. */
async function upgradesWithoutConflict(sandbox: Sandbox): Promise<void> {
    const helm4 = await ensureHelm4(console.log);
    const upgrade = [
        "upgrade",
        RELEASE,
        operatorChart,
        "-n",
        "kube-system",
        "--reuse-values",
        "--server-side=true",
    ];
    await helm(sandbox, upgrade, helm4);
}

/** The load balancer behind the ingress `public-alb-shop` and its certificate, with their tags. */
function shopIn({ aws }: Snapshot): [string, unknown][] {
    const shop = Object.entries(aws).filter(([, content]) =>
        JSON.stringify(content).includes("shop-terraform"),
    );
    assert.ok(shop.length >= 2, "the shop is there");
    return shop;
}

function ownCluster(name: string, options: ContentOptions) {
    return {
        name: `e2e-${name.replace(/[^a-z0-9]+/gi, "-")}`,
        prepare: (sandbox: Sandbox) => demoContent(sandbox, options),
    };
}
