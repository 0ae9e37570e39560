// Roles for the add-on: what is reused, what is copied, and that the undo leaves IAM as it was. Pure parts first, then on the world in memory.
import assert from "node:assert/strict";
import {
    isTrusted,
    statementFor,
    TRUST_POLICY_LIMIT,
    trustOfCopy,
    withoutTrust,
    withTrust,
} from "../../common/iam/trustPolicy";
import { MIGRATION_MARK } from "../../common/ourMarks";
import { copyNames, needsCopy } from "../../provider/identities/identityNames";
import { bucketPolicy, coversBuckets } from "../../provider/identities/tlsBucketRights";
import type { Role } from "../../provider/ports/world";
import { inferenceIdentities } from "../../provider/profiles/inferenceIdentities";
import { OIDC } from "./memory/content";
import { assertDone, assertSame, startOf, stateOf } from "./memory/expectations";
import {
    HELM_TRUST as helmTrust,
    OIDC_PROVIDER as provider,
    roleOf as role,
    withForeignName,
} from "./memory/roles";
import { MemoryStack } from "./memoryStack";

const trust = {
    namespace: "hyperpod-inference-system",
    name: "keda-operator",
    oidcProviderArn: provider,
    sid: "Ours",
};
const [execution, alb] = inferenceIdentities;
assert.ok(execution && alb);

describe("trust policies", () => {
    it("W11: one statement with sub and aud is added to the document, and nothing else changes", () => {
        const changed = JSON.parse(withTrust(helmTrust, trust)) as { Statement: object[] };
        assert.equal(changed.Statement.length, 2);
        assert.deepEqual(
            changed.Statement[0],
            (JSON.parse(helmTrust) as { Statement: object[] }).Statement[0],
        );
        assert.deepEqual(changed.Statement[1], {
            Sid: "Ours",
            Effect: "Allow",
            Principal: { Federated: provider },
            Action: "sts:AssumeRoleWithWebIdentity",
            Condition: {
                StringEquals: {
                    [`${OIDC}:aud`]: "sts.amazonaws.com",
                    [`${OIDC}:sub`]: "system:serviceaccount:hyperpod-inference-system:keda-operator",
                },
            },
        });
    });

    it("a document that trusts the account already stays as it is, also by wildcard", () => {
        const wide = helmTrust
            .replace("StringEquals", "StringLike")
            .replace("kube-system:keda-operator", "*:keda-*");
        assert.equal(withTrust(wide, trust), wide);
        const twice = withTrust(withTrust(helmTrust, trust), trust);
        assert.equal(twice, withTrust(helmTrust, trust));
    });

    it("a wildcard under StringEquals, another provider, another condition or a Deny trusts nobody", () => {
        const literal = helmTrust.replace("kube-system:keda-operator", "*:keda-*");
        assert.equal(isTrusted(literal, trust), false);
        const right = JSON.stringify({ Statement: statementFor(trust) });
        assert.equal(isTrusted(right, trust), true);
        assert.equal(isTrusted(right.replaceAll("EXAMPLE", "OTHER"), trust), false);
        assert.equal(isTrusted(right.replace('"Allow"', '"Deny"'), trust), false);
        assert.equal(
            isTrusted(
                right.replace('"StringEquals":{', '"StringEquals":{"aws:SourceIp":"10.0.0.0/8",'),
                trust,
            ),
            false,
        );
    });

    it("the undo gives the former text character by character", () => {
        assert.equal(withoutTrust(withTrust(helmTrust, trust), ["Ours"], helmTrust), helmTrust);
    });

    it("what somebody else added meanwhile stays after the undo", () => {
        const colleague = JSON.parse(withTrust(helmTrust, trust)) as { Statement: object[] };
        colleague.Statement.push({
            Sid: "Colleague",
            Effect: "Allow",
            Principal: { Service: "ec2.amazonaws.com" },
            Action: "sts:AssumeRole",
        });
        const back = JSON.parse(withoutTrust(JSON.stringify(colleague), ["Ours"], helmTrust)) as {
            Statement: { Sid?: string }[];
        };
        assert.deepEqual(
            back.Statement.map(({ Sid }) => Sid),
            [undefined, "Colleague"],
        );
    });

    it("a copy trusts the new account instead of Helm's, keeps services, and fits IAM's limit", () => {
        const services = {
            Effect: "Allow",
            Principal: { Service: "sagemaker.amazonaws.com" },
            Action: "sts:AssumeRole",
        };
        const others = Array.from({ length: 12 }, (_, index) => ({
            Effect: "Allow",
            Principal: { AWS: `arn:aws:iam::123456789012:role/a-long-enough-role-name-${index}` },
            Action: "sts:AssumeRole",
        }));
        const { Statement } = JSON.parse(helmTrust) as { Statement: object[] };
        const small = JSON.parse(
            trustOfCopy(JSON.stringify({ Version: "2012-10-17", Statement: [services, ...Statement] }), [
                trust,
            ]).document,
        ) as { Statement: object[] };
        assert.deepEqual(small.Statement, [services, statementFor(trust)]);
        const { document: large, lost } = trustOfCopy(
            JSON.stringify({ Version: "2012-10-17", Statement: [services, ...others, ...others] }),
            [trust],
        );
        assert.ok(large.length <= TRUST_POLICY_LIMIT);
        assert.equal(lost.length, 24);
        assert.deepEqual((JSON.parse(large) as { Statement: object[] }).Statement, [
            services,
            statementFor(trust),
        ]);
    });
});

