// In: Certificates with self-signed Issuers. Out: their Secrets and their status, as cert-manager's controller writes them. Injects no CA.
import { X509Certificate } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import { type ApiClient, isStatus } from "../apiClient";
import type { ClusterView } from "../clusterView";
import { makeCertificate } from "../makeCertificate";
import type { Condition, KubeObject, Pod, Secret } from "../objectTypes";
import { tlsOf } from "../podCertificates";
import { isoSeconds } from "../podStatus";
import type { CurrentRequests } from "./currentRequests";
import { LazyReflector } from "./lazyReflector";
import { applyTlsSecret } from "./secrets";
import type { StandIn } from "./standIn";

export interface Certificate extends KubeObject {
    spec: {
        secretName: string;
        commonName?: string;
        dnsNames?: string[];
        issuerRef: { name: string; kind?: string; group?: string };
    };
    status?: { conditions?: Condition[]; revision?: number; notAfter?: string };
}

interface Issuer extends KubeObject {
    spec?: { selfSigned?: object };
    status?: { conditions?: Condition[] };
}

const group = "/apis/cert-manager.io/v1";

export class CertManager implements StandIn {
    readonly image = "cert-manager-controller";
    private readonly certificates: LazyReflector<Certificate>;
    private readonly issuers: LazyReflector<Issuer>;
    private readonly clusterIssuers: LazyReflector<Issuer>;

    constructor(
        private readonly client: ApiClient,
        private readonly view: ClusterView,
        private readonly requests: CurrentRequests,
        wake: () => void,
        report: (problem: string) => void,
    ) {
        this.certificates = new LazyReflector(client, `${group}/certificates`, wake, report);
        this.issuers = new LazyReflector(client, `${group}/issuers`, wake, report);
        this.clusterIssuers = new LazyReflector(client, `${group}/clusterissuers`, wake, report);
    }

    async reconcile(pods: Pod[]): Promise<void> {
        const wanted = (crd: string) => pods.length > 0 && this.view.hasCrd(`${crd}.cert-manager.io`);
        const certificates = await this.certificates.objects(wanted("certificates"));
        const issuers = await this.issuers.objects(wanted("issuers"));
        const clusterIssuers = await this.clusterIssuers.objects(wanted("clusterissuers"));
        for (const issuer of issuers?.list() ?? []) await this.markIssuer("issuers", issuer);
        for (const issuer of clusterIssuers?.list() ?? []) await this.markIssuer("clusterissuers", issuer);
        for (const certificate of certificates?.list() ?? []) {
            if (certificate.metadata.deletionTimestamp !== undefined) continue;
            const { kind, name } = certificate.spec.issuerRef;
            const namespace = certificate.metadata.namespace ?? "";
            const issuer =
                kind === "ClusterIssuer" ? clusterIssuers?.get(name) : issuers?.get(name, namespace);
            await this.issue(certificate, issuer);
        }
    }

    async stop(): Promise<void> {
        await Promise.all([this.certificates.stop(), this.issuers.stop(), this.clusterIssuers.stop()]);
    }

