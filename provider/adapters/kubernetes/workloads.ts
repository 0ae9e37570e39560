// The port `Workloads`: Deployments and DaemonSets, their replicas and their pods.
import { ErrorCode, MigrationError } from "../../../common/errors";
import { isAppliedByEks } from "../../kubernetes/appliedByEks";
import { carriesLabels } from "../../kubernetes/labels";
import { LackOfNodes } from "../../kubernetes/lackOfNodes";
import { LastingRefusal } from "../../kubernetes/lastingRefusal";
import { keyOf } from "../../kubernetes/objectRef";
import { readMany } from "../../kubernetes/readMany";
import { conditionOf } from "../../kubernetes/statusConditions";
import { statusOf } from "../../kubernetes/workloadStatus";
import { poll } from "../../ports/poll";
import type {
    Clock,
    FailingPod,
    KubernetesObject,
    ObjectRef,
    Objects,
    ProbeAnswer,
    WorkloadStatus,
    Workloads,
} from "../../ports/world";
import { isUnscheduled, neededSecrets, whyNotReady } from "./podReadiness";

const POLL_MS = 250;
/** Pods that only start are not asked why. */
const NO_NODE_POLL_MS = 15_000;
/** Between the end of a pod's containers and that of its object. */
const AFTER_GRACE_MS = 15_000;
/** Pods that go keep everybody waiting. */
const GONE_POLL_MS = 100;

interface WorkloadShape {
    spec?: {
        replicas?: number;
        selector?: { matchLabels?: Record<string, string> };
        template?: { metadata?: { labels?: Record<string, string> }; spec?: Record<string, unknown> };
    };
}

/** What a wait still lacks. */
interface Missing {
    /** No longer wait would bring it. */
    readonly isHopeless?: boolean;
    /** Asked at the end only: it costs calls. */
    why(): Promise<string>;
}

export class KubernetesWorkloads implements Workloads {
    constructor(
        readonly objects: Objects,
        readonly clock: Clock,
    ) {}

    async replicas(ref: ObjectRef): Promise<number | undefined> {
        const live = await this.objects.read(ref);
        return live && ((live as WorkloadShape).spec?.replicas ?? 1);
    }

    async scale(ref: ObjectRef, replicas: number): Promise<void> {
        await this.objects.merge(ref, { spec: { replicas } });
    }

