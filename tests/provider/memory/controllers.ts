// What runs in the cluster by itself: garbage collection, workloads, pods, cert-manager, KEDA's certificates. Each pass looks at the state and brings it one step on.
import { patchOf } from "../../../provider/kubernetes/clientConfigs";
import type { KubernetesObject } from "../../../provider/ports/world";
import type { Data } from "./data";
import { Elections, runs } from "./elections";
import { isJson, same, stable } from "./json";
import { keyOfObject } from "./kinds";
import { PodCertificates } from "./podCertificates";
import { isReady, neededSecrets } from "./pods";
import { decode, decodeText, type FakeCertificate, keyOfAuthority, signerData, tlsData } from "./serving";
import { type Store, withOwners } from "./store";

const MANAGER = "kube-controller-manager";
const REVISION = "deployment.kubernetes.io/revision";
const NODE = "fake-1";
const READY_MS = 300;
const OPERATOR_READY_MS = 1_000;
const TERMINATION_MS = 400;
/** Into which cert-manager writes authorities. */
const INJECTED_KINDS = [
    "CustomResourceDefinition",
    "MutatingWebhookConfiguration",
    "ValidatingWebhookConfiguration",
];

interface Template {
    readonly metadata?: { readonly labels?: Record<string, string> };
    readonly spec: {
        readonly serviceAccountName?: string;
        readonly containers: readonly { readonly image: string }[];
    };
}

export class Controllers {
    readonly #elections: Elections;
    readonly #podCertificates: PodCertificates;

    constructor(
        readonly store: Store,
        readonly data: () => Data,
        readonly wakeAt: (time: number) => void,
    ) {
        this.#elections = new Elections(store, data, wakeAt);
        this.#podCertificates = new PodCertificates(store, data, wakeAt);
    }

    pass(): void {
        this.#collectGarbage();
        for (const deployment of this.store.all("Deployment")) this.#deployment(deployment);
        for (const set of this.store.all("ReplicaSet")) this.#pods(set, specOf(set).replicas ?? 0);
        for (const set of this.store.all("DaemonSet")) this.#daemonSet(set);
        for (const pod of this.store.all("Pod")) this.#pod(pod);
        for (const deployment of this.store.all("Deployment")) this.#status(deployment);
        this.#certificates();
        this.#injectAuthorities();
        this.#rotateKedaCertificates();
        this.#podCertificates.pass();
        this.#elections.pass();
        for (const { metadata } of this.store.all("Namespace")) this.store.endEmptyNamespace(metadata.name);
    }

    #collectGarbage(): void {
        const uids = new Set([...this.data().objects.values()].map(({ metadata }) => metadata.uid));
        for (const object of [...this.data().objects.values()]) {
            const owners = object.metadata.ownerReferences ?? [];
            if (owners.length === 0 || owners.some(({ uid }) => uids.has(uid))) continue;
            if (this.#isCollected(object)) this.store.remove({ ...object, ...object.metadata });
        }
    }

