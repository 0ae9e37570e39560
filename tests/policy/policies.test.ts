// Each policy by itself: what it must fail, and what it must let pass.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import path from "node:path";
import Ajv from "ajv";
import { OPERATOR_ADDON } from "../../common/operatorNames";
import { ownerTagKey } from "../../components/ownerTag";
import { policies } from "../../policy/policies";
import { PLACE } from "../../policy/policies/oneMovePerCluster";
import {
    OPERATOR_ADDON as ADDON_OF_POLICIES,
    COMPONENTS,
    MOVES,
    OWNER_TAG,
} from "../../policy/policies/subjects";
import { titled, wrapLine } from "../../provider/plan/previewLine";
import { droppedNote } from "../../provider/plan/settings";
import { CONNECTION_INPUTS } from "../../provider/pulumi/inputs";
import { dynamicType, pluginType, pluginTypeOf } from "../../provider/pulumi/packageHome";
import { MemoryStack } from "../provider/memoryStack";
import { MemoryWorld } from "../provider/memoryWorld";
import { ADDON, COMPONENT, type Given, judge, MOVE, saidBy, UNKNOWN } from "./judge";

const PLUGIN_MOVE = "hyperpod-inference:index:Move";
const AROUND_MOVE = "hyperpod-inference:index:HelmToAddonMigration";
const FORMER_COMPONENT = "pulumi-hyperpod-inference:index:HyperPodInferenceAddon";
const arn = "arn:aws:eks:us-west-2:123456789012:cluster/demo";

const move = (props: Record<string, unknown>, more: Partial<Given> = {}): Given => ({
    type: MOVE,
    name: "move",
    props: { clusterName: "demo", ...props },
    ...more,
});
const component = (props: Record<string, unknown>): Given => ({
    type: COMPONENT,
    name: "inference",
    props: { clusterName: "demo", ...props },
});
const addon = (props: Record<string, unknown>, more: Partial<Given> = {}): Given => ({
    type: ADDON,
    props: { addonName: OPERATOR_ADDON, ...props },
    ...more,
});

/** The bucket that the component makes, with what keeps it closed. */
function bucket(
    changes: { encryption?: object | null; block?: object | null; parentTypes?: string[] } = {},
): Given[] {
    const { parentTypes = [COMPONENT] } = changes;
    const wired = { bucket: ["tls"] };
    const rules = [{ applyServerSideEncryptionByDefault: { sseAlgorithm: "AES256" } }];
    const closed = {
        blockPublicAcls: true,
        blockPublicPolicy: true,
        ignorePublicAcls: true,
        restrictPublicBuckets: true,
    };
    const part = (kind: string, name: string, props: object | null | undefined): Given[] =>
        props === null
            ? []
            : [
                  {
                      type: `aws:s3/${kind}`,
                      name,
                      props: { bucket: UNKNOWN, ...props },
                      wired,
                      parentTypes,
                  },
              ];
    return [
        { type: "aws:s3/bucket:Bucket", name: "tls", props: { tags: UNKNOWN }, parentTypes },
        ...part(
            "bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration",
            "encryption",
            changes.encryption === null ? null : { rules, ...changes.encryption },
        ),
        ...part(
            "bucketPublicAccessBlock:BucketPublicAccessBlock",
            "block",
            changes.block === null ? null : { ...closed, ...changes.block },
        ),
    ];
}

interface Case {
    readonly what: string;
    readonly given: readonly Given[];
    readonly configuration?: object;
}

