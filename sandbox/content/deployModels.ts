// In: an installation. Out: its models serving, with everything the operator and its controllers made of them. Installs no operator.
import type { Sandbox } from "../sandboxHandle";
import { type AwsClients, awsClients } from "./awsClients";
import { certificateKeys, customerTags, type StoredObject, storeCertificate } from "./certificateObjects";
import { type ImportedCertificate, importCertificate } from "./certificates";
import { type ClusterObject, ClusterObjects } from "./clusterObjects";
import type { Model } from "./deployedModel";
import type { HelmInstallation } from "./installation";
import { createLoadBalancer } from "./loadBalancers";
import { inferenceGroup, type ModelSpec, modelSpecs } from "./modelManifests";
import { modelStatus, registration, registrationStatus } from "./modelStatus";
import { ingress, ingressName, workloads } from "./modelWorkloads";
import { unavailableDeployment, waitUntil } from "./waitForRelease";

export interface ModelOptions {
    /** Tags that one S3 object carries already; S3 allows ten. */
    objectTags?: number;
    /** Served version through which the JumpStart model is written; v1alpha1 lacks some of its fields. Default v1. */
    jumpStartVersion?: "v1" | "v1alpha1";
}

export interface Models {
    models: Model[];
    registration: { name: string; namespace: string; uid: string };
}

const manager = "hyperpod-inference-manager";
const finalizer = `${inferenceGroup}/finalizer`;

export async function deployModels(
    sandbox: Sandbox,
    installation: HelmInstallation,
    options: ModelOptions = {},
): Promise<Models> {
    const aws = awsClients(sandbox);
    const objects = new ClusterObjects(sandbox);
    try {
        const specs = modelSpecs(installation, sandbox.region);
        await createNamespaces(objects, specs);
        const models = await Promise.all(
            specs.map((spec) => deployModel({ sandbox, installation, aws, objects, options }, spec)),
        );
        const registered = await register(sandbox, installation, objects, models);
        await waitUntil("models", () => unavailableDeployment(objects));
        return { models, registration: registered };
    } finally {
        objects.close();
    }
}

interface Workshop {
    sandbox: Sandbox;
    installation: HelmInstallation;
    aws: AwsClients;
    objects: ClusterObjects;
    options: ModelOptions;
}

async function deployModel(workshop: Workshop, spec: ModelSpec): Promise<Model> {
    const { sandbox, objects } = workshop;
    const version = spec.kind === "JumpStartModel" ? (workshop.options.jumpStartVersion ?? "v1") : "v1";
    const { name, namespace, ingressNamespace = namespace } = spec;
    const resource = await objects.create(
        {
            apiVersion: `${inferenceGroup}/${version}`,
            kind: spec.kind,
            metadata: { name, namespace, finalizers: [finalizer] },
            spec: { ...spec.spec, replicas: spec.replicas },
        },
        "kubectl-client-side-apply",
    );
    const owner = { ...resource, apiVersion: `${inferenceGroup}/v1` };
    const domain = `${name}.${namespace}.inference.acme.example`;
    const [certificate, loadBalancer] = await Promise.all([
        importCertificate(workshop.aws.acm, domain, customerOf(name, "certificate")),
        createLoadBalancer(
            workshop.aws.elb,
            { cluster: sandbox.clusterName, namespace: ingressNamespace, name: ingressName(spec) },
            {
                scheme: "internal",
                subnetIds: workshop.installation.bare.network.privateSubnetIds,
                tags: customerOf(name, "loadBalancer"),
            },
        ),
    ]);
    const stored = await storeObjects(workshop, spec, certificate);
    await objects.createAll(workloads(spec, owner), manager);
    const exposed = await objects.create(ingress(spec, owner, certificate.arn), manager);
    const balancer = { loadBalancer: { ingress: [{ hostname: loadBalancer.dnsName }] } };
    await objects.patch(exposed, { status: balancer }, "controller", "status");
    const keys = stored.map((object) => object.key);
    const status = modelStatus(spec, { domain, certificateArn: certificate.arn, keys });
    await objects.patch(owner, { status }, manager, "status");
    return {
        kind: spec.kind,
        name,
        namespace,
        uid: resource.metadata.uid ?? "",
        ingress: { namespace: ingressNamespace, name: ingressName(spec) },
        loadBalancer,
        certificateArn: certificate.arn,
        objects: stored,
    };
}

/** What customers tagged by themselves, and a careless move would overwrite. */
function customerOf(model: string, what: "certificate" | "loadBalancer"): Record<string, string> {
    if (model === "deepseek15b" && what === "loadBalancer") return { CreatedBy: "platform-team" };
    if (model === "llama8b" && what === "certificate") return { CreatedBy: "acme-pki", owner: "security" };
    return {};
}

async function storeObjects(
    workshop: Workshop,
    spec: ModelSpec,
    certificate: ImportedCertificate,
): Promise<StoredObject[]> {
    const uri = (spec.spec.tlsConfig as { tlsCertificateOutputS3Uri: string }).tlsCertificateOutputS3Uri;
    const prefix = uri.split("/").slice(3).filter(Boolean).join("/");
    const keys = certificateKeys(prefix, spec.namespace, spec.name);
    const tagged: Record<string, Record<string, string>> = {
        deepseek15b: { CreatedBy: "platform-team", env: "prod" },
        mistral7b: customerTags(workshop.options.objectTags),
    };
    const stored = keys.map((key, index) => {
        return { bucket: spec.bucket, key, tags: index === 0 ? (tagged[spec.name] ?? {}) : {} };
    });
    await storeCertificate(workshop.aws.s3, stored, certificate);
    return stored;
}

async function createNamespaces(objects: ClusterObjects, specs: ModelSpec[]): Promise<void> {
    const names = [...new Set(specs.map((spec) => spec.namespace))];
    const namespaces = names.map((name) => ({ apiVersion: "v1", kind: "Namespace", metadata: { name } }));
    await objects.createAll(namespaces, "kubectl-create");
    const account = { name: "hyperpod-inference-service-account-llama8b", namespace: "team-a" };
    await objects.create({ apiVersion: "v1", kind: "ServiceAccount", metadata: account }, manager);
}

async function register(
    sandbox: Sandbox,
    installation: HelmInstallation,
    objects: ClusterObjects,
    models: Model[],
): Promise<Models["registration"]> {
    const model = models.find((candidate) => candidate.name === "llama8b");
    if (model === undefined) throw new Error("There is no model llama8b to register an endpoint for.");
    const created: ClusterObject = await objects.create(
        registration(sandbox, installation, model, finalizer),
        manager,
    );
    const status = registrationStatus(sandbox, model);
    await objects.patch(created, { status }, manager, "status");
    const { name, namespace = "", uid = "" } = created.metadata;
    return { name, namespace, uid };
}
