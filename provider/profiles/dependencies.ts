// The dependencies that the chart brings along and EKS offers as add-ons of their own. Recognised by the names and labels of their charts.
import type { KubernetesObject, ObjectRef } from "../ports/world";
import type { DependencyKey } from "./dependencyInputs";
import { fsxCsiIdentity, s3CsiIdentity } from "./inferenceIdentities";
import type { Probe, Profile, ProfileIdentity } from "./profile";

/** A dependency that can move by itself. */
export interface DependencyProfile extends Profile {
    /** Key in the resource's `dependencies` input. */
    readonly key: DependencyKey;
    /** Aliases or names of the sub-chart, the values of `app.kubernetes.io/name`. */
    readonly chartAliases: readonly string[];
    /** Smallest version that the operator's guide allows. */
    readonly minimumVersion: string;
    /** An object whose presence says that somebody already runs this dependency. */
    readonly presence: { readonly apiVersion: string; readonly kind: string; readonly name: string };
    /** Role that the add-on runs under, by `serviceAccountRoleArn`. */
    readonly identity?: ProfileIdentity;
    /** Workloads of the add-on, by kind and name: a Helm workload of the same name has to make room. */
    readonly addonWorkloads: readonly { readonly kind: "Deployment" | "DaemonSet"; readonly name: string }[];
    /** The aggregated API that it answers, and the Service of the add-on that the API server asks for it. */
    readonly asked?: { readonly apiService: string; readonly service: string };
    /** Key of its values in the chart. */
    readonly valuesKey: string;
    /** Values that name roles, switch the part on, or make objects that stay: nothing is lost when the add-on does not get them. */
    readonly notCarried: RegExp;
    /** Kind whose objects name a Secret that this dependency has issued. */
    readonly issues?: { readonly apiVersion: string; readonly kind: string };
    owns(object: KubernetesObject, source?: string): boolean;
}

/** Fills in what is the same for all dependencies. */
export function dependency(
    parts: Pick<
        DependencyProfile,
        | "key"
        | "title"
        | "addonName"
        | "addonNamespace"
        | "chart"
        | "chartAliases"
        | "minimumVersion"
        | "presence"
        | "identity"
        | "addonNames"
        | "addonWorkloads"
        | "asked"
        | "valuesKey"
        | "notCarried"
        | "issues"
    > & {
        names: RegExp;
        crdGroups?: readonly string[];
        probes?: readonly Probe[];
        runtimeObjects?: readonly ObjectRef[];
    },
): DependencyProfile {
    const { names, crdGroups = [], probes = [], runtimeObjects = [], ...rest } = parts;
    return {
        ...rest,
        owns: (object: KubernetesObject, source?: string) => {
            const part =
                source === undefined ? undefined : /\/charts\/([^/]+)\/(templates|crds)\//.exec(source)?.[1];
            if (part !== undefined) return part === rest.valuesKey || part === rest.chart;
            const label = object.metadata.labels?.["app.kubernetes.io/name"];
            if (object.kind === "CustomResourceDefinition") {
                return crdGroups.some((group) => object.metadata.name.endsWith(`.${group}`));
            }
            return (
                (label !== undefined && rest.chartAliases.includes(label)) || names.test(object.metadata.name)
            );
        },
        customResourceGroups: [],
        otherCustomResourceGroups: crdGroups,
        extensionGroups: crdGroups,
        controllers: [],
        sharedWithoutTrace: [],
        runtimeObjects: () => runtimeObjects,
        probes: () => probes,
    };
}

export const s3Csi = dependency({
    key: "s3Csi",
    title: "S3 CSI driver",
    addonName: "aws-mountpoint-s3-csi-driver",
    addonNamespace: "kube-system",
    chart: "aws-mountpoint-s3-csi-driver",
    chartAliases: ["s3", "aws-mountpoint-s3-csi-driver"],
    minimumVersion: "v1.14.1-eksbuild.1",
    presence: { apiVersion: "storage.k8s.io/v1", kind: "CSIDriver", name: "s3.csi.aws.com" },
    identity: s3CsiIdentity,
    addonNames: /^(s3-csi-|mount-s3|mountpoint-s3-csi-|s3\.csi\.aws\.com$)/,
    addonWorkloads: [{ kind: "DaemonSet", name: "s3-csi-node" }],
    valuesKey: "s3",
    notCarried: /^(enabled$|serviceAccountRoleArn$|persistentVolume|node\.serviceAccount\.)/,
    names: /^(s3-csi-|mountpoint-s3-csi-|s3\.csi\.aws\.com$)/,
});

