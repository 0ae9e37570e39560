// In: what a stand-in does. Out: that work, repeated whenever the cluster changes while its pod is Ready. Never throws.
import type { ClusterView } from "../clusterView";
import type { FakeKubelet } from "../kubelets";
import type { Pod } from "../objectTypes";

export interface StandIn {
    /** The image whose Ready pods it stands in for. */
    image: string;
    /** Compares and repairs; must be safe to repeat. */
    reconcile(pods: Pod[]): Promise<void>;
    stop?(): Promise<void>;
}

const retryMs = 500;

export class StandInRunner {
    private readonly ending = new AbortController();
    private running: Promise<void> | undefined;
    private isWantedAgain = false;

    constructor(
        private readonly standIn: StandIn,
        private readonly kubelet: FakeKubelet,
        view: ClusterView,
        private readonly report: (problem: string) => void,
    ) {
        view.onChange(() => this.wake());
    }

    wake(): void {
        if (this.ending.signal.aborted) return;
        if (this.running !== undefined) {
            this.isWantedAgain = true;
            return;
        }
        this.isWantedAgain = false;
        this.running = this.once().finally(() => {
            this.running = undefined;
            if (this.isWantedAgain) this.wake();
        });
    }

    async stop(): Promise<void> {
        this.ending.abort();
        await this.running;
        await this.standIn.stop?.();
    }

    private async once(): Promise<void> {
        const pods = this.kubelet.readyPods(this.standIn.image);
        try {
            await this.standIn.reconcile(pods);
        } catch (error) {
            if (this.ending.signal.aborted) return;
            this.report(`stand-in for ${this.standIn.image}: ${(error as Error).message}`);
            setTimeout(() => this.wake(), retryMs).unref();
        }
    }
}
