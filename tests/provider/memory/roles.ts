// IAM roles for tests: one as Helm's users make it, and an execution role under a name that the add-on refuses.
import assert from "node:assert/strict";
import type { Role } from "../../../provider/ports/world";
import type { MemoryWorld } from "../memoryWorld";
import { OIDC } from "./content";

export const OIDC_PROVIDER = `arn:aws:iam::123456789012:oidc-provider/${OIDC}`;

/** As people write it: spaces and all. */
export const HELM_TRUST = `{
  "Version": "2012-10-17",
  "Statement": [{ "Effect": "Allow", "Principal": { "Federated": "${OIDC_PROVIDER}" }, "Action": "sts:AssumeRoleWithWebIdentity",
    "Condition": { "StringEquals": { "${OIDC}:sub": "system:serviceaccount:kube-system:keda-operator" } } }]
}`;

export function roleOf(name: string, change: Partial<Role> = {}): Role {
    const path = change.path ?? "/";
    return {
        arn: `arn:aws:iam::123456789012:role${path}${name}`,
        name,
        path,
        trustPolicy: HELM_TRUST,
        attachedPolicies: [],
        inlinePolicies: {},
        maxSessionDuration: 3600,
        tags: {},
        ...change,
    };
}

/** The Helm installation's execution role under a name that the add-on refuses, with all that a careless copy loses. */
export function withForeignName(world: MemoryWorld): void {
    const { roles } = world.data;
    const former = [...roles.values()].find(({ name }) => name.startsWith("SageMakerHyperPodInference"));
    assert.ok(former);
    roles.delete(former.name);
    const renamed = roleOf("team-operator", {
        path: "/ml-platform/",
        attachedPolicies: [
            "arn:aws:iam::123456789012:policy/models-kms",
            "arn:aws:iam::aws:policy/AmazonSageMakerHyperPodInferenceAccess",
        ],
        inlinePolicies: { "route53-dns": '{"Version":"2012-10-17","Statement":[]}' },
        permissionsBoundary: "arn:aws:iam::123456789012:policy/boundary",
        maxSessionDuration: 7200,
        description: "operator of team a",
        tags: { team: "ml", "aws:cloudformation:stack-name": "inference" },
    });
    roles.set(renamed.name, renamed);
    const account = {
        apiVersion: "v1",
        kind: "ServiceAccount",
        namespace: "hyperpod-inference-system",
        name: "hyperpod-inference-operator-controller-manager",
    };
    world.store.merge(
        account,
        { metadata: { annotations: { "eks.amazonaws.com/role-arn": renamed.arn } } },
        { manager: "helm", operation: "Update" },
    );
    world.settle();
}