export const fsxCsi = dependency({
    key: "fsxCsi",
    title: "FSx CSI driver",
    addonName: "aws-fsx-csi-driver",
    addonNamespace: "kube-system",
    chart: "aws-fsx-csi-driver",
    chartAliases: ["fsx", "aws-fsx-csi-driver"],
    minimumVersion: "v1.6.0-eksbuild.1",
    presence: { apiVersion: "storage.k8s.io/v1", kind: "CSIDriver", name: "fsx.csi.aws.com" },
    identity: fsxCsiIdentity,
    addonNames: /^(fsx-(csi|external)-|fsx\.csi\.aws\.com$)/,
    addonWorkloads: [
        { kind: "Deployment", name: "fsx-csi-controller" },
        { kind: "DaemonSet", name: "fsx-csi-node" },
    ],
    valuesKey: "fsx",
    notCarried: /^(enabled$|(controller|node)\.serviceAccount\.)/,
    names: /^(fsx-|fsx\.csi\.aws\.com$)/,
});

export const certManager = dependency({
    key: "certManager",
    title: "cert-manager",
    addonName: "cert-manager",
    addonNamespace: "cert-manager",
    chart: "cert-manager",
    chartAliases: ["cert-manager", "cainjector", "webhook"],
    minimumVersion: "v1.18.2-eksbuild.2",
    presence: {
        apiVersion: "apiextensions.k8s.io/v1",
        kind: "CustomResourceDefinition",
        name: "certificates.cert-manager.io",
    },
    addonWorkloads: [
        { kind: "Deployment", name: "cert-manager" },
        { kind: "Deployment", name: "cert-manager-cainjector" },
        { kind: "Deployment", name: "cert-manager-webhook" },
    ],
    addonNames: /^cert-manager($|[-:])/,
    valuesKey: "cert-manager",
    runtimeObjects: [
        { apiVersion: "v1", kind: "Secret", namespace: "cert-manager", name: "cert-manager-webhook-ca" },
    ],
    issues: { apiVersion: "cert-manager.io/v1", kind: "Certificate" },
    notCarried: /^(enabled$|namespace$|crds\.|installCRDs$|startupapicheck\.)/,
    probes: [
        {
            request: "certificates",
            method: "POST",
            path: "/apis/cert-manager.io/v1/namespaces/default/certificates",
            body: {
                apiVersion: "cert-manager.io/v1",
                kind: "Certificate",
                metadata: { generateName: "pulumi-hyperpod-probe-" },
                spec: {
                    secretName: "pulumi-hyperpod-probe",
                    dnsNames: ["probe.invalid"],
                    issuerRef: { name: "probe" },
                },
            },
        },
    ],
    names: /(^|-)cert-manager($|[-:])/,
    crdGroups: ["cert-manager.io"],
});

export const metricsServer = dependency({
    key: "metricsServer",
    title: "metrics-server",
    addonName: "metrics-server",
    addonNamespace: "kube-system",
    chart: "metrics-server",
    chartAliases: ["metrics", "metrics-server"],
    minimumVersion: "v0.7.2-eksbuild.4",
    presence: { apiVersion: "apiregistration.k8s.io/v1", kind: "APIService", name: "v1beta1.metrics.k8s.io" },
    addonWorkloads: [{ kind: "Deployment", name: "metrics-server" }],
    asked: { apiService: "v1beta1.metrics.k8s.io", service: "metrics-server" },
    addonNames: /^(system:)?(metrics-server|aggregated-metrics-reader)($|[-:])|^v1beta1\.metrics\.k8s\.io$/,
    valuesKey: "metrics",
    notCarried: /^(enabled$)/,
    probes: [{ request: "pod and node metrics", method: "GET", path: "/apis/metrics.k8s.io/v1beta1" }],
    names: /^(system:)?(metrics-server|metrics-aggregated-reader|(?!keda-)[^:]+-metrics)($|:|-auth-reader$)|^v1beta1\.metrics\.k8s\.io$/,
});

export const dependencyProfiles: readonly DependencyProfile[] = [s3Csi, fsxCsi, certManager, metricsServer];
