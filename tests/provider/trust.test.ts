// Trust policies, evaluated as IAM evaluates them; what only IAM knows is told as such, and a document that cannot be read is an error.
import assert from "node:assert/strict";
import { parse } from "../../common/iam/document";
import { denialOf, isTrusted, trustOf, trustOfCopy, withTrust } from "../../common/iam/trustPolicy";
import { refusedIn } from "../../provider/adapters/permissions";
import { coversBuckets } from "../../provider/identities/tlsBucketRights";
import { planIdentities } from "../../provider/plan/identities";
import { inferenceIdentities } from "../../provider/profiles/inferenceIdentities";
import { EXECUTION_ROLE } from "./memory/content";
import { assertDone, assertSame, startOf, stateOf } from "./memory/expectations";
import { OIDC_PROVIDER, roleOf } from "./memory/roles";
import { MemoryStack } from "./memoryStack";
import type { MemoryWorld } from "./memoryWorld";

const issuer = OIDC_PROVIDER.slice(OIDC_PROVIDER.indexOf("oidc-provider/") + "oidc-provider/".length);
const trust = { namespace: "ns", name: "operator", oidcProviderArn: OIDC_PROVIDER, sid: "Ours" };
const SUBJECT = "system:serviceaccount:ns:operator";
const statement = (Condition: object, more: object = {}) => ({
    Effect: "Allow",
    Principal: { Federated: OIDC_PROVIDER },
    Action: "sts:AssumeRoleWithWebIdentity",
    Condition,
    ...more,
});
const document = (...Statement: object[]) => JSON.stringify({ Version: "2012-10-17", Statement });
const sub = `${issuer}:sub`;

describe("conditions of a trust policy", () => {
    const cases: readonly [what: string, condition: object, verdict: string][] = [
        ["no condition", {}, "yes"],
        ["the subject", { StringEquals: { [sub]: SUBJECT } }, "yes"],
        ["a list with the subject", { StringEquals: { [sub]: ["x", SUBJECT] } }, "yes"],
        ["another subject", { StringEquals: { [sub]: "system:serviceaccount:ns:other" } }, "no"],
        ["the subject in another case", { StringEquals: { [sub]: SUBJECT.toUpperCase() } }, "no"],
        ["a pattern in another case", { StringLike: { [sub]: "SYSTEM:*" } }, "no"],
        ["any case", { StringEqualsIgnoreCase: { [sub]: SUBJECT.toUpperCase() } }, "yes"],
        ["the key in another case", { StringEquals: { [sub.toUpperCase()]: SUBJECT } }, "yes"],
        ["not another one", { StringNotEquals: { [sub]: "system:serviceaccount:ns:other" } }, "yes"],
        ["not this one", { StringNotEquals: { [sub]: ["x", SUBJECT] } }, "no"],
        ["not this one in any case", { StringNotEqualsIgnoreCase: { [sub]: SUBJECT.toUpperCase() } }, "no"],
        ["no such pattern", { StringNotLike: { [sub]: "system:*" } }, "no"],
        ["any value of a list", { "ForAnyValue:StringEquals": { [sub]: [SUBJECT] } }, "yes"],
        ["all values", { "ForAllValues:StringLike": { [sub]: "system:*:ns:*" } }, "yes"],
        ["a claim that exists", { StringEqualsIfExists: { [sub]: "x" } }, "no"],
        ["a claim of another issuer", { StringEquals: { "oidc.example.com/id/B:sub": SUBJECT } }, "no"],
        ["such a claim if it exists", { StringEqualsIfExists: { "oidc.example.com/id/B:sub": "x" } }, "yes"],
        ["such a claim negated", { StringNotEquals: { "oidc.example.com/id/B:sub": "x" } }, "yes"],
        ["any such claim", { "ForAnyValue:StringNotEquals": { "oidc.example.com/id/B:sub": "x" } }, "no"],
        ["all such claims", { "ForAllValues:StringEquals": { "oidc.example.com/id/B:sub": "x" } }, "yes"],
        ["a claim that is there", { Null: { [sub]: "false" } }, "yes"],
        ["a claim that must be absent", { Null: { [sub]: true } }, "no"],
        ["a network", { IpAddress: { "aws:SourceIp": "10.0.0.0/8" } }, "cannot tell"],
        ["an organisation", { StringEquals: { "aws:PrincipalOrgID": "o-1" } }, "cannot tell"],
        ["a key that all objects inherit", { StringEqualsIgnoreCase: { constructor: "x" } }, "cannot tell"],
        ["a variable", { StringEquals: { [sub]: "$".concat("{aws:username}") } }, "cannot tell"],
        [
            "a network, and another subject",
            { IpAddress: { "aws:SourceIp": "10.0.0.0/8" }, StringEquals: { [sub]: "x" } },
            "no",
        ],
    ];
    for (const [what, condition, verdict] of cases)
        it(`${what}: ${verdict}`, () =>
            assert.equal(trustOf(document(statement(condition)), trust), verdict));
});

