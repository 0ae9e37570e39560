// In: Ready pods of cert-manager's webhook. Out: the CA Secret from which they make their certificates. Serves nothing itself.
import type { ApiClient } from "../apiClient";
import type { ClusterView } from "../clusterView";
import { makeCertificate } from "../makeCertificate";
import type { Pod } from "../objectTypes";
import { deploymentName } from "../podCertificates";
import { applyTlsSecret } from "./secrets";
import type { StandIn } from "./standIn";

export class CertManagerWebhook implements StandIn {
    readonly image = "cert-manager-webhook";

    constructor(
        private readonly client: ApiClient,
        private readonly view: ClusterView,
    ) {}

    async reconcile(pods: Pod[]): Promise<void> {
        for (const pod of pods) {
            const namespace = pod.metadata.namespace ?? "";
            const name = `${deploymentName(pod)}-ca`;
            if (this.view.hasSecret(namespace, name)) continue;
            const pair = await makeCertificate({ commonName: "cert-manager-webhook-ca", isCa: true });
            const annotations = { "cert-manager.io/allow-direct-injection": "true" };
            const secret = {
                name,
                namespace,
                type: "Opaque",
                ca: pair.certificate,
                pair,
                annotations,
            } as const;
            await applyTlsSecret(this.client, this.view, secret, "webhook");
        }
    }
}