    private async issue(certificate: Certificate, issuer: Issuer | undefined): Promise<void> {
        const { namespace = "", name } = certificate.metadata;
        const { secretName, issuerRef, dnsNames = [] } = certificate.spec;
        if (issuer?.spec?.selfSigned === undefined) {
            const message = `Issuer ${issuerRef.name} is not there or not self-signed`;
            return this.mark("certificates", certificate, {
                status: "False",
                reason: "DoesNotExist",
                message,
            });
        }
        const secret = this.view.secrets.get(secretName, namespace);
        if (!isFor(secret, dnsNames) || this.requests.differs(certificate, secret)) {
            if (this.requests.isOn) {
                const message = "Issuing certificate as Certificate or Secret differ from the latest request";
                await this.mark("certificates", certificate, { status: "False", reason: "Issuing", message });
                await sleep(this.requests.delayMs);
            }
            const commonName = certificate.spec.commonName ?? dnsNames[0] ?? name;
            const pair = await makeCertificate({ commonName, dnsNames, days: 90 });
            const annotations = {
                "cert-manager.io/alt-names": dnsNames.join(","),
                "cert-manager.io/certificate-name": name,
                "cert-manager.io/common-name": certificate.spec.commonName ?? "",
                "cert-manager.io/ip-sans": "",
                "cert-manager.io/issuer-group": issuerRef.group ?? "",
                "cert-manager.io/issuer-kind": issuerRef.kind ?? "Issuer",
                "cert-manager.io/issuer-name": issuerRef.name,
                "cert-manager.io/uri-sans": "",
            };
            const labels = { "controller.cert-manager.io/fao": "true" };
            const type = "kubernetes.io/tls";
            const tls = {
                name: secretName,
                namespace,
                type,
                ca: pair.certificate,
                pair,
                labels,
                annotations,
            } as const;
            await applyTlsSecret(this.client, this.view, tls, "cert-manager-certificates-issuing");
            this.requests.note(certificate, this.view.secrets.get(secretName, namespace));
            return; // the Secret's arrival in the view brings us back to write the status
        }
        const message = "Certificate is up to date and has not expired";
        await this.mark(
            "certificates",
            certificate,
            { status: "True", reason: "Ready", message },
            validity(secret),
        );
    }

    private markIssuer(plural: "issuers" | "clusterissuers", issuer: Issuer): Promise<void> {
        if (issuer.spec?.selfSigned === undefined) return Promise.resolve();
        return this.mark(plural, issuer, { status: "True", reason: "IsReady", message: "" });
    }

    private async mark(
        plural: string,
        object: Certificate | Issuer,
        ready: Pick<Condition, "reason" | "message"> & { status: "True" | "False" },
        more: object = {},
    ): Promise<void> {
        const old = object.status?.conditions?.find((condition) => condition.type === "Ready");
        const generation = object.metadata.generation ?? 1;
        if (
            old?.status === ready.status &&
            old.reason === ready.reason &&
            old.observedGeneration === generation
        )
            return;
        const lastTransitionTime =
            old?.status === ready.status ? old.lastTransitionTime : isoSeconds(new Date());
        const condition = { type: "Ready", ...ready, lastTransitionTime, observedGeneration: generation };
        const { namespace, name } = object.metadata;
        const scope = namespace === undefined ? "" : `/namespaces/${namespace}`;
        const path = `${group}${scope}/${plural}/${name}`;
        const query = "?fieldManager=cert-manager-certificates-readiness";
        const body = { status: { conditions: [condition], ...more } };
        try {
            await this.client.call({
                method: "PATCH",
                path: `${path}/status${query}`,
                contentType: "merge",
                body,
            });
        } catch (error) {
            if (!isStatus(error, 404)) throw error;
            // the CRD may have no status subresource, or the object has just gone
            await this.client.call({ method: "PATCH", path: `${path}${query}`, contentType: "merge", body });
        }
    }
}

/** A Secret stays for as long as its certificate names the same hosts, also one that was put back by hand. */
function isFor(secret: Secret | undefined, dnsNames: string[]): boolean {
    const certificate = parse(secret);
    if (certificate === undefined) return false;
    const names = (certificate.subjectAltName ?? "").split(", ").filter((name) => name.startsWith("DNS:"));
    const actual = names.map((name) => name.slice("DNS:".length)).sort();
    return JSON.stringify(actual) === JSON.stringify([...dnsNames].sort());
}

function parse(secret: Secret | undefined): X509Certificate | undefined {
    const pem = tlsOf(secret)?.certificate;
    if (pem === undefined || !pem.includes("BEGIN CERTIFICATE")) return undefined;
    return new X509Certificate(pem);
}

function validity(secret: Secret | undefined): object {
    const certificate = parse(secret);
    if (certificate === undefined) return {};
    const [notBefore, notAfter] = [new Date(certificate.validFrom), new Date(certificate.validTo)];
    const renewal = new Date(notBefore.getTime() + ((notAfter.getTime() - notBefore.getTime()) * 2) / 3);
    return {
        notBefore: isoSeconds(notBefore),
        notAfter: isoSeconds(notAfter),
        renewalTime: isoSeconds(renewal),
        revision: 1,
    };
}
