// In: Ready pods of KEDA's operator. Out: the Secret kedaorg-certs and its CA in KEDA's API registrations. Never renews.
import { createPrivateKey, X509Certificate } from "node:crypto";
import { type ApiClient, isStatus } from "../apiClient";
import type { ClusterView } from "../clusterView";
import { type Elections, placeOf } from "../elections/elections";
import { makeCertificate } from "../makeCertificate";
import type { KubeObject, Pod, Secret } from "../objectTypes";
import { type BundleCarrier, type BundleKind, collectionPath, injectCa } from "./caBundles";
import { LazyReflector } from "./lazyReflector";
import { applyTlsSecret } from "./secrets";
import type { StandIn } from "./standIn";

const secretName = "kedaorg-certs";
const manager = "keda";
const standardServices = ["keda-operator", "keda-operator-metrics-apiserver", "keda-admission-webhooks"];
const targets = [
    { kind: "apiservices", name: "v1beta1.external.metrics.k8s.io" },
    { kind: "validatingwebhookconfigurations", name: "keda-admission" },
] as const;

export class KedaRotator implements StandIn {
    readonly image = "keda-operator";
    private readonly carriers: { kind: BundleKind; name: string; objects: LazyReflector<BundleCarrier> }[];

    constructor(
        private readonly client: ApiClient,
        private readonly view: ClusterView,
        private readonly elections: Elections,
        wake: () => void,
        report: (problem: string) => void,
    ) {
        this.carriers = targets.map(({ kind, name }) => ({
            kind,
            name,
            objects: new LazyReflector<BundleCarrier>(client, collectionPath(kind), wake, report),
        }));
    }

    /** Only the leader rotates. */
    async reconcile(all: Pod[]): Promise<void> {
        const pods = all.filter((pod) => this.elections.acts(pod));
        for (const pod of pods) await this.ensureSecret(pod);
        // Of two generations at work, the newest has the last word.
        const newest = [...pods].sort((a, b) => created(b).localeCompare(created(a)))[0];
        const ca = this.view.secrets.get(secretName, newest?.metadata.namespace)?.data?.["ca.crt"];
        for (const { kind, name, objects } of this.carriers) {
            const object = (await objects.objects(pods.length > 0))?.get(name);
            if (object === undefined || ca === undefined) continue;
            try {
                await injectCa(this.client, kind, object, ca, manager);
            } catch (error) {
                // changed or gone since we read it: its next event brings us back
                if (!isStatus(error, 404, 409, 422)) throw error;
            }
        }
    }

    async stop(): Promise<void> {
        await Promise.all(this.carriers.map(({ objects }) => objects.stop()));
    }

    private async ensureSecret(pod: Pod): Promise<void> {
        const namespace = pod.metadata.namespace ?? "";
        const there = this.view.secrets.get(secretName, namespace);
        // It takes what others put there, as long as it can sign with it and finds the names that it needs.
        if (there !== undefined && isUsable(there, namesOf(standardServices, namespace))) return;
        const ca = await makeCertificate({ commonName: "KEDA", organization: "KEDAORG", isCa: true });
        const dnsNames = namesOf(await this.services(namespace), namespace);
        const pair = await makeCertificate({ commonName: "keda-operator", dnsNames }, ca);
        const secret = {
            name: secretName,
            namespace,
            type: "Opaque",
            ca: ca.certificate,
            caKey: ca.key,
            pair,
        } as const;
        await applyTlsSecret(this.client, this.view, secret, manager);
        if (this.elections.isOn)
            this.elections.leadership.act(
                this.image,
                placeOf(pod),
                `wrote Secret ${namespace}/${secretName}`,
            );
    }

    /** KEDA's own names, and those that the chart gave its Services. */
    private async services(namespace: string): Promise<string[]> {
        const list = await this.client.call<{ items: KubeObject[] }>({
            path: `/api/v1/namespaces/${namespace}/services`,
        });
        const names = list.items
            .map((service) => service.metadata.name)
            .filter((name) => name.includes("keda"));
        return [...new Set([...standardServices, ...names])];
    }
}

function namesOf(services: readonly string[], namespace: string): string[] {
    return services.flatMap((service) => {
        const base = `${service}.${namespace}`;
        return [service, base, `${base}.svc`, `${base}.svc.cluster.local`];
    });
}

function isUsable({ data = {} }: Secret, names: readonly string[]): boolean {
    const text = (key: string) => Buffer.from(data[key] ?? "", "base64").toString();
    try {
        const ca = new X509Certificate(text("ca.crt"));
        const leaf = new X509Certificate(text("tls.crt"));
        const isSigned = ca.checkPrivateKey(createPrivateKey(text("ca.key"))) && leaf.verify(ca.publicKey);
        return isSigned && names.every((name) => leaf.checkHost(name) !== undefined);
    } catch {
        // No certificate, or no key: it cannot be used.
        return false;
    }
}

function created(pod: Pod): string {
    return pod.metadata.creationTimestamp ?? "";
}