describe("copies of roles", () => {
    it("an execution role needs the name that the add-on wants; another role only room in its trust policy", () => {
        assert.match(
            needsCopy(execution, role("team-operator"), undefined) ?? "",
            /SageMakerHyperPodInference/,
        );
        assert.equal(needsCopy(execution, role("SageMakerHyperPodInference-x"), trust), undefined);
        assert.equal(needsCopy(alb, role("hp-alb"), trust), undefined);
        const full = JSON.stringify({
            Version: "2012-10-17",
            Statement: [{ Effect: "Allow", Principal: { AWS: "x".repeat(1950) }, Action: "sts:AssumeRole" }],
        });
        assert.match(needsCopy(alb, role("hp-alb", { trustPolicy: full }), trust) ?? "", /no room/);
    });

    it("W9: names come from cluster and role, fit IAM, and differ for roles that differ only in their path or their end", () => {
        const long = "a".repeat(60);
        const names = [role(`${long}bbbb`), role(`${long}cccc`), role(`${long}bbbb`, { path: "/team/" })].map(
            (one) => copyNames("arn:aws:eks:us-west-2:1:cluster/demo", one, execution, 1)[0] ?? "",
        );
        assert.equal(new Set(names).size, 3);
        for (const name of names) assert.match(name, /^SageMakerHyperPodInference-[\w-]{1,37}$/);
        assert.ok(names.every((name) => name.length <= 64));
        const [first, second] = copyNames("c", role("r"), execution, 2);
        assert.notEqual(first, second);
        assert.deepEqual(copyNames("c", role("r"), execution, 2), [first, second]);
    });

    it("W2: buckets outside hyperpod-tls* get a policy in the right partition, unless one is there", () => {
        const china = { partition: "aws-cn", accountId: "123456789012" };
        const { document } = bucketPolicy(["acme-tls"], china);
        const withOurs = role("r", { inlinePolicies: { x: document } });
        assert.match(document, /arn:aws-cn:s3:::acme-tls\/\*/);
        assert.equal(coversBuckets(role("r"), china, ["acme-tls"]), false);
        assert.equal(coversBuckets(withOurs, china, ["acme-tls"]), true);
        assert.equal(coversBuckets(withOurs, china, ["other-tls"]), false);
    });

    it("a statement that holds through one VPC endpoint or for another account's buckets alone is not enough", () => {
        const home = { partition: "aws", accountId: "123456789012" };
        const under = (Condition: object) => {
            const statement = { Effect: "Allow", Action: "s3:*", Resource: "*", Condition };
            const document = JSON.stringify({ Version: "2012-10-17", Statement: [statement] });
            return coversBuckets(role("r", { inlinePolicies: { x: document } }), home, ["acme-tls"]);
        };
        assert.equal(under({ StringEquals: { "aws:SourceVpce": "vpce-0123456789abcdef0" } }), false);
        assert.equal(under({ StringEquals: { "aws:ResourceAccount": "210987654321" } }), false);
        assert.equal(under({ StringEquals: { "aws:ResourceAccount": home.accountId } }), true);
    });
});