const CASES: Record<string, { fails: Case[]; passes: Case[] }> = {
    "commit-needs-approval": {
        fails: [
            { what: "a commit that nobody approved", given: [move({ commit: true })] },
            { what: "one of the plugin", given: [{ ...move({ commit: true }), type: PLUGIN_MOVE }] },
            {
                what: "a commit where another cluster is approved",
                given: [move({ commit: true })],
                configuration: { approvedClusters: ["other"] },
            },
            {
                what: "a cluster that a preview does not know yet",
                given: [move({ commit: true, clusterName: UNKNOWN })],
            },
        ],
        passes: [
            { what: "a move without commit", given: [move({}), move({ commit: false })] },
            {
                what: "a commit on an approved cluster",
                given: [move({ commit: true })],
                configuration: { approvedClusters: ["demo"] },
            },
            {
                what: "commit of another resource",
                given: [{ ...move({ commit: true }), type: "git:Commit" }],
            },
        ],
    },
    "move-is-protected": {
        fails: [
            { what: "a move without protection", given: [move({})] },
            { what: "one of the plugin", given: [{ ...move({}), type: PLUGIN_MOVE }] },
        ],
        passes: [
            { what: "a protected move", given: [move({}, { protect: true })] },
            { what: "a committed move", given: [move({ commit: true })] },
            { what: "a move that goes back", given: [move({ desiredOwner: "Helm" })] },
        ],
    },
    "version-is-pinned": {
        fails: [
            { what: "a move without a version", given: [move({})] },
            { what: "a component without one", given: [component({})] },
            {
                what: "a component under its former name",
                given: [{ ...component({}), type: FORMER_COMPONENT }],
            },
            { what: "an add-on made by hand", given: [addon({})] },
        ],
        passes: [
            { what: "versions", given: [move({ addonVersion: "v1" }), component({ addonVersion: "v1" })] },
            { what: "what the component makes", given: [move({}, { parentTypes: [COMPONENT] })] },
            { what: "another add-on", given: [addon({ addonName: "cert-manager" })] },
        ],
    },
    "no-overwrite-on-update": {
        fails: [
            {
                what: "OVERWRITE on update",
                given: [addon({ resolveConflictsOnUpdate: "OVERWRITE" }, { parentTypes: [COMPONENT] })],
            },
            { what: "the one property of old", given: [addon({ resolveConflicts: "OVERWRITE" })] },
        ],
        passes: [
            { what: "PRESERVE", given: [addon({ resolveConflictsOnUpdate: "PRESERVE" })] },
            {
                what: "OVERWRITE on create",
                given: [addon({ resolveConflictsOnCreate: "OVERWRITE", resolveConflictsOnUpdate: "NONE" })],
            },
            {
                what: "another add-on",
                given: [addon({ addonName: "cert-manager", resolveConflictsOnUpdate: "OVERWRITE" })],
            },
        ],
    },
    "settings-are-not-dropped": {
        fails: [
            { what: "Drop", given: [move({ onUnsupportedSettings: "Drop" })] },
            {
                what: "losses as plans tell them",
                given: [["a.b"], ["a.b", "c"]].map((paths) =>
                    move({ plan: wrapLine(titled("note", droppedNote(paths, "cert-manager"))) }),
                ),
            },
            { what: "a loss of the operator's", given: [move({ plan: [droppedNote(["a.b"])] })] },
            {
                what: "a loss in the plan, over two lines",
                given: [
                    move({
                        plan: ["   note  the setting a.b of the release is", "      dropped: the add-on"],
                    }),
                ],
            },
        ],
        passes: [
            { what: "Refuse", given: [move({ onUnsupportedSettings: "Refuse", plan: ["1 lock"] })] },
            { what: "no plan yet", given: [move({})] },
        ],
    },
    "preserved-in-production": {
        fails: [
            { what: "a component that goes", given: [component({})] },
            { what: "one under its former name", given: [{ ...component({}), type: FORMER_COMPONENT }] },
            { what: "one that says so", given: [component({ preserveOnDelete: false })] },
        ],
        passes: [{ what: "a component that stays", given: [component({ preserveOnDelete: true })] }],
    },
    "tls-bucket-is-private": {
        fails: [
            { what: "no encryption", given: bucket({ encryption: null }) },
            { what: "encryption without rules", given: bucket({ encryption: { rules: [] } }) },
            {
                what: "S3's keys where KMS is asked for",
                given: bucket(),
                configuration: { requireKmsKey: true },
            },
            { what: "no public access block", given: bucket({ block: null }) },
            { what: "one switch off", given: bucket({ block: { restrictPublicBuckets: false } }) },
            {
                what: "a bucket with our tag, made elsewhere",
                given: [{ type: "aws:s3/bucketV2:BucketV2", props: { tags: { [OWNER_TAG]: "mine" } } }],
            },
            {
                what: "a block of another bucket",
                given: [
                    ...bucket({ block: null }),
                    ...bucket().map((one) => ({
                        ...one,
                        name: `other-${one.name}`,
                        wired: { bucket: ["other-tls"] },
                    })),
                ],
            },
        ],
        passes: [
            { what: "the component's own bucket", given: bucket() },
            {
                what: "a KMS key where it is asked for",
                given: bucket({
                    encryption: {
                        rules: [{ applyServerSideEncryptionByDefault: { sseAlgorithm: "aws:kms" } }],
                    },
                }),
                configuration: { requireKmsKey: true },
            },
            {
                what: "somebody else's bucket, its tags not known yet",
                given: [
                    { type: "aws:s3/bucket:Bucket", props: { tags: UNKNOWN } },
                    { type: "aws:s3/bucket:Bucket", props: { tags: { [OWNER_TAG]: UNKNOWN } } },
                    { type: "aws:s3/bucket:Bucket", props: {} },
                ],
            },
            {
                what: "parts that name the bucket in words",
                given: bucket().map(({ wired: _, ...one }) => ({
                    ...one,
                    props: { ...one.props, bucket: "hyperpod-tls-1", tags: {} },
                })),
            },
        ],
    },
    "model-buckets-are-named": {
        fails: [
            { what: "no bucket", given: [component({})] },
            { what: "an empty list", given: [component({ modelBucketArns: [] })] },
            { what: "all buckets", given: [component({ modelBucketArns: ["arn:aws:s3:::*"] })] },
        ],
        passes: [
            { what: "a bucket", given: [component({ modelBucketArns: ["arn:aws:s3:::models"] })] },
            { what: "a role that was given", given: [component({ s3CsiRoleArn: "arn" })] },
            { what: "a driver of somebody else", given: [component({ s3Csi: { mode: "Present" } })] },
        ],
    },
    "one-move-per-cluster": {
        fails: [
            { what: "two moves", given: [move({}), move({}, { name: "again" })] },
            {
                what: "one that has begun, and a new one",
                given: [
                    move({ clusterName: undefined, clusterArn: arn, inputs: { clusterName: "demo" } }),
                    move({}),
                ],
            },
            {
                what: "two that came by different ways",
                given: [move({ profile: "a", clusterArn: arn }), move({ profile: "b", clusterArn: arn })],
            },
            {
                what: "one of each home",
                given: [move({}), { ...move({}), type: PLUGIN_MOVE }],
            },
        ],
        passes: [
            { what: "two clusters", given: [move({}), move({ clusterName: "other" })] },
            {
                what: "the plugin's move and the component around it",
                given: [
                    { ...move({}), type: AROUND_MOVE },
                    { ...move({}, { parentTypes: [AROUND_MOVE] }), type: PLUGIN_MOVE },
                ],
            },
            { what: "one name in two Regions", given: [move({ region: "a" }), move({ region: "b" })] },
            {
                what: "one name in two accounts",
                given: [
                    move({ clusterArn: arn }),
                    move({ clusterArn: arn.replace("123456789012", "210987654321") }),
                ],
            },
            {
                what: "clusters that a preview does not know yet",
                given: [move({ clusterName: UNKNOWN }), move({ clusterName: UNKNOWN })],
            },
        ],
    },
};

