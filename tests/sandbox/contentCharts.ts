// In: a chart and values. Out: its objects, lists flattened, as helm renders them. Needs no cluster.
import { execFile } from "node:child_process";
import { readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { promisify } from "node:util";
import { loadAll } from "js-yaml";
import { ensureTools } from "../../sandbox/tools/tools";

export interface Rendered {
    apiVersion: string;
    kind: string;
    metadata: {
        name: string;
        namespace?: string;
        labels?: Record<string, string>;
        annotations?: Record<string, string>;
    };
    [field: string]: unknown;
}

export interface AddonVersion {
    version: string;
    chart: string;
    releaseName: string;
    values: string;
    schema: string;
    kubernetes: string[];
    default?: boolean;
}

export type Catalogue = Record<string, { defaultNamespace: string; versions: AddonVersion[] }>;

const run = promisify(execFile);
export const addons = resolve(__dirname, "../../sandbox/addons");
export const operatorChart = resolve(__dirname, "../../sandbox/chart/hyperpod-inference-operator");
export const catalogue = JSON.parse(readFileSync(join(addons, "catalogue.json"), "utf8")) as Catalogue;

const role = (name: string) => `arn:aws:iam::123456789012:role/${name}`;

/** The least that the Helm chart accepts. */
export const helmValues = [
    `executionRoleArn=${role("operator")}`,
    "tlsCertificateS3Bucket=s3://hyperpod-tls-x",
    "region=us-west-2",
    "eksClusterName=demo",
    `keda.podIdentity.aws.irsa.roleArn=${role("keda")}`,
    "alb.vpcId=vpc-1",
    `s3.serviceAccountRoleArn=${role("s3")}`,
];

export const addonConfiguration = {
    executionRoleArn: role("ml/SageMakerHyperPodInference-demo"),
    tlsCertificateS3Bucket: "hyperpod-tls-x",
    hyperpodClusterArn: "arn:aws:sagemaker:us-west-2:123456789012:cluster/abcdef123456",
    jumpstartGatedModelDownloadRoleArn: role("gated"),
    alb: { enabled: true, serviceAccount: { create: true, roleArn: role("alb") } },
    keda: { enabled: true, auth: { aws: { irsa: { enabled: true, roleArn: role("keda") } } } },
};

export async function render(args: string[]): Promise<Rendered[]> {
    const { helm } = await ensureTools(() => {});
    const options = { maxBuffer: 64 * 1024 * 1024, timeout: 60_000 };
    const { stdout } = await run(helm, ["template", ...args], options);
    const documents = (loadAll(stdout) as (Rendered & { items?: Rendered[] })[]).filter(Boolean);
    return documents.flatMap((document) => (document.kind === "List" ? (document.items ?? []) : [document]));
}

export function renderRelease(...more: string[]): Promise<Rendered[]> {
    const set = helmValues.flatMap((value) => ["--set", value]);
    return render(["hyperpod-inference-operator", operatorChart, "-n", "kube-system", ...set, ...more]);
}

/** As the emulated EKS renders an add-on. */
export function renderAddon(name: string, version: string, configuration?: string): Promise<Rendered[]> {
    const addon = catalogue[name];
    const found = addon?.versions.find((candidate) => candidate.version === version);
    if (addon === undefined || found === undefined)
        throw new Error(`${name} ${version} is not in the catalogue`);
    const values = [
        "-f",
        join(addons, found.values),
        ...(configuration === undefined ? [] : ["-f", configuration]),
    ];
    const place = ["-n", addon.defaultNamespace, "--include-crds", "--no-hooks"];
    return render([found.releaseName, resolve(addons, found.chart), ...place, ...values]);
}

export function countByKind(objects: Rendered[]): Record<string, number> {
    const counts: Record<string, number> = {};
    for (const { kind } of objects) counts[kind] = (counts[kind] ?? 0) + 1;
    return counts;
}

const clusterScoped = new Set([
    "Namespace",
    "CustomResourceDefinition",
    "ClusterRole",
    "ClusterRoleBinding",
    "CSIDriver",
    "PersistentVolume",
    "IngressClass",
    "IngressClassParams",
    "APIService",
    "MutatingWebhookConfiguration",
    "ValidatingWebhookConfiguration",
]);

export function identity(object: Rendered, releaseNamespace: string): string {
    const { name, namespace = releaseNamespace } = object.metadata;
    return `${object.kind} ${clusterScoped.has(object.kind) ? "" : `${namespace}/`}${name}`;
}