describe("identities in memory", () => {
    it("W7: a copied execution role carries everything over, and the undo deletes it and nothing else", async () => {
        const { world } = startOf();
        withForeignName(world);
        const start = stateOf(world);
        const stack = new MemoryStack(world);
        assertDone(await stack.up());
        const copy = [...world.data.roles.values()].find(({ tags }) => MIGRATION_MARK in tags);
        assert.ok(copy);
        const source = world.data.roles.get("team-operator");
        assert.ok(source);
        assert.match(copy.name, /^SageMakerHyperPodInference-team-operator-[0-9a-f]{8}$/);
        const carried = ({
            path,
            attachedPolicies,
            inlinePolicies,
            permissionsBoundary,
            maxSessionDuration,
            description,
        }: Role) => ({
            path,
            attachedPolicies,
            inlinePolicies,
            permissionsBoundary,
            maxSessionDuration,
            description,
        });
        assert.deepEqual(carried(copy), carried(source));
        assert.equal(copy.tags.team, "ml");
        assert.equal(copy.tags["aws:cloudformation:stack-name"], undefined);
        const { addonConfiguration } = (stack.resource?.outputs ?? {}) as { addonConfiguration: string };
        assert.equal(
            (JSON.parse(addonConfiguration) as { executionRoleArn: string }).executionRoleArn,
            copy.arn,
        );
        assertDone(await stack.destroy());
        assertSame(stateOf(world), start, "after destroy");
    });

    it("W10: a role of the copy's name that is somebody else's is neither used nor deleted", async () => {
        const { world } = startOf();
        withForeignName(world);
        const source = world.data.roles.get("team-operator");
        assert.ok(source);
        const [taken, next] = copyNames(
            "arn:aws:eks:us-west-2:123456789012:cluster/demo",
            source,
            execution,
            2,
        );
        assert.ok(taken && next);
        world.data.roles.set(taken, role(taken));
        const start = stateOf(world);
        const stack = new MemoryStack(world);
        assertDone(await stack.up());
        assert.ok(world.data.roles.has(next));
        assertDone(await stack.destroy());
        assert.ok(world.data.roles.has(taken));
        assertSame(stateOf(world), start, "after destroy");
    });

    it("tells what goes with a copy that somebody put policies on, and a role that somebody deleted", async () => {
        const { world } = startOf();
        withForeignName(world);
        const stack = new MemoryStack(world);
        assertDone(await stack.up());
        const copy = [...world.data.roles.values()].find(({ tags }) => MIGRATION_MARK in tags);
        assert.ok(copy);
        const theirs = "arn:aws:iam::123456789012:policy/theirs";
        world.data.roles.set(copy.name, {
            ...copy,
            attachedPolicies: [...copy.attachedPolicies, theirs],
            inlinePolicies: { ...copy.inlinePolicies, debugging: "{}" },
        });
        world.data.roles.delete("hp-keda");
        stack.warnings.length = 0;
        assertDone(await stack.destroy());
        const told = stack.warnings.join("\n");
        assert.match(told, new RegExp(`role ${copy.name} .* goes, .*: ${theirs}, debugging$`, "m"));
        assert.match(told, /somebody deleted the IAM role \S+:role\/hp-keda, .*KEDA/);
        assert.equal(world.data.roles.has(copy.name), false);
    });

    it("is killed at every write to IAM, and goes on, or goes back", async () => {
        const { world } = startOf();
        withForeignName(world);
        const [snapshot, start] = [world.snapshot(), stateOf(world)];
        const straight = new MemoryStack(world);
        const whole = await straight.up();
        const golden = [...world.data.roles.values()].map(
            ({ tags: { [MIGRATION_MARK]: _, ...tags }, ...rest }) => ({ ...rest, tags }),
        );
        const writes = whole.mover.writes.flatMap((what, index) =>
            /role|trust of|attach|put .* of/.test(what) ? [index + 1] : [],
        );
        assert.ok(writes.length >= 4, `only ${writes.length} writes to IAM`);
        for (const write of writes) {
            for (const moment of ["before", "after"] as const) {
                for (const way of ["on", "back"] as const) {
                    world.restore(snapshot);
                    const stack = new MemoryStack(world);
                    await stack.up({}, { write, moment, kind: "crash" });
                    world.settle();
                    assertDone(way === "on" ? await stack.up() : await stack.destroy());
                    if (way === "back") assertSame(stateOf(world), start, `${moment} write ${write}, back`);
                    else {
                        const now = [...world.data.roles.values()].map(
                            ({ tags: { [MIGRATION_MARK]: _, ...tags }, ...rest }) => ({ ...rest, tags }),
                        );
                        assert.deepEqual(now, golden, `${moment} write ${write}, on`);
                    }
                }
            }
        }
    });
});