    async waitGone(refs: readonly ObjectRef[], timeoutMs: number): Promise<void> {
        const targets = [...(await readMany(this, refs)).values()];
        await this.#waitFor(
            Math.max(timeoutMs, ...targets.map(graceMs)),
            async () => {
                const left = await Promise.all(targets.map((target) => this.#podsOf(target)));
                const names = left.flat().map(({ metadata }) => metadata.name);
                return names.length === 0
                    ? undefined
                    : { why: async () => `pods are still terminating: ${names.join(", ")}` };
            },
            GONE_POLL_MS,
        );
    }

    async waitAvailable(refs: readonly ObjectRef[], timeoutMs: number): Promise<void> {
        const refusal = new LastingRefusal(this.clock);
        const lack = new LackOfNodes(this);
        let lookedAt = this.clock.now();
        const haveNoNode = async (away: readonly KubernetesObject[]) => {
            if (this.clock.now() - lookedAt < NO_NODE_POLL_MS) return false;
            lookedAt = this.clock.now();
            return lack.isForGood(await this.#haveNoNode(away));
        };
        await this.#waitFor(timeoutMs, async () => {
            const found = await readMany(this, refs);
            const states = refs.map((ref) => ({ ref, live: found.get(keyOf(ref)) }));
            const away = states.filter(({ live }) => live === undefined || isAway(live));
            if (away.length === 0) return undefined;
            const gone = away.filter(({ live }) => live === undefined).map(({ ref }) => ref);
            const isRefused = away.some(({ live }) => live !== undefined && whyRefused(live) !== undefined);
            return {
                isHopeless:
                    refusal.seen(isRefused || gone.length > 0) ||
                    (await haveNoNode(away.flatMap(({ live }) => live ?? []))),
                why: () =>
                    this.#whyAway(
                        away.map(({ ref }) => ref),
                        gone,
                    ),
            };
        });
    }

    async status(ref: ObjectRef): Promise<WorkloadStatus | undefined> {
        const live = await this.objects.read(ref);
        return live && statusOf(live);
    }

    async failingPods(namespace: string): Promise<FailingPod[]> {
        const [deployments, pods] = await Promise.all([
            this.objects.list("apps/v1", "Deployment", { namespace }),
            this.objects.list("v1", "Pod", { namespace }),
        ]);
        const failing = pods.flatMap((pod) => {
            const reason = whyNotReady(pod);
            if (reason === undefined) return [];
            const told = `pod ${namespace}/${pod.metadata.name}: ${reason}`;
            const owner = deployments.find((deployment) => selects(deployment, pod));
            return [
                { told, isUnscheduled: isUnscheduled(pod), secrets: neededSecrets(pod), ...ofEks(owner) },
            ];
        });
        return [...deployments.flatMap(refusedOf), ...failing];
    }

    async refusedPods(namespace: string): Promise<FailingPod[]> {
        const deployments = await this.objects.list("apps/v1", "Deployment", { namespace });
        return deployments.flatMap(refusedOf);
    }

    async startingOfEks(namespace: string): Promise<string[]> {
        const lists = await Promise.all([
            this.objects.list("apps/v1", "Deployment", { namespace }),
            this.objects.list("apps/v1", "DaemonSet", { namespace }),
        ]);
        return lists
            .flat()
            .filter((workload) => isAppliedByEks(workload) && isAway(workload))
            .map(({ kind, metadata }) => `${kind} ${namespace}/${metadata.name}`);
    }

    async refusedScale({ kind, namespace, name }: ObjectRef, replicas: number): Promise<string | undefined> {
        const answer = await this.objects.probe({
            method: "PATCH",
            path: `/apis/apps/v1/namespaces/${namespace}/${kind.toLowerCase()}s/${name}`,
            body: { spec: { replicas } },
        });
        const stored = (answer.body as WorkloadShape | undefined)?.spec?.replicas;
        // A policy that mutates refuses nothing, and still has its way.
        return answer.status === 200 && stored !== undefined && stored !== replicas
            ? `a policy of the cluster makes ${stored} of ${replicas} replicas`
            : refusalOf(answer);
    }

    async refusedPod(workload: KubernetesObject, namespace: string): Promise<string | undefined> {
        const { template } = (workload as WorkloadShape).spec ?? {};
        if (template?.spec === undefined) return undefined;
        // The service account and what is mounted are another matter: they come with the add-on.
        const { serviceAccountName: _, serviceAccount: __, ...spec } = template.spec;
        return refusalOf(
            await this.objects.probe({
                method: "POST",
                path: `/api/v1/namespaces/${namespace}/pods`,
                body: {
                    apiVersion: "v1",
                    kind: "Pod",
                    metadata: {
                        generateName: `${workload.metadata.name}-`,
                        namespace,
                        labels: template.metadata?.labels ?? {},
                    },
                    spec: { ...spec, automountServiceAccountToken: false },
                },
            }),
        );
    }

    async #whyAway(refs: readonly ObjectRef[], gone: readonly ObjectRef[]): Promise<string> {
        const namespaces = [...new Set(refs.map(({ namespace }) => namespace ?? ""))];
        const pods = (await Promise.all(namespaces.map((namespace) => this.failingPods(namespace)))).flat();
        const named = refs.map(
            (ref) => `${ref.namespace}/${ref.name}${gone.includes(ref) ? " (is not there)" : ""}`,
        );
        const told = pods.map((pod) => `; ${pod.told}`);
        return `not available: ${named.join(", ")}${told.join("")}`;
    }

    async #haveNoNode(workloads: readonly KubernetesObject[]): Promise<boolean> {
        const deployments = workloads.filter(({ kind }) => kind === "Deployment");
        const pods = await Promise.all(deployments.map((deployment) => this.#podsOf(deployment, "whole")));
        return pods.flat().some(isUnscheduled);
    }

    async #podsOf(
        workload: KubernetesObject,
        form: "whole" | "metadata" = "metadata",
    ): Promise<KubernetesObject[]> {
        const labels = (workload as WorkloadShape).spec?.selector?.matchLabels ?? {};
        const labelSelector = Object.entries(labels)
            .map(([key, value]) => `${key}=${value}`)
            .join(",");
        return this.objects.list("v1", "Pod", {
            labelSelector,
            ...(form === "metadata" ? { metadataOnly: true } : {}),
            ...(workload.metadata.namespace ? { namespace: workload.metadata.namespace } : {}),
        });
    }

    /** `probe` answers what is missing, or undefined when nothing is. */
    async #waitFor(
        timeoutMs: number,
        probe: () => Promise<Missing | undefined>,
        pollMs = POLL_MS,
    ): Promise<void> {
        const started = this.clock.now();
        const missing = await poll(
            this.clock,
            { timeoutMs, pauseMs: pollMs },
            probe,
            (seen) => seen === undefined || seen.isHopeless === true,
        );
        if (missing === undefined) return;
        throw new MigrationError({
            code: ErrorCode.WorkloadTimeout,
            step: "wait",
            what: `waited ${Math.round((this.clock.now() - started) / 1000)} s`,
            why: await missing.why(),
            remedy: "look at the pods with `kubectl describe pod`, remove the cause, then run `pulumi up` to continue or `pulumi destroy` to go back",
        });
    }
}

