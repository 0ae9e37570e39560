// Dependencies as parts of the release, and what their add-ons bring under the same or other names.

import assert from "node:assert/strict";
import type { KubernetesObject } from "../../../provider/ports/world";
import { certManager, fsxCsi, metricsServer, s3Csi } from "../../../provider/profiles/dependencies";
import type { MemoryWorld } from "../memoryWorld";
import { type ContentOptions, RELEASE } from "./content";
import { type Start, startOf, stateOf } from "./expectations";
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
    const { dependencies, ofAddon, role } = storageParts();
    return startOf(
        { dependencies, addonObjects: (name) => ofAddon[name] },
        ({ data }) => void data.roles.set(role.name, role),
    );
}

function storageParts() {
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
    const ofAddon: Readonly<Record<string, readonly KubernetesObject[]>> = {
        [s3Csi.addonName]: eks.s3,
        [fsxCsi.addonName]: eks.fsx,
    };
    const dependencies = [
        node,
        account("s3-csi-driver-sa", role.arn),
        account("s3-csi-only-helms"),
        ...helm.fsx,
    ];
    return { dependencies, ofAddon, role };
}

/** All four as parts of the release; `metricsUseCertificates`: Helm's metrics-server has its certificate from cert-manager. */
export function everyDependency(metricsUseCertificates = false): Start {
    const { dependencies, ofAddon, role } = storageParts();
    const all: Readonly<Record<string, readonly KubernetesObject[]>> = {
        ...ofAddon,
        [certManager.addonName]: certManagers("", "v1.19.1"),
        [metricsServer.addonName]: metrics("metrics-server"),
    };
    const helms = `${RELEASE.name}-metrics`;
    const { world } = startOf(
        {
            dependencies: [
                ...dependencies,
                ...certManagers("hyperpod-inference-operator-", "v1.18.2"),
                ...metrics(helms).map((object) =>
                    metricsUseCertificates && object.kind === "APIService"
                        ? injectedFrom(object, `kube-system/${helms}`)
                        : object,
                ),
            ],
            addonObjects: (name) => all[name],
        },
        ({ data }) => void data.roles.set(role.name, role),
    );
    // The release's is the only cert-manager.
    for (const name of ["cert-manager", "cert-manager-cainjector"])
        world.store.remove({ apiVersion: "apps/v1", kind: "Deployment", namespace: "cert-manager", name });
    const state = stateOf(world);
    return { world, snapshot: world.snapshot(), state };
}

function injectedFrom(object: KubernetesObject, certificate: string): KubernetesObject {
    const annotations = { "cert-manager.io/inject-ca-from": certificate };
    return { ...object, metadata: { ...object.metadata, annotations } };
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
