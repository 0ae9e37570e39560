// In: a release about to be installed. Out: cert-manager's CRDs in the cluster, owned by that release. Installs no controller.
import { loadAll } from "js-yaml";
import type { Sandbox } from "../sandboxHandle";
import { type ClusterObject, ClusterObjects } from "./clusterObjects";
import { helm } from "./helmCommand";

export interface ReleaseReference {
    releaseName: string;
    namespace: string;
    chart: string;
    umbrella: boolean;
}

/**
 * The chart cannot be installed in one step on a clean cluster: "no matches for kind Certificate".
 * Users create the CRDs first, with the ownership that Helm wants to see on what it adopts.
 */
export async function createCertManagerCrds(
    sandbox: Sandbox,
    release: ReleaseReference,
    valueArgs: string[],
): Promise<void> {
    const within = release.umbrella ? "charts/hyperpod-inference-operator/" : "";
    const template = `${within}charts/cert-manager/templates/crds.yaml`;
    const rendered = await helm(sandbox, [
        "template",
        release.releaseName,
        release.chart,
        "--namespace",
        release.namespace,
        "--show-only",
        template,
        ...valueArgs,
    ]);
    const definitions = (loadAll(rendered) as ClusterObject[]).filter(Boolean);
    const objects = new ClusterObjects(sandbox);
    try {
        await objects.createAll(
            definitions.map((definition) => owned(definition, release)),
            "helm",
        );
    } finally {
        objects.close();
    }
}

function owned(object: ClusterObject, release: ReleaseReference): ClusterObject {
    const { metadata } = object;
    const labels = { ...metadata.labels, "app.kubernetes.io/managed-by": "Helm" };
    const annotations = {
        ...metadata.annotations,
        "meta.helm.sh/release-name": release.releaseName,
        "meta.helm.sh/release-namespace": release.namespace,
    };
    return { ...object, metadata: { ...metadata, labels, annotations } };
}