describe("the policies", () => {
    it("are all tried here", () => {
        assert.deepEqual(
            policies.map(({ name }) => name),
            Object.keys(CASES).sort((one, other) => order(one) - order(other)),
        );
    });

    for (const [policy, { fails, passes }] of Object.entries(CASES))
        describe(policy, () => {
            for (const { what, given, configuration } of fails)
                it(`fails ${what}`, async () => {
                    assert.notDeepEqual(await saidBy(policy, given, configuration), []);
                });
            for (const { what, given, configuration } of passes)
                it(`lets pass ${what}`, async () => {
                    assert.deepEqual(await saidBy(policy, given, configuration), []);
                });
        });

    it("say what to do next", async () => {
        const everything = Object.values(CASES).flatMap(({ fails }) =>
            fails.map(({ given, configuration }) => ({ given, configuration })),
        );
        for (const { given } of everything)
            for (const { message } of await judge(given))
                assert.match(message, / Next: [^.]+\.$|can't be known during preview$/);
    });

    it("know the names that the package has", () => {
        assert.equal(ADDON_OF_POLICIES, OPERATOR_ADDON);
        assert.equal(OWNER_TAG, ownerTagKey);
        assert.deepEqual(PLACE, CONNECTION_INPUTS);
        const kind = "HelmToAddonMigration";
        assert.deepEqual([...MOVES], [dynamicType(kind), pluginTypeOf(kind)]);
        assert.ok(COMPONENTS.has(pluginType("HyperPodInferenceAddon")));
    });

    it("see a loss in the plan as the move writes it, and say no value", async () => {
        const world = new MemoryWorld({ values: { operator: { extraArgs: ["--token=hunter2hunter2"] } } });
        const stack = new MemoryStack(world, { clusterName: "demo", onUnsupportedSettings: "Drop" });
        assert.equal((await stack.up()).kind, "done");
        const { plan } = stack.resource?.outputs ?? {};
        const said = await saidBy("settings-are-not-dropped", [move({ plan })]);
        assert.equal(said.length, 1);
        assert.doesNotMatch(said.join(), /extraArgs|hunter2/);
    });

    it("are quiet about a move as it should be, with all that a real one has", async () => {
        const stack = new MemoryStack(new MemoryWorld({}), { clusterName: "demo" });
        assert.equal((await stack.up()).kind, "done");
        const { inputs = {}, outputs } = stack.resource ?? {};
        const pinned = move({ ...inputs, ...outputs, addonVersion: "v1.3.0-eksbuild.1" }, { protect: true });
        assert.deepEqual(await judge([pinned]), []);
    });

    it("put no value into words, whichever property holds it", async () => {
        const planted = "hunter2hunter2";
        const names = ["clusterName", "region", "kubeconfig", "access", "plan", "profile", "modelBucketArns"];
        const props = Object.fromEntries(names.map((name) => [name, planted]));
        const given = [
            move({ ...props, commit: true, onUnsupportedSettings: "Drop" }),
            move({ ...props, plan: [`the setting ${planted} is dropped: the add-on`] }),
            component({ ...props, tags: { secret: planted } }),
            addon({ resolveConflictsOnUpdate: "OVERWRITE", configurationValues: planted }),
            ...bucket({ encryption: null, block: null }),
        ];
        const findings = await judge(given);
        assert.deepEqual(
            new Set(findings.map(({ policy }) => policy)),
            new Set(policies.map(({ name }) => name)),
        );
        assert.deepEqual(
            findings.filter(({ message }) => message.includes(planted)),
            [],
        );
    });

    it("have a configuration that says its defaults, and the levels of the README", () => {
        const readme = readFileSync(path.join(__dirname, "../../policy/README.md"), "utf8");
        const production = JSON.parse(
            readFileSync(path.join(__dirname, "../../policy/production.json"), "utf8"),
        ) as Record<string, string>;
        for (const { name, enforcementLevel, configSchema } of policies) {
            const row = new RegExp(`^\\| \`${name}\` \\| (\\w+) \\| (\\w+) \\|`, "m").exec(readme);
            const inProduction = production[name] ?? enforcementLevel;
            assert.deepEqual([row?.[1], row?.[2]], [enforcementLevel, inProduction], name);
            for (const [property, schema] of Object.entries(configSchema?.properties ?? {})) {
                assert.ok(readme.includes(`\`${property}\``), property);
                assert.ok(new Ajv().validate(schema, schema.default), property);
            }
        }
        const known: string[] = policies.map(({ name }) => name);
        assert.deepEqual(
            Object.keys(production).filter((name) => !known.includes(name)),
            [],
        );
    });
});

function order(name: string): number {
    return policies.findIndex((policy) => policy.name === name);
}
