// In: the pods of the cluster. Out: their status, as the kubelets of real nodes report it. Runs no containers, serves no traffic.
import { isDeepStrictEqual } from "node:util";
import { type ApiClient, isStatus } from "./apiClient";
import type { ClusterView } from "./clusterView";
import type { Leadership } from "./elections/leadership";
import { makeReady, needsKubelet, nodeAddress } from "./fakeNode";
import { runsImage } from "./images";
import type { Node, Pod, PodStatus } from "./objectTypes";
import { PodAddresses } from "./podAddresses";
import { type PodEvent, podEvent, writeEvent } from "./podEvents";
import type { PodBehaviour, PodRule, PodScripts } from "./podScripts";
import { hasCondition, podStatus } from "./podStatus";
import { startObstacle } from "./startConditions";

export interface FakeNodes {
    /** The newest rule that fits a pod wins; it also acts on pods that run already. */
    script(rule: PodRule, behaviour: PodBehaviour): void;
    clearScripts(): void;
    /** Pods that run present a changed Secret this much later; `clearScripts` makes it 0 again. */
    secretsReachPodsAfter(milliseconds: number): void;
    /** From here on cert-manager follows its rule since 1.18, until `clearScripts`: it issues again when a Certificate or its Secret differ from its latest request, which takes so long. */
    compareCertificateRequests(issueMs: number): void;
    /** From here on controllers elect leaders with Leases, and only leaders act, until `clearScripts`; else every Ready pod acts. */
    electLeaders(): void;
    /** How often the server of each pod, by name, was asked since the last start or restore. */
    asked(): ReadonlyMap<string, number>;
    /** Who acted when since the last start or restore, and what must never happen and did. */
    leadership(): Leadership;
}

const retryMs = 300;
/** From the end signal of a pod to its disappearance. */
const terminationMs = 100;

export class FakeKubelet {
    private readonly addresses = new PodAddresses();
    /** When the containers of a pod started, by uid. */
    private readonly started = new Map<string, number>();
    private readonly busy = new Set<string>();
    /** Changed while their write was under way. */
    private readonly overtaken = new Set<string>();
    private readonly timers = new Map<string, NodeJS.Timeout>();
    private readonly announced = new Set<string>();
    private isStopped = false;

    constructor(
        private readonly client: ApiClient,
        private readonly view: ClusterView,
        private readonly scripts: PodScripts,
        private readonly report: (problem: string) => void,
    ) {
        view.onChange(() => this.lookAtAll());
    }

    hasReadyNode(): boolean {
        return this.view.nodes.list().some((node) => !needsKubelet(node));
    }

    /** The pods that answer: Ready, and not told to end. */
    readyPods(image?: string): Pod[] {
        return this.view.pods
            .list()
            .filter((pod) => isAnswering(pod) && (image === undefined || runsImage(pod, image)));
    }

    /** Told to end, and not gone yet or gone already. */
    isEnding(uid: string): boolean {
        const pod = this.view.pods.list().find((one) => uidOf(one) === uid);
        return pod === undefined || pod.metadata.deletionTimestamp !== undefined;
    }

    stop(): void {
        this.isStopped = true;
        for (const timer of this.timers.values()) clearTimeout(timer);
        this.timers.clear();
    }

    /** Safe to call at any time; also when a script has changed. */
    lookAtAll(): void {
        if (this.isStopped || !this.view.synced) return;
        for (const node of this.view.nodes.list()) this.lookAtNode(node);
        const pods = this.view.pods.list();
        const inUse = new Set(pods.map((pod) => pod.status?.podIP).filter((ip) => ip !== undefined));
        for (const pod of pods) this.lookAtPod(pod, inUse);
        const living = new Set(pods.map(uidOf));
        for (const uid of this.started.keys()) if (!living.has(uid)) this.started.delete(uid);
        this.addresses.forget((uid) => !living.has(uid));
    }

    private lookAtNode(node: Node): void {
        if (!needsKubelet(node)) return;
        const used = new Set(this.view.nodes.list().map(nodeAddress));
        const free = Array.from({ length: 250 }, (_, index) => `10.0.1.${index + 4}`).find(
            (ip) => !used.has(ip),
        );
        this.work(uidOf(node), async () => {
            await makeReady(this.client, node, free ?? "10.0.1.254");
        });
    }