describe("statements of a trust policy", () => {
    const allow = statement({});
    const deny = (more: object, Condition: object = {}) => statement(Condition, { Effect: "Deny", ...more });
    it("deny whatever others allow", () => {
        assert.equal(trustOf(document(allow, deny({})), trust), "no");
        assert.equal(trustOf(document(allow, deny({ Principal: "*", Action: "sts:*" })), trust), "no");
        assert.equal(
            trustOf(document(allow, deny({ Action: undefined, NotAction: "sts:TagSession" })), trust),
            "no",
        );
    });
    it("deny only whom and what they mean", () => {
        const others = [
            deny({ Principal: { AWS: "arn:aws:iam::1:root" } }),
            deny({ Action: "sts:AssumeRole" }),
            deny({ Action: undefined, NotAction: "sts:AssumeRole*" }),
            deny({}, { StringNotEquals: { [sub]: SUBJECT } }),
        ];
        assert.equal(trustOf(document(allow, ...others), trust), "yes");
    });
    it("may deny by what only IAM knows", () => {
        const byNetwork = deny({}, { NotIpAddress: { "aws:SourceIp": "10.0.0.0/8" } });
        assert.equal(trustOf(document(allow, byNetwork), trust), "cannot tell");
        assert.equal(denialOf(document(allow, byNetwork), trust), "cannot tell");
        assert.equal(denialOf(document(allow), trust), "no");
    });
    it("that cannot be read are an error, never none", () => {
        const halves = [{ Principal: null }, { Condition: null }, { Condition: { StringEquals: null } }];
        const texts = ["", "%7B", "[]", '{"Statement":["x"]}', "null"];
        for (const text of [...texts, ...halves.map((half) => document(half))]) {
            assert.throws(() => parse(text), { name: "UnreadablePolicy" });
            assert.throws(() => isTrusted(text, trust));
            assert.throws(() => withTrust(text, trust));
        }
    });
    it("are kept in a copy when they deny, and named when there is no room for them", () => {
        const accounts = Array.from({ length: 20 }, (_, index) => ({
            Sid: `Account${index}`,
            Effect: "Allow",
            Principal: { AWS: `arn:aws:iam::123456789012:role/a-long-enough-role-name-${index}` },
            Action: "sts:AssumeRole",
        }));
        const forOthers = { ...deny({}), Principal: { AWS: "*" } };
        const { document: text, lost } = trustOfCopy(document(...accounts, forOthers), [trust]);
        assert.deepEqual(
            lost,
            accounts.map(({ Sid }) => Sid),
        );
        assert.match(text, /"Deny"/);
        assert.deepEqual(trustOfCopy(document(...accounts), [trust], 8192).lost, []);
    });
    it("are kept in a copy for everybody else whom they name beside this cluster, and so is what denies it", () => {
        const other = OIDC_PROVIDER.replace(/.$/, "Z");
        const root = "arn:aws:iam::123456789012:root";
        const copied = (...given: object[]) =>
            (parse(trustOfCopy(document(...given), [trust]).document).Statement as object[]).slice(0, -1);
        const both = statement({}, { Principal: { Federated: [OIDC_PROVIDER, other] } });
        assert.deepEqual(copied(both), [{ ...both, Principal: { Federated: [other] } }]);
        const mixed = statement({}, { Principal: { Federated: OIDC_PROVIDER, AWS: root } });
        assert.deepEqual(copied(mixed), [{ ...mixed, Principal: { AWS: root } }]);
        const denying = statement({ Bool: { "aws:SecureTransport": "false" } }, { Effect: "Deny" });
        assert.deepEqual(copied(denying, statement({})), [denying]);
    });
});

