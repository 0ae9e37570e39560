// The policy of just one move: what discoverHelmInstallation gives is enough for the move, its continuation and its undo, and each statement of it is needed.
import assert from "node:assert/strict";
import { discoverWith, SILENT } from "../../provider/installation/discoverWith";
import {
    type AllowStatement,
    literal,
    MANAGED_POLICY_LIMIT,
    type Policy,
    policiesOf,
} from "../../provider/permissions/awsPolicy";
import { storage } from "./memory/dependencyContent";
import { assertSame, type Start, startOf, stateOf } from "./memory/expectations";
import { allowing, allows } from "./memory/iamPolicy";
import { journey } from "./memory/journey";
import { Mover } from "./memory/mover";
import { withForeignName } from "./memory/roles";
import { type Asked, underPolicies } from "./memory/underPolicies";
import { MemoryStack } from "./memoryStack";
import { connectMemory, type MemoryWorld } from "./memoryWorld";

describe("the policy of just this move", () => {
    const cases: Record<string, () => Start> = {
        "a copied execution role with path, boundary and policies, and CSI drivers with roles": () => {
            const start = storage();
            withForeignName(start.world);
            return { ...start, snapshot: start.world.snapshot(), state: start.world.capture() };
        },
        "roles that go on, and a bucket beyond the managed policy": () =>
            startOf({ values: { tlsCertificateS3Bucket: "s3://acme-models" } }),
    };
    for (const [name, begin] of Object.entries(cases)) {
        it(`is enough for move, continuation, upgrade and undo, and no statement is too much: ${name}`, async () => {
            const { world, snapshot, state } = begin();
            const policies = await policiesFor(world);
            const asked: Asked[] = [];
            await journeyUnder(world, policies, asked);
            assertSame(stateOf(world), state, "after the undo");
            const denied = asked.filter(({ isAllowed }) => !isAllowed);
            assert.deepEqual(denied, []);

            const statements = statementsOf(policies);
            assert.ok(statements.length > 10);
            for (const statement of statements) {
                const others = statements.filter((one) => one !== statement);
                const lost = asked.filter((one) => allowing([documentOf(others)], one) === undefined);
                assert.notDeepEqual(lost, [], `${statement.Sid} is never needed`);
            }
            // What the model of calls says of each is what happens: with one of them gone, the move does not pass.
            for (const sid of ["MoveNewAddons", "MoveLoadBalancers"]) {
                world.restore(snapshot);
                const without = documentOf(statements.filter(({ Sid }) => Sid !== sid));
                await assert.rejects(journeyUnder(world, [without], []), /not authorized|HP\d+/, sid);
            }
        });
    }

    it("reaches nothing beyond: other roles, add-ons, policies, services, tags and buckets", async () => {
        const { world } = cases[Object.keys(cases)[0] ?? ""]?.() ?? assert.fail();
        const policies = await policiesFor(world);
        const statements = statementsOf(policies);
        const role = statements.find(({ Sid }) => Sid === "MoveNewRoles")?.Resource[0] ?? "";
        assert.match(role, /:role\/ml-platform\/SageMakerHyperPodInference-team-operator-[0-9a-f]{8}$/);
        const passed = statements.find(({ Sid }) => Sid === "MovePassedRoles")?.Resource[0] ?? "";
        const mark = { "aws:RequestTag/pulumi-hyperpod-inference/migration": "m" };
        const allowed = (action: string, resource: string, context = {}) =>
            allowing(policies, { action, resource, context }) !== undefined;
        const boundary = { "iam:PermissionsBoundary": "arn:aws:iam::123456789012:policy/boundary" };
        assert.ok(allowed("iam:CreateRole", role, { ...mark, ...boundary }));
        assert.ok(!allowed("iam:CreateRole", role, mark), "without its boundary");
        assert.ok(!allowed("iam:CreateRole", role, boundary), "without a mark");
        assert.ok(!allowed("iam:CreateRole", role.replace("team", "other"), { ...mark, ...boundary }));
        assert.ok(!allowed("iam:DeleteRole", role), "a role that no move made");
        const attached = { "iam:PolicyARN": "arn:aws:iam::123456789012:policy/models-kms" };
        assert.ok(allowed("iam:AttachRolePolicy", role, attached));
        assert.ok(
            !allowed("iam:AttachRolePolicy", role, {
                "iam:PolicyARN": "arn:aws:iam::aws:policy/AdministratorAccess",
            }),
        );
        assert.ok(allowed("iam:PassRole", passed, { "iam:PassedToService": "eks.amazonaws.com" }));
        assert.ok(!allowed("iam:PassRole", passed, { "iam:PassedToService": "ec2.amazonaws.com" }));
        assert.ok(!allowed("iam:PassRole", role, { "iam:PassedToService": "eks.amazonaws.com" }));
        const cluster = "arn:aws:eks:us-west-2:123456789012:cluster/demo";
        const tagged = { "aws:RequestTag/CreatedBy": "HyperPodInference" };
        assert.ok(allowed("eks:CreateAddon", cluster, tagged));
        assert.ok(!allowed("eks:CreateAddon", cluster));
        assert.ok(!allowed("eks:CreateAddon", cluster.replace("demo", "prod"), tagged));
        for (const { Action, Resource } of statements)
            for (const resource of Resource.filter((one) => one.includes("*")))
                assert.match(
                    `${resource} ${Action.join()}`,
                    /^\* \S*(Describe|List|GetAccountSummary)|:addon\/demo\/[\w-]+\/\* /,
                );
    });

    it("takes names from outside literally: an object called * opens no bucket", () => {
        const [dollar, bucket] = ["$", "arn:aws:s3:::b/"];
        const Resource = [literal(`${bucket}*`), literal(`${bucket}${dollar}{aws:username}`)];
        assert.deepEqual(Resource, [`${bucket}${dollar}{*}`, `${bucket}${dollar}{$}{aws:username}`]);
        const policy = { Sid: "S", Effect: "Allow", Action: ["a"], Resource } as const;
        assert.ok(allows(policy, { action: "a", resource: "arn:aws:s3:::b/*" }));
        assert.ok(!allows(policy, { action: "a", resource: "arn:aws:s3:::b/secret" }));
    });

    it("stays within AWS's limit, in as many policies as that takes, and loses nothing", () => {
        const arns = (count: number) =>
            Array.from({ length: count }, (_, index) => `arn:aws:s3:::hyperpod-tls/models/${index}/tls.crt`);
        const statements: AllowStatement[] = [
            { Sid: "One", Effect: "Allow", Action: ["s3:GetObjectTagging"], Resource: arns(500) },
            { Sid: "Two", Effect: "Allow", Action: ["eks:CreateAddon"], Resource: ["c"] },
        ];
        const policies = policiesOf(statements);
        assert.ok(policies.length > 3 && policies.length < 9, `${policies.length} policies`);
        for (const policy of policies) {
            assert.ok(JSON.stringify(policy).length <= MANAGED_POLICY_LIMIT);
            const sids = policy.Statement.map(({ Sid }) => Sid);
            assert.equal(new Set(sids).size, sids.length);
        }
        const all = policies.flatMap(({ Statement }) => Statement.flatMap(({ Resource }) => Resource));
        assert.deepEqual([...all].sort(), [...arns(500), "c"].sort());
        assert.equal(policiesOf(statements.slice(1)).length, 1);
    });
});

async function policiesFor(world: MemoryWorld): Promise<readonly string[]> {
    const means = {
        connect: connectMemory(world, new Mover("discovery")),
        clock: world.clock.forMover(() => false),
        log: SILENT,
    };
    const { permissionsPolicies } = await discoverWith(means, { clusterName: "demo" });
    assert.ok(permissionsPolicies.length > 0);
    return permissionsPolicies;
}

/** By a principal that has these policies. */
function journeyUnder(world: MemoryWorld, policies: readonly string[], asked: Asked[]): Promise<void> {
    return journey(
        world,
        new MemoryStack(world, { clusterName: "demo" }, true, underPolicies(policies, asked)),
    );
}

function statementsOf(policies: readonly string[]): AllowStatement[] {
    return policies.flatMap((policy) => [...(JSON.parse(policy) as Policy).Statement]);
}

function documentOf(statements: readonly AllowStatement[]): string {
    return JSON.stringify({ Version: "2012-10-17", Statement: statements });
}
