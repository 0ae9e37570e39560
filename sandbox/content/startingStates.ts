// In: an installation. Out: one of the awkward states that a move may start from. Each function changes one thing.
import { gunzipSync, gzipSync } from "node:zlib";
import { CreateAddonCommand } from "@aws-sdk/client-eks";
import type { Sandbox } from "../sandboxHandle";
import { awsClients } from "./awsClients";
import { ClusterObjects } from "./clusterObjects";
import type { HelmInstallation } from "./installation";

export const operatorAddon = "amazon-sagemaker-hyperpod-inference";

export type ReleaseStatus = "failed" | "pending-upgrade" | "pending-install" | "uninstalling";

/** The last revision as an interrupted or failed helm leaves it. */
export async function setReleaseStatus(
    sandbox: Sandbox,
    installation: HelmInstallation,
    status: ReleaseStatus,
): Promise<void> {
    const objects = new ClusterObjects(sandbox);
    try {
        const name = `sh.helm.release.v1.${installation.releaseName}.v${installation.revisions}`;
        const secret = await objects.get("v1", "Secret", name, installation.namespace);
        const { release = "" } = secret.data as { release?: string };
        const record = decodeRelease(release);
        record.info.status = status;
        const change = {
            metadata: { labels: { status } },
            data: { release: encodeRelease(record) },
        };
        await objects.patch(secret, change, "Helm");
    } finally {
        objects.close();
    }
}

interface ReleaseRecord {
    info: { status: string };
}

function decodeRelease(field: string): ReleaseRecord {
    const zipped = Buffer.from(Buffer.from(field, "base64").toString("latin1"), "base64");
    return JSON.parse(gunzipSync(zipped).toString("utf8")) as ReleaseRecord;
}

function encodeRelease(record: ReleaseRecord): string {
    const inner = gzipSync(Buffer.from(JSON.stringify(record)), { level: 9 }).toString("base64");
    return Buffer.from(inner).toString("base64");
}

/** The operator add-on on top of the Helm installation, as somebody tried before; its outcome is scripted by the caller. */
export async function createOperatorAddon(
    sandbox: Sandbox,
    installation: HelmInstallation,
    options: { addonVersion?: string; executionRole: string; resolveConflicts?: "OVERWRITE" | "NONE" },
): Promise<void> {
    await awsClients(sandbox).eks.send(
        new CreateAddonCommand({
            clusterName: sandbox.clusterName,
            addonName: operatorAddon,
            ...(options.addonVersion === undefined ? {} : { addonVersion: options.addonVersion }),
            resolveConflicts: options.resolveConflicts ?? "OVERWRITE",
            configurationValues: addonConfiguration(installation, options.executionRole),
        }),
    );
}

export function addonConfiguration(installation: HelmInstallation, executionRole: string): string {
    const { roles, bare, tlsBucket } = installation;
    return JSON.stringify({
        executionRoleArn: executionRole,
        tlsCertificateS3Bucket: tlsBucket,
        hyperpodClusterArn: bare.hyperPodClusterArn,
        jumpstartGatedModelDownloadRoleArn: roles.gated,
        alb: { enabled: true, serviceAccount: { create: true, roleArn: roles.alb } },
        keda: { enabled: true, auth: { aws: { irsa: { enabled: true, roleArn: roles.keda } } } },
    });
}

/** A GitOps tool or a colleague that owns some fields of the release's objects. */
export async function addForeignManagers(sandbox: Sandbox, installation: HelmInstallation): Promise<void> {
    const objects = new ClusterObjects(sandbox);
    try {
        const namespace = "hyperpod-inference-system";
        const name = "hyperpod-inference-operator-controller-manager";
        const operator = await objects.get("apps/v1", "Deployment", name, namespace);
        await objects.patch(
            operator,
            { metadata: { annotations: { "acme.example/audited": "2026-07" } } },
            "acme-audit",
        );
        const account = await objects.get("v1", "ServiceAccount", "keda-operator", installation.namespace);
        await objects.patch(
            account,
            { metadata: { labels: { "acme.example/team": "ml" } } },
            "argocd-controller",
        );
        const crdName = "inferenceendpointconfigs.inference.sagemaker.aws.amazon.com";
        const crd = await objects.get("apiextensions.k8s.io/v1", "CustomResourceDefinition", crdName);
        await objects.patch(
            crd,
            { metadata: { labels: { "acme.example/catalogue": "models" } } },
            "acme-catalogue",
        );
    } finally {
        objects.close();
    }
}