describe("roles in a plan", () => {
    const name = EXECUTION_ROLE.split("/").pop() ?? "";
    const change = (world: MemoryWorld, trustPolicy: (former: string) => string) => {
        const role = world.data.roles.get(name);
        assert.ok(role);
        world.data.roles.set(name, { ...role, trustPolicy: trustPolicy(role.trustPolicy) });
    };
    const withStatement = (extra: object) => (former: string) => {
        const parsed = parse(former);
        return JSON.stringify({ ...parsed, Statement: [...(parsed.Statement as object[]), extra] });
    };

    it("whose policy cannot be read are refused, and nothing is written over it", async () => {
        const { world } = startOf();
        change(world, () => "%7Bnot json");
        const { kind, message, mover } = await new MemoryStack(world).up();
        assert.equal(kind, "failed");
        assert.match(
            message,
            new RegExp(`${name} has policies that cannot be read: trust policy.*HP138`, "s"),
        );
        assert.deepEqual(mover.writes, []);
    });

    it("are told in words that a person would write", async () => {
        const { world } = startOf();
        world.data.roles.delete("hp-keda");
        const { message } = await new MemoryStack(world).up();
        assert.match(message, /: KEDA's role \S+ does not exist/);
    });

    it("that deny the add-on's accounts are refused, as no statement of ours could help", async () => {
        const { world } = startOf();
        change(world, withStatement({ Effect: "Deny", Principal: "*", Action: "sts:*" }));
        const { kind, message, mover } = await new MemoryStack(world).up();
        assert.equal(kind, "failed");
        assert.match(message, /denies the service account .*HP138/s);
        assert.deepEqual(mover.writes, []);
    });

    it("that may deny them are told as a note", async () => {
        const { world } = startOf();
        change(
            world,
            withStatement({
                Effect: "Deny",
                Principal: "*",
                Action: "sts:*",
                Condition: { NotIpAddress: { "aws:SourceIp": "10.0.0.0/8" } },
            }),
        );
        const stack = new MemoryStack(world);
        assertDone(await stack.up());
        assert.ok(stack.resource);
        const plan = (stack.resource.outputs.plan as string[]).join("\n").replaceAll(/\n {17}/g, " ");
        assert.match(plan, /whether the execution role \S+ trusts \S+ cannot be told/);
    });

    it("go on with a longer trust policy where the account's quota was raised", async () => {
        const { world } = startOf();
        world.data.trustPolicyLimit = 8192;
        change(
            world,
            withStatement({
                Effect: "Allow",
                Principal: { AWS: "a".repeat(2000) },
                Action: "sts:AssumeRole",
            }),
        );
        const start = stateOf(world);
        const stack = new MemoryStack(world);
        assertDone(await stack.up());
        assert.ok(stack.resource);
        assert.match((stack.resource.outputs.plan as string[]).join("\n"), new RegExp(`${name} goes on`));
        assertDone(await stack.destroy());
        assertSame(stateOf(world), start, "after destroy");
    });
});

describe("many TLS buckets", () => {
    const names = (count: number) =>
        Array.from({ length: count }, (_, index) => `acme-tls-certificates-of-team-${index}`);
    const account = { partition: "aws", accountId: "123456789012" };
    const plan = (count: number, given = false, inlinePolicies: Record<string, string> = {}) => {
        const [identity] = inferenceIdentities;
        assert.ok(identity);
        const role = roleOf("SageMakerHyperPodInference-x", { inlinePolicies });
        const found = { identity, given, roleArn: role.arn, role };
        return planIdentities([found], {
            ...account,
            uncoveredBuckets: names(count),
            oidcProviderFound: true,
            isOn: () => true,
            tags: {},
        });
    };

    it("are written compactly, and fit where the usual form would not", () => {
        const { identities, blockers } = plan(90);
        assert.deepEqual(blockers, []);
        const { bucketPolicy: policy } = identities[0] ?? {};
        assert.ok(policy !== undefined && policy.document.length <= 10_240);
        const role = roleOf("x", { inlinePolicies: { ours: policy.document } });
        assert.equal(coversBuckets(role, account, names(90)), true);
        assert.match(plan(2).identities[0]?.bucketPolicy?.document ?? "", /TLSBucketGetObjectAccess/);
    });

    it("are counted with the inline policies that the role has, white space aside, to the last character", () => {
        const ours = plan(60).identities[0]?.bucketPolicy?.document ?? "";
        const beside = (length: number) => {
            const filler = JSON.stringify({ Version: "2012-10-17", Statement: [], Id: "" });
            return `${filler.slice(0, -2)}${"x".repeat(length - filler.length)}"}  \n`;
        };
        const room = 10_240 - ours.length;
        const codes = (length: number) =>
            plan(60, false, { own: beside(length) }).blockers.map(({ code }) => code);
        assert.deepEqual(codes(room), []);
        assert.deepEqual(codes(room + 1), ["HP138"]);
    });

    it("are a blocker when IAM would refuse them, not a failure in the middle of the move", () => {
        const { blockers } = plan(140);
        assert.deepEqual(
            blockers.map(({ code }) => code),
            ["HP138"],
        );
        assert.match(
            blockers[0]?.what ?? "",
            /no room for the models' 140 TLS buckets: .* characters, and IAM allows 10240/,
        );
        assert.deepEqual(plan(140, true).blockers, []);
    });
});

describe("IAM's simulation", () => {
    const answer = (more: object) =>
        refusedIn({
            EvalActionName: "iam:PassRole",
            EvalResourceName: "r",
            EvalDecision: "allowed",
            ...more,
        });
    it("refuses what the organisation's policies refuse, whatever the decision says", () => {
        assert.deepEqual(answer({ OrganizationsDecisionDetail: { AllowedByOrganizations: false } }), [
            { action: "iam:PassRole", resource: "r" },
        ]);
        assert.deepEqual(answer({ OrganizationsDecisionDetail: { AllowedByOrganizations: true } }), []);
        assert.deepEqual(answer({}), []);
    });
    it("says nothing where it was not told a value of a condition", () => {
        const open = { MissingContextValues: ["aws:SourceIp"] };
        assert.deepEqual(answer({ EvalDecision: "implicitDeny", ...open }), []);
        assert.deepEqual(
            answer({ ...open, OrganizationsDecisionDetail: { AllowedByOrganizations: false } }),
            [],
        );
        assert.equal(answer({ EvalDecision: "explicitDeny" }).length, 1);
    });
});