    #isCollected({ metadata }: KubernetesObject): boolean {
        const { ownerless, behaviour, now } = this.data();
        const uid = metadata.uid ?? "";
        const since = ownerless.get(uid) ?? now;
        ownerless.set(uid, since);
        if (now < since + behaviour.collectMs) this.wakeAt(since + behaviour.collectMs);
        return now >= since + behaviour.collectMs;
    }

    #deployment(deployment: KubernetesObject): void {
        const { selector, template, replicas = 1 } = specOf(deployment);
        const mine = this.store.all("ReplicaSet", deployment.metadata.namespace).filter((set) => {
            const owner = set.metadata.ownerReferences?.find(({ controller }) => controller);
            return matches(set, selector) && (owner === undefined || owner.uid === deployment.metadata.uid);
        });
        const hash = hashOf(template);
        const current = mine.find((set) => hashOf(templateWithoutHash(set)) === hash);
        const newest = Math.max(
            0,
            ...mine
                .filter((set) => set !== current)
                .map((set) => Number(set.metadata.annotations?.[REVISION] ?? 0)),
        );
        const owner = ownerOf(deployment);
        if (current === undefined) {
            const name = `${deployment.metadata.name}-${hash}`;
            const isTaken = this.store.raw({
                apiVersion: "apps/v1",
                kind: "ReplicaSet",
                namespace: deployment.metadata.namespace ?? "",
                name,
            });
            const labels = { ...(template?.metadata?.labels ?? {}), "pod-template-hash": hash };
            this.store.create(
                {
                    apiVersion: "apps/v1",
                    kind: "ReplicaSet",
                    metadata: {
                        name: isTaken === undefined ? name : `${name}-again`,
                        namespace: deployment.metadata.namespace ?? "",
                        labels,
                        annotations: { [REVISION]: String(newest + 1) },
                        ownerReferences: [owner],
                    },
                    spec: {
                        replicas,
                        selector: {
                            matchLabels: { ...(selector?.matchLabels ?? {}), "pod-template-hash": hash },
                        },
                        template: { ...template, metadata: { ...template?.metadata, labels } },
                    },
                },
                { manager: MANAGER, operation: "Update" },
            );
            // For ever, as a real one does.
            if (isTaken !== undefined)
                this.store.status(deployment, MANAGER, { ...(deployment.status ?? {}), collisionCount: 1 });
        }
        for (const set of mine) {
            const wanted = set === current ? replicas : 0;
            const revision =
                set === current
                    ? Math.max(newest + 1, Number(set.metadata.annotations?.[REVISION] ?? 0))
                    : Number(set.metadata.annotations?.[REVISION] ?? 0);
            const next = withOwners(
                {
                    ...set,
                    spec: { ...(set.spec as object), replicas: wanted },
                    metadata: {
                        ...set.metadata,
                        annotations: { ...set.metadata.annotations, [REVISION]: String(revision) },
                    },
                },
                [owner],
            );
            if (!same(next, set)) this.store.update(next, { manager: MANAGER, operation: "Update" });
        }
    }

    #daemonSet(set: KubernetesObject): void {
        this.#pods(set, 1);
        const pods = this.#podsOf(set);
        this.store.status(set, MANAGER, {
            desiredNumberScheduled: 1,
            updatedNumberScheduled: pods.length,
            numberAvailable: pods.filter(isReady).length,
            observedGeneration: set.metadata.generation,
        });
    }

    #podsOf(owner: KubernetesObject): KubernetesObject[] {
        return this.store
            .all("Pod", owner.metadata.namespace)
            .filter(({ metadata }) =>
                metadata.ownerReferences?.some(({ uid }) => uid === owner.metadata.uid),
            );
    }

    #pods(owner: KubernetesObject, wanted: number): void {
        const { namespace = "", name } = owner.metadata;
        const template = specOf(owner).template;
        const living = this.#podsOf(owner).filter(({ metadata }) => metadata.deletionTimestamp === undefined);
        for (const pod of living.slice(wanted)) this.store.remove({ ...pod, ...pod.metadata });
        const account = template?.spec.serviceAccountName ?? "default";
        const hasAccount =
            account === "default" ||
            this.store.raw({ apiVersion: "v1", kind: "ServiceAccount", namespace, name: account }) !==
                undefined;
        for (let count = living.length; count < wanted && hasAccount && template !== undefined; count++) {
            const pod = this.#podOf(owner, `${name}-${this.data().counter.toString(36)}`);
            if (this.store.refusedBy(pod) !== undefined) return;
            this.store.create(pod, { manager: MANAGER, operation: "Update" });
        }
    }

    #podOf(owner: KubernetesObject, name: string): KubernetesObject {
        const { template } = specOf(owner);
        return {
            apiVersion: "v1",
            kind: "Pod",
            metadata: {
                name,
                namespace: owner.metadata.namespace ?? "",
                labels: { ...template?.metadata?.labels },
                ownerReferences: [ownerOf(owner)],
            },
            spec: { ...template?.spec, ...(this.#hasNode(owner) ? { nodeName: NODE } : {}) },
        };
    }

    #hasNode({ metadata }: KubernetesObject): boolean {
        return !this.data().withoutNodes.has(metadata.namespace ?? "");
    }

    /** Answers whether it has a node. */
    #schedule(pod: KubernetesObject): boolean {
        if ((pod.spec as { nodeName?: string }).nodeName !== undefined) return true;
        if (this.#hasNode(pod)) {
            this.store.update(
                { ...pod, spec: { ...(pod.spec as object), nodeName: NODE } },
                { manager: "kube-scheduler", operation: "Update" },
            );
            return true;
        }
        const message = "0/1 nodes are available: 1 Too many pods.";
        const status = {
            phase: "Pending",
            conditions: [{ type: "PodScheduled", status: "False", reason: "Unschedulable", message }],
        };
        if (!same(status, pod.status)) this.store.status(pod, "kube-scheduler", status);
        return false;
    }

    #pod(pod: KubernetesObject): void {
        const { podTimes, now, broken } = this.data();
        const key = keyOfObject(pod);
        const image = (specOf(pod) as unknown as Template["spec"]).containers[0]?.image ?? "";
        let times = podTimes.get(pod.metadata.uid ?? "");
        if (times === undefined) {
            times = { readyAt: now + this.#startUpMs(pod, image) };
            podTimes.set(pod.metadata.uid ?? "", times);
            this.wakeAt(times.readyAt);
        }
        if (pod.metadata.deletionTimestamp !== undefined) {
            if (times.goneAt === undefined) {
                const goneAt = now + this.#endMs(pod);
                podTimes.set(pod.metadata.uid ?? "", { ...times, goneAt });
                this.wakeAt(goneAt);
            } else if (now >= times.goneAt) {
                podTimes.delete(pod.metadata.uid ?? "");
                this.store.erase(pod);
            }
            return;
        }
        if (!this.#schedule(pod)) return;
        const secrets = neededSecrets(pod).every(
            (name) =>
                this.store.raw({
                    apiVersion: "v1",
                    kind: "Secret",
                    namespace: pod.metadata.namespace ?? "",
                    name,
                }) !== undefined,
        );
        const isBroken = [...broken].some((part) => image.includes(part));
        const ready = isReady(pod) || (now >= times.readyAt && secrets && !isBroken);
        const status = ready
            ? { phase: "Running", conditions: [{ type: "Ready", status: "True" }] }
            : {
                  phase: "Pending",
                  conditions: [{ type: "Ready", status: "False" }],
                  containerStatuses: [
                      {
                          name: "main",
                          ready: false,
                          state: { waiting: { reason: isBroken ? "CrashLoopBackOff" : "ContainerCreating" } },
                      },
                  ],
              };
        if (!same(status, pod.status))
            this.store.status(this.data().objects.get(key) ?? pod, "kubelet", status);
    }

    #startUpMs({ metadata }: KubernetesObject, image: string): number {
        const given = this.data().behaviour.startUpMs[`${metadata.namespace}/${metadata.labels?.app ?? ""}`];
        return given ?? (image.includes("hyperpod-inference-operator") ? OPERATOR_READY_MS : READY_MS);
    }

    #endMs({ metadata }: KubernetesObject): number {
        const given = this.data().behaviour.endMs[`${metadata.namespace}/${metadata.labels?.app ?? ""}`];
        return given ?? TERMINATION_MS;
    }

    #status(deployment: KubernetesObject): void {
        const live = this.data().objects.get(keyOfObject(deployment));
        if (live === undefined) return;
        const sets = this.store
            .all("ReplicaSet", live.metadata.namespace)
            .filter(({ metadata }) => metadata.ownerReferences?.some(({ uid }) => uid === live.metadata.uid));
        const hash = hashOf(specOf(live).template);
        const current = sets.find((set) => hashOf(templateWithoutHash(set)) === hash);
        const pods = sets
            .flatMap((set) => this.#podsOf(set))
            .filter(({ metadata }) => metadata.deletionTimestamp === undefined);
        const updated =
            current === undefined
                ? []
                : this.#podsOf(current).filter(({ metadata }) => metadata.deletionTimestamp === undefined);
        const { collisionCount } = (live.status ?? {}) as { collisionCount?: number };
        const status = {
            observedGeneration: live.metadata.generation,
            ...(collisionCount === undefined ? {} : { collisionCount }),
            ...counted({
                replicas: pods.length,
                updatedReplicas: updated.length,
                availableReplicas: pods.filter(isReady).length,
            }),
        };
        const wanted = current === undefined ? 0 : (specOf(current).replicas ?? 0);
        const refused =
            current !== undefined && updated.length < wanted
                ? this.store.refusedBy(this.#podOf(current, "probe"))
                : undefined;
        if (refused !== undefined)
            Object.assign(status, {
                conditions: [
                    { type: "ReplicaFailure", status: "True", reason: "FailedCreate", message: refused },
                ],
            });
        const revision = current?.metadata.annotations?.[REVISION];
        this.store.status(live, MANAGER, status, revision === undefined ? {} : { [REVISION]: revision });
    }

    /** Whether a controller with this image runs; answers its namespaces. */
    #running(image: string): string[] {
        return [
            ...new Set(
                this.store
                    .all("Pod")
                    .filter((pod) => isReady(pod) && runs(pod, image))
                    .map(({ metadata }) => metadata.namespace ?? ""),
            ),
        ];
    }

    #certificates(): void {
        if (this.#running("cert-manager-controller").length === 0) return;
        const { issuing, signed, now, behaviour } = this.data();
        const { issueMs } = behaviour;
        for (const certificate of this.store.all("Certificate")) {
            const { secretName, dnsNames } = certificate.spec as { secretName: string; dnsNames: string[] };
            const { namespace = "", name } = certificate.metadata;
            const secret = this.store.raw({ apiVersion: "v1", kind: "Secret", namespace, name: secretName });
            const issued =
                secret &&
                (decode((secret.data as Record<string, string>)["tls.crt"]) as FakeCertificate).dnsNames;
            const key = keyOfObject(certificate);
            const work = issuing.get(key);
            const wanted = dnsNames.join();
            const inSecret = (secret?.data as Record<string, string> | undefined)?.["tls.crt"] ?? "";
            if (!signed.has(key) && issued !== undefined)
                signed.set(key, { dnsNames: issued.join(), certificate: inSecret });
            const last = signed.get(key);
            const isRight = behaviour.comparesRequest
                ? last?.dnsNames === wanted && last.certificate === inSecret
                : issued?.join() === wanted;
            if (work !== undefined && now >= work.at) {
                issuing.delete(key);
                // It writes what it began to sign, also when the Certificate changed meanwhile.
                const names = work.dnsNames.split(",");
                const metadata = {
                    name: secretName,
                    namespace,
                    annotations: { "cert-manager.io/certificate-name": name },
                };
                const data = tlsData(`${name} ${this.data().counter}`, names);
                signed.set(key, { dnsNames: work.dnsNames, certificate: data["tls.crt"] ?? "" });
                if (secret === undefined)
                    this.store.create(
                        { apiVersion: "v1", kind: "Secret", metadata, type: "kubernetes.io/tls", data },
                        { manager: "cert-manager-certificates-issuing", operation: "Update" },
                    );
                else
                    this.store.update(
                        { ...secret, data },
                        { manager: "cert-manager-certificates-issuing", operation: "Update" },
                    );
            } else if (work === undefined && !isRight) {
                issuing.set(key, { dnsNames: wanted, at: now + issueMs });
                this.wakeAt(now + issueMs);
            }
            this.store.status(certificate, "cert-manager-certificates-readiness", {
                conditions: [
                    {
                        type: "Ready",
                        status: isRight ? "True" : "False",
                        observedGeneration: certificate.metadata.generation,
                    },
                ],
            });
        }
    }

    #injectAuthorities(): void {
        if (this.#running("cert-manager-cainjector").length === 0) return;
        for (const asking of INJECTED_KINDS.flatMap((kind) => this.store.all(kind))) {
            const [namespace = "", name = ""] = (
                asking.metadata.annotations?.["cert-manager.io/inject-ca-from"] ?? ""
            ).split("/");
            const certificate = this.store.raw({
                apiVersion: "cert-manager.io/v1",
                kind: "Certificate",
                namespace,
                name,
            });
            const secretName = (certificate?.spec as { secretName?: string } | undefined)?.secretName ?? "";
            const secret = this.store.raw({ apiVersion: "v1", kind: "Secret", namespace, name: secretName });
            const ca = (secret?.data as Record<string, string> | undefined)?.["ca.crt"];
            const patch =
                ca === undefined
                    ? undefined
                    : patchOf(asking, (config) =>
                          config.caBundle === ca ? config : { ...config, caBundle: ca },
                      );
            if (patch === undefined) continue;
            const by = { manager: "cert-manager-cainjector", operation: "Update" } as const;
            this.store.merge({ ...asking, name: asking.metadata.name }, patch, by);
        }
    }

    #rotateKedaCertificates(): void {
        const writer = { manager: "keda", operation: "Update" } as const;
        // The rotator runs on the leader only.
        const leaders = this.store
            .all("Pod")
            .filter((pod) => runs(pod, "keda-operator") && isReady(pod))
            .filter((pod) => this.#elections.acts(pod, "keda-operator"));
        for (const namespace of new Set(leaders.map(({ metadata }) => metadata.namespace ?? ""))) {
            const ref = { apiVersion: "v1", kind: "Secret", namespace, name: "kedaorg-certs" };
            const names = ["keda-operator", "keda-operator-metrics-apiserver", "keda-admission-webhooks"].map(
                (service) => `${service}.${namespace}.svc`,
            );
            const secret = this.store.raw(ref);
            const issue = () => signerData(`keda ${this.data().counter}`, names);
            if (secret === undefined)
                this.store.create(
                    {
                        apiVersion: "v1",
                        kind: "Secret",
                        metadata: { name: ref.name, namespace },
                        type: "Opaque",
                        data: issue(),
                    },
                    writer,
                );
            // It takes what others put there, as long as it can sign with it and finds its names.
            else if (!isUsable(secret, names)) this.store.update({ ...secret, data: issue() }, writer);
            const ca = (this.store.raw(ref)?.data as Record<string, string> | undefined)?.["ca.crt"];
            const service = this.store.raw({
                apiVersion: "apiregistration.k8s.io/v1",
                kind: "APIService",
                name: "v1beta1.external.metrics.k8s.io",
            });
            if (service !== undefined && (service.spec as { caBundle?: string }).caBundle !== ca)
                this.store.merge(
                    { ...service, name: service.metadata.name },
                    { spec: { caBundle: ca } },
                    writer,
                );
            const webhook = this.store.raw({
                apiVersion: "admissionregistration.k8s.io/v1",
                kind: "ValidatingWebhookConfiguration",
                name: "keda-admission",
            }) as (KubernetesObject & { webhooks: { clientConfig: object }[] }) | undefined;
            if (webhook === undefined) continue;
            const webhooks = webhook.webhooks.map((one) => ({
                ...one,
                clientConfig: { ...one.clientConfig, caBundle: ca },
            }));
            if (!same(webhooks, webhook.webhooks))
                this.store.merge({ ...webhook, name: webhook.metadata.name }, { webhooks }, writer);
        }
    }
}

