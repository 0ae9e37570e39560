// Dependencies as parts of the release, and what their add-ons bring under the same or other names.

import assert from "node:assert/strict";
import type { KubernetesObject } from "../../../provider/ports/world";
import { fsxCsi, s3Csi } from "../../../provider/profiles/dependencies";
import type { MemoryWorld } from "../memoryWorld";
import type { ContentOptions } from "./content";
import { type Start, startOf } from "./expectations";
import { deployment, service } from "./operatorContent";
import { roleOf } from "./roles";

export const workload = (
    kind: "DaemonSet" | "Deployment",
    name: string,
    instance: string,
): KubernetesObject => {
    const labels = { app: name, "app.kubernetes.io/instance": instance };
    return {
        apiVersion: "apps/v1",
        kind,
        metadata: { name, namespace: "kube-system", labels },
        spec: {
            ...(kind === "Deployment" ? { replicas: 2 } : {}),
            selector: { matchLabels: labels },
            template: {
                metadata: { labels },
                spec: {
                    serviceAccountName: name === "s3-csi-node" ? "s3-csi-driver-sa" : "default",
                    containers: [{ name: "main", image: `csi:${instance}` }],
                },
            },
        },
    };
};

export const account = (name: string, roleArn?: string): KubernetesObject => ({
    apiVersion: "v1",
    kind: "ServiceAccount",
    metadata: {
        name,
        namespace: "kube-system",
        ...(roleArn === undefined ? {} : { annotations: { "eks.amazonaws.com/role-arn": roleArn } }),
    },
});

/** What one add-on brings; the others as usual. */
export function addonWith(
    name: string,
    objects: readonly KubernetesObject[],
): NonNullable<ContentOptions["addonObjects"]> {
    return (wanted) => (wanted === name ? objects : undefined);
}

/** S3, with a role, and FSx as parts of the release; the add-ons use the same names with other selectors. */
export function storage(): Start {
    const role = roleOf("team-s3-csi");
    const parts = (instance: string) => ({
        s3: [workload("DaemonSet", "s3-csi-node", instance), account("s3-csi-driver-sa")],
        fsx: [
            workload("Deployment", "fsx-csi-controller", instance),
            workload("DaemonSet", "fsx-csi-node", instance),
        ],
    });
    const helm = parts("hyperpod-inference-operator");
    const eks = parts("add-on");
    const [node] = helm.s3;
    assert.ok(node);
    return startOf(
        {
            dependencies: [
                node,
                account("s3-csi-driver-sa", role.arn),
                account("s3-csi-only-helms"),
                ...helm.fsx,
            ],
            addonObjects: (name) =>
                name === s3Csi.addonName ? eks.s3 : name === fsxCsi.addonName ? eks.fsx : undefined,
        },
        ({ data }) => void data.roles.set(role.name, role),
    );
}

export function readyPods(world: MemoryWorld, app: string): string[] {
    return world.store
        .all("Pod", "kube-system")
        .filter(
            (pod) =>
                pod.metadata.labels?.app === app &&
                (
                    pod.status as { conditions?: { type: string; status: string }[] } | undefined
                )?.conditions?.some(({ type, status }) => type === "Ready" && status === "True"),
        )
        .map(({ metadata }) => metadata.labels?.["app.kubernetes.io/instance"] ?? "");
}

/** metrics-server under one name, with the APIService that sends requests to it. */
export function metrics(name: string): KubernetesObject[] {
    const namespace = "kube-system";
    return [
        deployment(namespace, name, "metrics-server:v0.8.0", 1, "default"),
        service(namespace, name, { app: name }),
        {
            apiVersion: "apiregistration.k8s.io/v1",
            kind: "APIService",
            metadata: { name: "v1beta1.metrics.k8s.io" },
            spec: {
                group: "metrics.k8s.io",
                version: "v1beta1",
                service: { name, namespace },
                insecureSkipTLSVerify: true,
            },
        },
    ];
}

/** cert-manager's controllers, as the chart or as the add-on calls them. */
export function certManagers(prefix: string, version: string): KubernetesObject[] {
    return [
        deployment(
            "cert-manager",
            `${prefix}cert-manager`,
            `cert-manager-controller:${version}`,
            1,
            "default",
        ),
        deployment(
            "cert-manager",
            `${prefix}cert-manager-cainjector`,
            `cert-manager-cainjector:${version}`,
            1,
            "default",
        ),
    ];
}
