// What AWS's script (helm_to_addon.sh) gets wrong about IAM: each case handled. The W numbers are the list in docs/weaknesses.md; more of them stand in identities.test.ts.
import assert from "node:assert/strict";
import { roleNameOf } from "../../provider/adapters/aws/identities";
import { isChanged, type RoleMemory, waitForRoles } from "../../provider/operations/roles/roles";
import { IdentityTreatment, type PlannedIdentity } from "../../provider/plan/plan";
import type { Role, World } from "../../provider/ports/world";
import { connectWith } from "./memory/connectWith";
import { EXECUTION_ROLE } from "./memory/content";
import { account, addonWith, workload } from "./memory/dependencyContent";
import { assertDone, assertSame, startOf, stateOf } from "./memory/expectations";
import { journalOf } from "./memory/journalOf";
import { HELM_TRUST, OIDC_PROVIDER, roleOf, withForeignName } from "./memory/roles";
import { MemoryStack } from "./memoryStack";

const trust = {
    namespace: "hyperpod-inference-system",
    name: "keda-operator",
    oidcProviderArn: OIDC_PROVIDER,
    sid: "Ours",
};

describe("IAM roles that AWS's script gets wrong", () => {
    it("W8: a role under a path is known by its last segment, and a missing one is named before anything is written", async () => {
        assert.equal(roleNameOf("arn:aws:iam::123456789012:role/team/path/MyRole"), "MyRole");
        const { world } = startOf();
        world.data.roles.delete(roleNameOf(EXECUTION_ROLE));
        const { message, mover } = await new MemoryStack(world).up();
        assert.match(
            message,
            /executionRoleArn: the execution role .* does not exist in this account \[HP138\]/,
        );
        assert.deepEqual(mover.writes, []);
    });

    it("W10: an old trust policy is not enough: IAM must show the new one twice in a row, or the step ends after a minute", async () => {
        const { world } = startOf();
        const identity: PlannedIdentity = {
            key: "keda",
            title: "KEDA's role",
            treatment: IdentityTreatment.Reused,
            roleArn: roleOf("hp-keda").arn,
            roleName: "hp-keda",
            trust,
        };
        const old = roleOf("hp-keda");
        const fresh = roleOf("hp-keda", {
            trustPolicy: HELM_TRUST.replace("kube-system", trust.namespace),
        });
        const looks = (roles: readonly (Role | undefined)[]) => {
            let look = 0;
            const readRole = async () => roles[Math.min(look++, roles.length - 1)];
            const seen = { world: { clock: world.clock, identities: { readRole } } as unknown as World };
            return { ...seen, count: () => look };
        };
        // One of IAM's places is ahead of the others.
        const late = looks([undefined, old, fresh, old, fresh, fresh]);
        await waitForRoles(late.world, [identity]);
        assert.equal(late.count(), 6);
        const never = looks([old]);
        const before = world.data.now;
        await assert.rejects(
            waitForRoles(never.world, [identity]),
            /does not show the changes of hp-keda.*HP241/s,
        );
        assert.equal(world.data.now - before, 60_000);
    });

    it("W10: only roles that this move changes are waited for, also when the step runs again", () => {
        const bucketPolicy = { name: "Buckets", document: "{}" };
        const trusting = HELM_TRUST.replace("kube-system", trust.namespace);
        const { Given, Reused, Cloned } = IdentityTreatment;
        const cases: [boolean, Partial<PlannedIdentity>, Partial<RoleMemory> | undefined][] = [
            [false, { treatment: Given, trust }, {}],
            [false, { treatment: Reused, trust }, undefined],
            [true, { treatment: Reused, trust }, { trustPolicy: HELM_TRUST }],
            [false, { treatment: Reused, trust }, { trustPolicy: trusting }],
            [true, { treatment: Reused, trust, bucketPolicy }, { trustPolicy: trusting }],
            [
                false,
                { treatment: Reused, trust, bucketPolicy },
                { trustPolicy: trusting, inlinePolicy: "{}" },
            ],
            [true, { treatment: Cloned, trust }, { existed: false }],
            [true, { treatment: Cloned, trust }, { existed: true }],
        ];
        for (const [changed, identity, memory] of cases) {
            const planned = {
                key: "keda",
                title: "KEDA's role",
                roleArn: "",
                roleName: "hp-keda",
                ...identity,
            };
            const remembered = memory && { key: "keda", ...memory };
            assert.equal(
                isChanged(planned as PlannedIdentity, remembered),
                changed,
                JSON.stringify([identity, memory]),
            );
        }
    });

    it("W11: a trust policy that never named Helm's account gets the statement all the same, and is looked at afterwards", async () => {
        const { world } = startOf();
        const name = roleNameOf(EXECUTION_ROLE);
        const role = world.data.roles.get(name);
        assert.ok(role);
        const trustPolicy = JSON.stringify({
            Version: "2012-10-17",
            Statement: [
                { Effect: "Allow", Principal: { Service: "ec2.amazonaws.com" }, Action: "sts:AssumeRole" },
            ],
        });
        world.data.roles.set(name, { ...role, trustPolicy });
        const stack = new MemoryStack(world);
        assertDone(await stack.up({ until: "identities" }));
        const { Statement } = JSON.parse(world.data.roles.get(name)?.trustPolicy ?? "{}") as {
            Statement: { Principal: unknown; Condition?: { StringEquals: Record<string, string> } }[];
        };
        assert.equal(Statement.length, 2);
        assert.deepEqual(Object.values(Statement[1]?.Condition?.StringEquals ?? {}), [
            "sts.amazonaws.com",
            "system:serviceaccount:hyperpod-inference-system:hyperpod-inference-controller-manager",
        ]);
        assertDone(await stack.destroy());
        assert.equal(world.data.roles.get(name)?.trustPolicy, trustPolicy);
    });

    it("W18: in another partition every ARN that the move makes is of that partition", async () => {
        const { world } = startOf({ values: { tlsCertificateS3Bucket: "acme-tls" } });
        withForeignName(world);
        const connect = connectWith((connection) => ({
            ...connection,
            cluster: { ...connection.cluster, partition: "aws-us-gov", region: "us-gov-west-1" },
        }));
        const stack = new MemoryStack(world, { clusterName: "demo" }, true, connect);
        assertDone(await stack.up({ until: "backUp" }));
        const execution = journalOf(stack).plan.identities.find(({ key }) => key === "execution");
        assert.match(execution?.roleArn ?? "", /^arn:aws-us-gov:iam::123456789012:role\/ml-platform\//);
        assert.match(execution?.bucketPolicy?.document ?? "", /"arn:aws-us-gov:s3:::acme-tls\/\*"/);
        const { configurationValues } = journalOf(stack).plan.addon;
        assert.equal(
            (JSON.parse(configurationValues) as { executionRoleArn: string }).executionRoleArn,
            execution?.roleArn,
        );
    });

    it("W37: the undo leaves nothing of the move in AWS: no copied role, no policy, no add-on of a dependency", async () => {
        const { world } = startOf({
            values: { tlsCertificateS3Bucket: "acme-tls" },
            addonObjects: addonWith("aws-fsx-csi-driver", [
                workload("Deployment", "fsx-csi-controller", "add-on"),
                account("fsx-csi-controller-sa"),
            ]),
        });
        withForeignName(world);
        world.store.remove({ apiVersion: "storage.k8s.io/v1", kind: "CSIDriver", name: "fsx.csi.aws.com" });
        const start = stateOf(world);
        const stack = new MemoryStack(world);
        assertDone(await stack.up());
        const after = stateOf(world);
        const made = Object.keys(after.aws).filter((key) => !(key in start.aws));
        assert.deepEqual(
            made.map((key) => key.replace(/-[0-9a-f]{8}$/, "")),
            [
                "eks:Addon aws-fsx-csi-driver",
                "eks:Addon metrics-server",
                "eks:Addon amazon-sagemaker-hyperpod-inference",
                "iam:Role SageMakerHyperPodInference-team-operator",
            ],
        );
        assertDone(await stack.destroy());
        assertSame(stateOf(world), start, "after destroy");
    });
});
