// In: annotations `cert-manager.io/inject-ca-from…`. Out: the CA of that Certificate or Secret in the annotated objects. Issues nothing.
import { type ApiClient, isStatus } from "../apiClient";
import type { ClusterView } from "../clusterView";
import type { KubeObject, ObjectMeta, Pod } from "../objectTypes";
import { type BundleCarrier, type BundleKind, collectionPath, getCarrier, injectCa } from "./caBundles";
import type { Certificate } from "./certManager";
import { LazyReflector } from "./lazyReflector";
import type { StandIn } from "./standIn";

const fromCertificate = "cert-manager.io/inject-ca-from";
const fromSecret = "cert-manager.io/inject-ca-from-secret";
const allowDirect = "cert-manager.io/allow-direct-injection";
const manager = "cert-manager-cainjector";
const webhookKinds = [
    "validatingwebhookconfigurations",
    "mutatingwebhookconfigurations",
    "apiservices",
] as const;

export class CaInjector implements StandIn {
    readonly image = "cert-manager-cainjector";
    private readonly certificates: LazyReflector<Certificate>;
    private readonly checkedCrds = new Map<string, string>();
    private readonly carriers: { kind: BundleKind; objects: LazyReflector<BundleCarrier> }[];

    constructor(
        private readonly client: ApiClient,
        private readonly view: ClusterView,
        wake: () => void,
        report: (problem: string) => void,
    ) {
        this.certificates = new LazyReflector(client, "/apis/cert-manager.io/v1/certificates", wake, report);
        this.carriers = webhookKinds.map((kind) => ({
            kind,
            objects: new LazyReflector<BundleCarrier>(client, collectionPath(kind), wake, report),
        }));
    }

    async reconcile(pods: Pod[]): Promise<void> {
        const isActive = pods.length > 0;
        const hasCertificates = isActive && this.view.hasCrd("certificates.cert-manager.io");
        const certificates = await this.certificates.objects(hasCertificates);
        const find = (reference: string) => {
            const [namespace = "", name = ""] = reference.split("/");
            return certificates?.get(name, namespace);
        };
        for (const { kind, objects } of this.carriers) {
            for (const object of (await objects.objects(isActive))?.list() ?? []) {
                const ca = this.caFor(object, find);
                if (ca !== undefined) await this.inject(kind, object, ca);
            }
        }
        if (!isActive) return;
        for (const { metadata } of this.view.crds.list()) {
            const ca = this.caFor({ metadata }, find);
            if (ca !== undefined) await this.injectIntoCrd(metadata, ca);
        }
    }

    /** CRDs are large: each form of one is fetched once. */
    private async injectIntoCrd(metadata: ObjectMeta, ca: string): Promise<void> {
        const seen = `${metadata.uid} ${metadata.resourceVersion} ${ca}`;
        if (this.checkedCrds.get(metadata.name) === seen) return;
        const crd = await getCarrier(this.client, "customresourcedefinitions", metadata.name);
        if (crd !== undefined) await this.inject("customresourcedefinitions", crd, ca);
        if (crd?.metadata.resourceVersion === metadata.resourceVersion)
            this.checkedCrds.set(metadata.name, seen);
    }

    async stop(): Promise<void> {
        await Promise.all([this.certificates.stop(), ...this.carriers.map(({ objects }) => objects.stop())]);
    }

    private caFor(
        object: KubeObject,
        find: (reference: string) => Certificate | undefined,
    ): string | undefined {
        const annotations = object.metadata.annotations ?? {};
        const direct = annotations[fromSecret]?.split("/");
        if (direct !== undefined) {
            const secret = this.view.secrets.get(direct[1] ?? "", direct[0]);
            const isAllowed = secret?.metadata.annotations?.[allowDirect] === "true";
            return isAllowed ? secret?.data?.["ca.crt"] : undefined;
        }
        const certificate = find(annotations[fromCertificate] ?? "");
        if (certificate === undefined) return undefined;
        return this.view.secrets.get(certificate.spec.secretName, certificate.metadata.namespace)?.data?.[
            "ca.crt"
        ];
    }

    private async inject(kind: BundleKind, object: BundleCarrier, ca: string): Promise<void> {
        try {
            await injectCa(this.client, kind, object, ca, manager);
        } catch (error) {
            // changed or gone since we read it: its next event brings us back
            if (!isStatus(error, 404, 409, 422)) throw error;
        }
    }
}
