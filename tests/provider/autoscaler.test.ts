// What makes nodes when pods wait for them: every form of Karpenter, EKS Auto Mode's pools, and the cluster autoscaler as charts label it; what was stopped makes none.
import assert from "node:assert/strict";
import { findAutoscaler } from "../../provider/kubernetes/autoscaler";
import type { KubernetesObject, World } from "../../provider/ports/world";

const object = (apiVersion: string, kind: string, name: string, more: object = {}): KubernetesObject => ({
    apiVersion,
    kind,
    metadata: { name, namespace: "kube-system", ...more },
});
const autoscaler = (labels: Record<string, string>, replicas?: number) => ({
    ...object("apps/v1", "Deployment", "ca", { labels }),
    spec: replicas === undefined ? {} : { replicas },
});

function worldWith(all: readonly KubernetesObject[]): World {
    const objects = {
        serves: async (apiVersion: string, kind: string) =>
            all.some((one) => one.apiVersion === apiVersion && one.kind === kind),
        list: async (apiVersion: string, kind: string, { labelSelector = "" }) =>
            all.filter((one) => {
                const [key = "", value] = labelSelector.split("=");
                const isLabelled = labelSelector === "" || one.metadata.labels?.[key] === value;
                return one.apiVersion === apiVersion && one.kind === kind && isLabelled;
            }),
    };
    return { objects } as unknown as World;
}

describe("an autoscaler", () => {
    const cases: readonly (readonly [what: string, there: KubernetesObject, named: string | undefined])[] = [
        [
            "Karpenter",
            object("karpenter.sh/v1", "NodePool", "general-purpose"),
            "Karpenter (NodePool general-purpose)",
        ],
        ["an older Karpenter", object("karpenter.sh/v1beta1", "NodePool", "a"), "Karpenter (NodePool a)"],
        [
            "Karpenter with provisioners",
            object("karpenter.sh/v1alpha5", "Provisioner", "a"),
            "Karpenter (Provisioner a)",
        ],
        ...[
            { "app.kubernetes.io/name": "aws-cluster-autoscaler" },
            { "app.kubernetes.io/name": "cluster-autoscaler" },
            { app: "cluster-autoscaler" },
            { "k8s-app": "cluster-autoscaler" },
        ].map((labels) => {
            const what = `the cluster autoscaler with ${JSON.stringify(labels)}`;
            return [what, autoscaler(labels), "the cluster autoscaler (kube-system/ca)"] as const;
        }),
        ["a stopped cluster autoscaler", autoscaler({ app: "cluster-autoscaler" }, 0), undefined],
        ["another Deployment", autoscaler({ app: "shop" }), undefined],
    ];
    for (const [what, there, named] of cases)
        it(`${what}: ${named === undefined ? "none" : "is named"}`, async () => {
            assert.equal(await findAutoscaler(worldWith([there])), named);
        });
});