function isUsable({ data }: KubernetesObject, names: readonly string[]): boolean {
    const bytes = data as Record<string, string>;
    const { ca, dnsNames } = decode(bytes["tls.crt"]) as FakeCertificate;
    const key = bytes["ca.key"];
    return (
        key !== undefined &&
        decodeText(key) === keyOfAuthority(ca) &&
        names.every((name) => dnsNames.includes(name))
    );
}

interface Workload {
    readonly replicas?: number;
    readonly selector?: { readonly matchLabels?: Record<string, string> };
    readonly template?: Template;
}

function specOf(object: KubernetesObject): Workload {
    return (object.spec ?? {}) as Workload;
}

function matches({ metadata }: KubernetesObject, selector: Workload["selector"]): boolean {
    return Object.entries(selector?.matchLabels ?? {}).every(
        ([key, value]) => metadata.labels?.[key] === value,
    );
}

const withoutHash = new WeakMap<object, unknown>();

function templateWithoutHash(set: KubernetesObject): unknown {
    const { template } = specOf(set);
    const known = template && withoutHash.get(template);
    if (known !== undefined) return known;
    const result = stripHash(template);
    if (template !== undefined) withoutHash.set(template, result);
    return result;
}

function stripHash(template: Template | undefined): unknown {
    const labels = Object.fromEntries(
        Object.entries(template?.metadata?.labels ?? {}).filter(([key]) => key !== "pod-template-hash"),
    );
    return { ...template, metadata: { ...template?.metadata, labels } };
}

const hashes = new WeakMap<object, string>();

function hashOf(template: unknown): string {
    const known = isJson(template) ? hashes.get(template) : undefined;
    if (known !== undefined) return known;
    const hash = computeHash(template);
    if (isJson(template)) hashes.set(template, hash);
    return hash;
}

function computeHash(template: unknown): string {
    const text = stable(isJson(template) ? template : {});
    let hash = 7;
    for (let index = 0; index < text.length; index++) hash = (hash * 31 + text.charCodeAt(index)) >>> 0;
    return hash.toString(36);
}

function ownerOf({ apiVersion, kind, metadata }: KubernetesObject) {
    return {
        apiVersion,
        kind,
        name: metadata.name,
        uid: metadata.uid ?? "",
        controller: true,
        blockOwnerDeletion: true,
    };
}

/** Zero counters are left out, as the real status does. */
function counted(counts: Record<string, number>): Record<string, number> {
    return Object.fromEntries(Object.entries(counts).filter(([, count]) => count > 0));
}
