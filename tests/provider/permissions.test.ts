// The permission documents against the code: no call without a permission, no permission without a call, nothing edited by hand.

import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { DELETABLE_KINDS } from "../../provider/operations/release/deletableKinds";
import { AWS_CALLS } from "../../provider/permissions/awsCalls";
import { MANAGED_POLICY_LIMIT } from "../../provider/permissions/awsPolicy";
import { awsRightsOf } from "../../provider/permissions/awsRights";
import {
    IN_NAMESPACES,
    LOCK_RIGHT,
    LOOKING,
    MOVING,
    OF_THE_CLUSTER,
    READING_RIGHTS,
} from "../../provider/permissions/clusterRights";
import { forReadOnlyPrincipal } from "../../provider/plan/readOnlyPrincipal";
import { BY_AWS_PROVIDER, BY_OWN_RESOURCES } from "../../tools/permissions/componentCalls";
import { componentPolicy } from "../../tools/permissions/componentPolicy";
import { generalPolicy, permissionDocuments } from "../../tools/permissions/documents";
import { allowing } from "./memory/iamPolicy";
import { plannedIn } from "./memory/planned";
import { MemoryWorld } from "./memoryWorld";

const PROJECT = resolve(__dirname, "../..");

describe("permission documents", () => {
    /** The component's own resources use these; a move never does. */
    const OF_COMPONENT = ["aws/buckets.ts", "aws/hyperpodClusters.ts"];
    const adapters = join(PROJECT, "provider/adapters");
    const callsIn = (files: readonly string[]) =>
        files
            .map((file) => readFileSync(join(adapters, file), "utf8"))
            .flatMap((source) => [
                ...source.matchAll(/\bnew (?:[\w#.]+\.)?(\w+)Command\(|\bpaginate(\w+)\(/g),
            ])
            .map(([, sent, listed]) => sent ?? listed ?? "");

    it("name every AWS call that the adapters of a move send, and no other", () => {
        const files = readdirSync(adapters, { recursive: true, encoding: "utf8" });
        const sent = new Set(
            callsIn(files.filter((file) => file.endsWith(".ts") && !OF_COMPONENT.includes(file))),
        );
        assert.ok(sent.size > 20);
        assert.deepEqual([...sent].sort(), AWS_CALLS.map(({ call }) => call).sort());
    });

    it("leave the calls of the component's own resources to its page", () => {
        const page = readFileSync(join(PROJECT, "docs/component.md"), "utf8");
        const calls = callsIn(OF_COMPONENT);
        assert.deepEqual(calls.sort(), ["DeleteBucket", "DescribeCluster", "ListClusters"]);
        for (const call of calls) assert.match(page, new RegExp(`:${call}\\b`));
    });

    it("name everything that the component makes and looks up through the AWS provider, and no other", () => {
        const folder = join(PROJECT, "components");
        const source = readdirSync(folder)
            .map((file) => readFileSync(join(folder, file), "utf8"))
            .join("\n");
        const made = [...source.matchAll(/\bnew aws\.(\w+\.\w+)\(/g)].map(([, name]) => name);
        const asked = [...source.matchAll(/\baws\.((?:\w+\.)?get[A-Z]\w*)/g)].map(([, name = ""]) =>
            name.replace(/Output$/, ""),
        );
        assert.ok(made.length > 10 && asked.length > 10);
        assert.deepEqual([...new Set([...made, ...asked])].sort(), Object.keys(BY_AWS_PROVIDER).sort());
        for (const call of callsIn(OF_COMPONENT)) assert.ok(call in BY_OWN_RESOURCES, call);
    });

    it("allow the deletion of every kind that a move may delete", () => {
        const plurals = [...IN_NAMESPACES, ...OF_THE_CLUSTER].flatMap(([, resources]) => resources);
        const missing = [...DELETABLE_KINDS].filter((kind) => !plurals.includes(`${kind.toLowerCase()}s`));
        assert.deepEqual(missing, []);
    });

    it("are what is committed", () => {
        for (const [file, content] of Object.entries(permissionDocuments()))
            assert.equal(
                readFileSync(join(PROJECT, file), "utf8"),
                content,
                `${file} is old: run \`npm run docs:permissions\``,
            );
    });

    it("allow every action that is checked before a move", async () => {
        const { plan, discovery } = await plannedIn(new MemoryWorld());
        const allowed = new Set(generalPolicy(["look", "move"]).Statement.flatMap(({ Action }) => Action));
        assert.ok(plan);
        const asked = awsRightsOf(plan, discovery).map(({ action }) => action);
        assert.ok(asked.length > 5);
        assert.deepEqual(
            asked.filter((action) => !allowed.has(action)),
            [],
        );
    });

    it("let a preview write nothing, in AWS and in the cluster", () => {
        const READING = /^\w+:(Describe|Get|List|Simulate)/;
        const { Statement } = generalPolicy(["look"]);
        for (const action of Statement.flatMap(({ Action }) => Action)) assert.match(action, READING);
        for (const { verbs } of LOOKING) assert.deepEqual(verbs, ["get", "list"]);
    });

    it("give statements that IAM accepts", () => {
        const ofComponent = componentPolicy();
        assert.ok(JSON.stringify(ofComponent).length <= MANAGED_POLICY_LIMIT);
        for (const { Statement } of [generalPolicy(["look", "move"]), ofComponent]) {
            const sids = Statement.map(({ Sid }) => Sid);
            assert.equal(new Set(sids).size, sids.length);
            for (const { Sid, Action, Resource } of Statement) {
                assert.match(Sid, /^[A-Za-z0-9]+$/);
                assert.ok(Action.length > 0 && Resource.length > 0);
                for (const resource of Resource) assert.match(resource, /^(\*|arn:aws:[a-z0-9]+:)/);
            }
        }
    });

    it("let the component pass the CSI drivers' roles to EKS, its own and those given by ARN, and no other", () => {
        const policy = JSON.stringify(componentPolicy())
            .replaceAll("ACCOUNT", "123456789012")
            .replaceAll("NAME", "inference")
            .replaceAll("ROLES", "platform/csi-");
        const mayPass = (role: string, service = "eks.amazonaws.com") =>
            allowing([policy], {
                action: "iam:PassRole",
                resource: `arn:aws:iam::123456789012:role/${role}`,
                context: { "iam:PassedToService": service },
            }) !== undefined;
        for (const role of ["inference-s3-csi-20260105090000", "platform/csi-s3", "platform/csi-fsx"]) {
            assert.ok(mayPass(role), role);
            assert.equal(mayPass(role, "ec2.amazonaws.com"), false, role);
        }
        for (const role of ["admin", "platform/admin", "SageMakerHyperPodInference-exec"])
            assert.equal(mayPass(role), false, role);
    });

    it("let whoever may only look see the plan, and still stop who may move but not everything", () => {
        const blocker = { code: "HP132", property: "clusterName", what: "", remedy: "" } as const;
        const refusals = { scale: [], pods: undefined };
        const preflight = {
            podSlots: undefined,
            deadWebhooks: [],
            mayEverything: false,
            missingToMeasure: [],
            refusals,
        };
        const blockers = [blocker] as unknown as Parameters<typeof forReadOnlyPrincipal>[1];
        const missingRights = [{ ...LOCK_RIGHT, namespace: "kube-system" }, ...READING_RIGHTS];
        const reader = forReadOnlyPrincipal({ ...preflight, missingRights }, blockers);
        assert.deepEqual(reader.blockers, []);
        assert.match(reader.note.join(), /may look but not move/);
        assert.deepEqual(
            forReadOnlyPrincipal({ ...preflight, missingRights: READING_RIGHTS }, blockers).blockers,
            blockers,
        );
        assert.ok(MOVING.length > 0);
    });
});
