// In: an API server. Out: whether the controller manager works. Leaves nothing behind in the cluster.
import { type ApiClient, isStatus } from "./apiClient";

const name = "sandbox-start-probe";
const collection = "/apis/apps/v1/namespaces/kube-system/replicasets";

/** A ReplicaSet without replicas has no children, and its status shows that a controller has seen it. */
export class ControllerProbe {
    constructor(private readonly client: ApiClient) {}

    async start(): Promise<void> {
        const labels = { app: name };
        const template = { metadata: { labels }, spec: { containers: [{ name: "none", image: "none" }] } };
        const body = {
            metadata: { name },
            spec: { replicas: 0, selector: { matchLabels: labels }, template },
        };
        try {
            await this.client.call({ method: "POST", path: collection, body });
        } catch (error) {
            if (!isStatus(error, 409)) throw error; // left by a start that was killed
        }
    }

    async isSeen(): Promise<boolean> {
        type ReplicaSet = { status?: { observedGeneration?: number } };
        const probe = await this.client.call<ReplicaSet>({ path: `${collection}/${name}` });
        return probe.status?.observedGeneration !== undefined;
    }

    async remove(): Promise<void> {
        await this.client.call({
            method: "DELETE",
            path: `${collection}/${name}?propagationPolicy=Background`,
        });
    }
}
