// In: a sandbox and how its users work. Out: the operator installed by the real helm, with roles and bucket. Deploys no model.
import { cpSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { dump, load } from "js-yaml";
import type { Sandbox } from "../sandboxHandle";
import { awsClients } from "./awsClients";
import { type BareCluster, createBareCluster } from "./bareCluster";
import { createCertManagerCrds } from "./certManagerCrds";
import { ClusterObjects } from "./clusterObjects";
import { helm, operatorChart, valuesFile } from "./helmCommand";
import { createHelmRoles, type HelmRoleOptions } from "./helmRoles";
import { baseValues, type Dependency, laterValues, mergeValues, type Values } from "./helmValues";
import type { HelmInstallation } from "./installation";
import { installStandAlone } from "./standAlone";
import { createTlsBucket } from "./tlsBucket";
import { assembleUmbrellaChart } from "./umbrellaChart";
import { waitForRelease } from "./waitForRelease";

export interface HelmInstallOptions {
    releaseName?: string;
    namespace?: string;
    /** The operator as a part of the umbrella chart; its values are then nested. */
    umbrella?: boolean;
    revisions?: number;
    /** On top of what a user has to give, in the first revision. */
    values?: Values;
    /** No user values at all: the settings stand in the values.yaml of a vendored chart. */
    bakedValues?: boolean;
    roles?: HelmRoleOptions;
    tlsBucket?: string;
    /** Belongs to a single model; no role policy but an inline one covers it. */
    otherTlsBucket?: string;
    /** Dependencies that belong to others, installed before by releases of their own. */
    external?: readonly Dependency[];
    /** The replicas that somebody set by hand; default 3. */
    albReplicas?: number;
    bare?: BareCluster;
    /** A helm that is not the sandbox's own, such as Helm 4. */
    binary?: string;
}

export const defaultRelease = "hyperpod-inference-operator";
/** An install and two upgrades. */
export const defaultRevisions = 3;

export async function installWithHelm(
    sandbox: Sandbox,
    options: HelmInstallOptions = {},
): Promise<HelmInstallation> {
    const bare = options.bare ?? (await createBareCluster(sandbox));
    const installation = await prepare(sandbox, bare, options);
    await Promise.all([createNamespaces(sandbox, installation), installExternal(sandbox, installation)]);
    if (!installation.external.includes("alb")) await createAlbAccount(sandbox, installation);
    const first = valuesFile(sandbox, "revision-1", installation.values);
    const valueArgs = options.bakedValues === true ? [] : ["-f", first];
    if (!installation.external.includes("cert-manager"))
        await createCertManagerCrds(sandbox, installation, valueArgs);
    await runHelm(sandbox, "install", installation, valueArgs);
    for (let revision = 2; revision <= installation.revisions; revision++) {
        const change = nested(installation, laterValues(revision));
        const file = valuesFile(sandbox, `revision-${revision}`, change);
        const values = options.bakedValues === true ? [] : ["-f", file];
        await runHelm(sandbox, "upgrade", installation, ["--reuse-values", ...values]);
        if (options.bakedValues !== true) installation.values = mergeValues(installation.values, change);
    }
    await scaleAlb(sandbox, installation, options.albReplicas ?? 3);
    await waitForRelease(sandbox, installation);
    return options.bakedValues === true ? { ...installation, values: {} } : installation;
}

async function prepare(
    sandbox: Sandbox,
    bare: BareCluster,
    options: HelmInstallOptions,
): Promise<HelmInstallation> {
    const aws = awsClients(sandbox);
    const umbrella = options.umbrella === true;
    const namespace = options.namespace ?? "kube-system";
    const tlsBucket = options.tlsBucket ?? `hyperpod-tls-${sandbox.clusterName}-5a6d8c1f`;
    const otherTlsBucket = options.otherTlsBucket ?? "acme-team-b-tls";
    const uncovered = [tlsBucket, otherTlsBucket].filter((name) => !name.startsWith("hyperpod-tls"));
    const [roles] = await Promise.all([
        createHelmRoles(sandbox, aws.iam, bare, { namespace, otherBuckets: uncovered, ...options.roles }),
        createTlsBucket(aws.s3, sandbox.region, tlsBucket, { CreatedBy: "HyperPod-Inference" }),
        createTlsBucket(aws.s3, sandbox.region, otherTlsBucket),
    ]);
    const external = options.external ?? [];
    const values = mergeValues(
        baseValues(sandbox, { bare, roles, tlsBucket, external }),
        options.values ?? {},
    );
    const installation: HelmInstallation = {
        releaseName: options.releaseName ?? (umbrella ? "hyperpod-dependencies" : defaultRelease),
        namespace,
        umbrella,
        chart: umbrella ? assembleUmbrellaChart(join(sandbox.directory, "helm")) : operatorChart,
        bare,
        roles,
        tlsBucket,
        otherTlsBucket,
        external,
        revisions: options.revisions ?? defaultRevisions,
        values,
        binary: options.binary ?? sandbox.tools.helm,
    };
    installation.values = nested(installation, values);
    if (umbrella) installation.values = { inferenceOperators: { enabled: true }, ...installation.values };
    if (options.bakedValues === true) installation.chart = vendoredChart(sandbox, installation);
    return installation;
}

function nested(installation: Pick<HelmInstallation, "umbrella">, values: Values): Values {
    return installation.umbrella ? { "hyperpod-inference-operator": values } : values;
}

function vendoredChart(sandbox: Sandbox, installation: HelmInstallation): string {
    const copy = join(sandbox.directory, "helm", "vendored-chart");
    cpSync(installation.chart, copy, { recursive: true, dereference: true });
    const file = join(copy, "values.yaml");
    const defaults = load(readFileSync(file, "utf8")) as Values;
    writeFileSync(file, dump(mergeValues(defaults, installation.values)));
    return copy;
}

async function createNamespaces(sandbox: Sandbox, installation: HelmInstallation): Promise<void> {
    const names = new Set(["cert-manager", installation.namespace]);
    names.delete("kube-system");
    const objects = new ClusterObjects(sandbox);
    try {
        const namespaces = [...names].map((name) => ({
            apiVersion: "v1",
            kind: "Namespace",
            metadata: { name },
        }));
        await objects.createAll(namespaces, "kubectl-create");
    } finally {
        objects.close();
    }
}

async function installExternal(sandbox: Sandbox, installation: HelmInstallation): Promise<void> {
    for (const dependency of installation.external)
        await installStandAlone(sandbox, dependency, installation);
}

/** The service account of the load balancer controller is made outside Helm, as eksctl does it. */
async function createAlbAccount(sandbox: Sandbox, installation: HelmInstallation): Promise<void> {
    const objects = new ClusterObjects(sandbox);
    try {
        const metadata = {
            name: "aws-load-balancer-controller",
            namespace: installation.namespace,
            labels: { "app.kubernetes.io/managed-by": "eksctl" },
            annotations: { "eks.amazonaws.com/role-arn": installation.roles.alb },
        };
        await objects.create({ apiVersion: "v1", kind: "ServiceAccount", metadata }, "eksctl");
    } finally {
        objects.close();
    }
}

function runHelm(
    sandbox: Sandbox,
    verb: "install" | "upgrade",
    installation: HelmInstallation,
    more: string[],
): Promise<string> {
    const { releaseName, chart, namespace } = installation;
    // The check against the API server's OpenAPI costs it seconds of CPU and changes nothing of the result.
    const quick = "--disable-openapi-validation";
    const args = [verb, releaseName, chart, "--namespace", namespace, quick, ...more];
    return helm(sandbox, args, installation.binary);
}

async function scaleAlb(sandbox: Sandbox, installation: HelmInstallation, replicas: number): Promise<void> {
    if (installation.external.includes("alb")) return;
    const objects = new ClusterObjects(sandbox);
    try {
        const name = `${installation.releaseName}-alb`;
        const deployment = await objects.get("apps/v1", "Deployment", name, installation.namespace);
        await objects.patch(deployment, { spec: { replicas } }, "kubectl", "scale");
    } finally {
        objects.close();
    }
}