    private lookAtPod(pod: Pod, inUse: ReadonlySet<string>): void {
        const node = this.view.nodes.get(pod.spec.nodeName ?? "");
        if (node === undefined) return;
        const uid = uidOf(pod);
        if (pod.metadata.deletionTimestamp !== undefined) {
            if (!this.timers.has(`end ${uid}`))
                this.later(`end ${uid}`, terminationMs, () => this.remove(pod));
            return;
        }
        const phase = pod.status?.phase;
        if (phase === "Succeeded" || phase === "Failed") return;
        const hostIp = nodeAddress(node);
        if (hostIp === undefined) return; // the node is not Ready yet; its status brings us back here
        const current = pod.status?.podIP;
        const podIp = pod.spec.hostNetwork === true ? hostIp : this.addresses.addressOf(uid, current, inUse);
        const behaviour = this.scripts.behaviourOf(pod);
        const obstacle = startObstacle(pod, this.view);
        const runningForMs = this.runningForMs(
            pod,
            obstacle === undefined && behaviour.imagePullBackOff !== true,
        );
        const verdict = podStatus({ pod, obstacle, behaviour, runningForMs, podIp, hostIp, now: new Date() });
        if (verdict.lookAgainMs !== undefined)
            this.later(uid, verdict.lookAgainMs + 1, () => this.lookAtAll());
        const event = podEvent(pod, obstacle, verdict.status);
        if (event !== undefined) this.announce(pod, event);
        if (!agrees(pod.status, verdict.status)) this.work(uid, () => this.writeStatus(pod, verdict.status));
    }

    /** Containers start once; what disappears afterwards does not stop them. */
    private runningForMs(pod: Pod, canStart: boolean): number | undefined {
        const uid = uidOf(pod);
        const running = pod.status?.containerStatuses
            ?.map((status) => status.state.running?.startedAt)
            .find(Boolean);
        const known = this.started.get(uid) ?? (running === undefined ? undefined : Date.parse(running));
        if (known === undefined && !canStart) return undefined;
        const since = known ?? Date.now();
        this.started.set(uid, since);
        return Math.max(0, Date.now() - since);
    }

    private async writeStatus(pod: Pod, status: PodStatus): Promise<void> {
        const { uid, name, namespace } = pod.metadata;
        const updated = await this.client.call<Pod>({
            method: "PATCH",
            path: `/api/v1/namespaces/${namespace}/pods/${name}/status?fieldManager=kubelet`,
            contentType: "strategic",
            body: { metadata: { uid }, status },
        });
        this.view.pods.put(updated);
    }

    /** Once per pod and message. */
    private announce(pod: Pod, event: PodEvent): void {
        const key = `${uidOf(pod)} ${event.message}`;
        if (this.announced.has(key)) return;
        this.announced.add(key);
        this.work(key, () => writeEvent(this.client, pod, event));
    }

    private remove(pod: Pod): void {
        const { uid, name, namespace } = pod.metadata;
        this.work(uidOf(pod), async () => {
            await this.client.call({
                method: "DELETE",
                path: `/api/v1/namespaces/${namespace}/pods/${name}`,
                body: {
                    apiVersion: "v1",
                    kind: "DeleteOptions",
                    gracePeriodSeconds: 0,
                    preconditions: { uid },
                },
            });
        });
    }

    /** One write per object at a time; a failed one is tried again for as long as the object asks for it. */
    private work(uid: string, write: () => Promise<void>): void {
        if (this.busy.has(uid)) {
            this.overtaken.add(uid);
            return;
        }
        this.busy.add(uid);
        write()
            .catch((error: Error) => {
                if (this.isStopped || isStatus(error, 404, 409)) return; // gone, or changed: the watch tells
                this.report(`kubelet: ${error.message}`);
                setTimeout(() => this.lookAtAll(), retryMs).unref();
            })
            .finally(() => {
                this.busy.delete(uid);
                if (this.overtaken.delete(uid)) this.lookAtAll();
            });
    }

    private later(key: string, milliseconds: number, act: () => void): void {
        clearTimeout(this.timers.get(key));
        const timer = setTimeout(() => {
            this.timers.delete(key);
            if (!this.isStopped) act();
        }, milliseconds);
        this.timers.set(key, timer);
    }
}

export function isAnswering(pod: Pod): boolean {
    return pod.metadata.deletionTimestamp === undefined && hasCondition(pod, "Ready");
}

function uidOf(object: { metadata: { uid?: string } }): string {
    return object.metadata.uid ?? "";
}

/** Whether everything we would write is there already; the API server leaves out empty strings and objects. */
function agrees(current: PodStatus | undefined, wanted: PodStatus): boolean {
    return Object.entries(wanted).every(([field, value]) => {
        const now = current?.[field as keyof PodStatus];
        if (field !== "conditions") return isDeepStrictEqual(tidy(now), tidy(value));
        const conditions = now as PodStatus["conditions"];
        return wanted.conditions?.every((condition) => {
            const same = conditions?.find((other) => other.type === condition.type);
            return same?.status === condition.status && (same.reason ?? "") === condition.reason;
        });
    });
}

function tidy(value: unknown): unknown {
    return JSON.parse(JSON.stringify(value ?? null), (_key, part: unknown) =>
        part === "" || part === null ? undefined : part,
    );
}
