// In: what must be true of the cluster. Out: it is, or an error that says what is missing. Changes nothing.
import type { Sandbox } from "../sandboxHandle";
import { type ClusterObject, ClusterObjects } from "./clusterObjects";
import type { HelmInstallation } from "./installation";

const timeoutMs = 60_000;
const pollMs = 100;

export async function waitUntil(what: string, missing: () => Promise<string | undefined>): Promise<void> {
    const deadline = Date.now() + timeoutMs;
    for (;;) {
        const still = await missing();
        if (still === undefined) return;
        if (Date.now() > deadline) throw new Error(`${what}: after ${timeoutMs / 1000} s still ${still}.`);
        await new Promise((resolve) => setTimeout(resolve, pollMs));
    }
}

/** Every Deployment Available, every Certificate Ready, and the webhooks, conversions and aggregated APIs with a CA or answering. */
export async function waitForRelease(sandbox: Sandbox, installation: HelmInstallation): Promise<void> {
    const objects = new ClusterObjects(sandbox);
    try {
        await waitUntil(`release ${installation.releaseName}`, async () => {
            return (
                (await unavailableDeployment(objects)) ??
                (await withoutCaBundle(objects)) ??
                (await unreadyCertificate(objects)) ??
                (await unavailableApi(objects))
            );
        });
    } finally {
        objects.close();
    }
}

export async function unavailableDeployment(objects: ClusterObjects): Promise<string | undefined> {
    for (const deployment of await objects.list("apps/v1", "Deployment")) {
        const { replicas = 1 } = deployment.spec as { replicas?: number };
        const status = deployment.status as DeploymentStatus | undefined;
        const current = status?.observedGeneration === deployment.metadata.generation;
        const whole = status?.updatedReplicas === replicas && status.replicas === replicas;
        if (replicas > 0 && !(current && whole && status.availableReplicas === replicas))
            return `not available: Deployment ${deployment.metadata.namespace}/${deployment.metadata.name}`;
    }
    return undefined;
}

interface DeploymentStatus {
    observedGeneration?: number;
    replicas?: number;
    updatedReplicas?: number;
    availableReplicas?: number;
}

async function withoutCaBundle(objects: ClusterObjects): Promise<string | undefined> {
    for (const crd of await objects.list("apiextensions.k8s.io/v1", "CustomResourceDefinition")) {
        const spec = crd.spec as { conversion?: { webhook?: { clientConfig?: { caBundle?: string } } } };
        const webhook = spec.conversion?.webhook;
        if (webhook !== undefined && !webhook.clientConfig?.caBundle)
            return `without a CA bundle: ${crd.metadata.name}`;
    }
    for (const kind of ["ValidatingWebhookConfiguration", "MutatingWebhookConfiguration"]) {
        for (const object of await objects.list("admissionregistration.k8s.io/v1", kind)) {
            const webhooks = (object.webhooks ?? []) as { clientConfig: { caBundle?: string } }[];
            if (webhooks.some((webhook) => !webhook.clientConfig.caBundle))
                return `without a CA bundle: ${kind} ${object.metadata.name}`;
        }
    }
    return undefined;
}

async function unreadyCertificate(objects: ClusterObjects): Promise<string | undefined> {
    const definitions = await objects.list("apiextensions.k8s.io/v1", "CustomResourceDefinition");
    if (!definitions.some(({ metadata }) => metadata.name === "certificates.cert-manager.io"))
        return undefined;
    const certificates = await objects.list("cert-manager.io/v1", "Certificate");
    const unready = certificates.find((certificate) => !isTrue(certificate, "Ready"));
    return unready && `not ready: Certificate ${unready.metadata.namespace}/${unready.metadata.name}`;
}

async function unavailableApi(objects: ClusterObjects): Promise<string | undefined> {
    const services = await objects.list("apiregistration.k8s.io/v1", "APIService");
    const down = services.find((service) => !isTrue(service, "Available"));
    return down === undefined ? undefined : `not available: APIService ${down.metadata.name}`;
}

function isTrue(object: ClusterObject, condition: string): boolean {
    const status = object.status as { conditions?: { type: string; status: string }[] } | undefined;
    return status?.conditions?.some((c) => c.type === condition && c.status === "True") ?? false;
}