/** A pod may take all the time that its template gives it, and a little more. */
function graceMs(workload: KubernetesObject): number {
    const seconds = (workload as WorkloadShape).spec?.template?.spec?.terminationGracePeriodSeconds;
    return typeof seconds === "number" ? seconds * 1000 + AFTER_GRACE_MS : 0;
}

function isAway(workload: KubernetesObject): boolean {
    const { upToDate, available, desired } = statusOf(workload);
    return !upToDate || available < desired;
}

function refusedOf(deployment: KubernetesObject): FailingPod[] {
    const why = whyRefused(deployment);
    const { namespace, name } = deployment.metadata;
    if (why === undefined) return [];
    return [{ told: `deployment ${namespace}/${name}: ${why}`, isUnscheduled: false, ...ofEks(deployment) }];
}

function ofEks(deployment: KubernetesObject | undefined): Pick<FailingPod, "deploymentOfEks"> {
    return deployment !== undefined && isAppliedByEks(deployment)
        ? { deploymentOfEks: deployment.metadata.name }
        : {};
}

function selects(workload: KubernetesObject, { metadata }: KubernetesObject): boolean {
    const { matchLabels = {} } = (workload as WorkloadShape).spec?.selector ?? {};
    return Object.keys(matchLabels).length > 0 && carriesLabels(metadata.labels, matchLabels);
}

/** A Deployment says of its ReplicaSet that no pod could be created, and why. */
function whyRefused(workload: KubernetesObject): string | undefined {
    const refused = conditionOf(workload, "ReplicaFailure");
    return refused?.status === "True"
        ? [refused.reason, refused.message].filter(Boolean).join(" ")
        : undefined;
}

/** What a policy says. Missing rights are told elsewhere, and an API server that does not answer refuses nothing. */
function refusalOf({ status, message }: ProbeAnswer): string | undefined {
    if (status < 400 || status >= 500 || status === 404 || status === 409 || status === 429) return undefined;
    return /cannot (create|patch) resource/.test(message) || status === 401 ? undefined : message;
}
