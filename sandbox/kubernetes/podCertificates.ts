// In: a pod and the Secrets of its cluster. Out: the TLS certificate its server presents. Writes no Secret.
import { createSecureContext, type SecureContext } from "node:tls";
import type { ClusterView } from "./clusterView";
import { type CertificateSource, profilesOf } from "./images";
import type { LateSecrets } from "./lateSecrets";
import { makeCertificate } from "./makeCertificate";
import type { Pod, Secret } from "./objectTypes";

export const tlsOf = (secret: Secret | undefined): { certificate: string; key: string } | undefined => {
    const certificate = secret?.data?.["tls.crt"];
    const key = secret?.data?.["tls.key"];
    return certificate === undefined || key === undefined
        ? undefined
        : { certificate: decode(certificate), key: decode(key) };
};

const decode = (base64: string): string => Buffer.from(base64, "base64").toString("utf8");

export class PodCertificates {
    /** By pod and version of the Secret, so that a changed Secret counts from the next connection on. */
    private readonly contexts = new Map<string, Promise<SecureContext>>();

    constructor(
        private readonly view: ClusterView,
        private readonly late: LateSecrets,
    ) {}

    /** To be called at every change: what changes unseen would be seen at once. */
    look(pods: readonly Pod[]): void {
        this.late.keepOnly(new Set(this.view.pods.list().map(({ metadata }) => metadata.uid ?? "")));
        for (const pod of pods)
            for (const { serves } of profilesOf(pod))
                if (serves !== undefined) this.secretFor(pod, serves.certificate);
    }

    /** PEM of a certificate that comes from a Secret; undefined as long as the pod has none. */
    presented(pod: Pod): string | undefined {
        const [serves] = profilesOf(pod).flatMap((profile) => profile.serves ?? []);
        return serves && tlsOf(this.secretFor(pod, serves.certificate))?.certificate;
    }

    contextFor(pod: Pod, source: CertificateSource): Promise<SecureContext> {
        const secret = this.secretFor(pod, source);
        const key = [
            pod.metadata.uid,
            source.kind,
            secret?.metadata.uid,
            secret?.metadata.resourceVersion,
        ].join(" ");
        let context = this.contexts.get(key);
        if (context === undefined) {
            context = this.make(pod, source, secret);
            this.contexts.set(key, context);
            context.catch(() => this.contexts.delete(key));
        }
        return context;
    }

    private secretFor(pod: Pod, source: CertificateSource): Secret | undefined {
        const namespace = pod.metadata.namespace ?? "";
        if (source.kind === "selfSigned") return undefined;
        if (source.kind === "certManagerWebhook")
            return this.view.secrets.get(`${deploymentName(pod)}-ca`, namespace);
        const mounted = (pod.spec.volumes ?? [])
            .map((volume) => volume.secret?.secretName)
            .filter((name) => name !== undefined);
        const secrets = mounted
            .map((name) => this.view.secrets.get(name, namespace))
            .filter((secret) => secret !== undefined)
            .map((secret) => this.late.seenBy(pod.metadata.uid ?? "", secret))
            .filter((secret) => tlsOf(secret) !== undefined);
        return secrets.find((secret) => secret?.metadata.name === source.preferred) ?? secrets[0];
    }

    private async make(
        pod: Pod,
        source: CertificateSource,
        secret: Secret | undefined,
    ): Promise<SecureContext> {
        if (source.kind === "selfSigned")
            return secureContext(await makeCertificate({ commonName: pod.metadata.name }));
        const pair = tlsOf(secret);
        const missing = `pod ${pod.metadata.namespace}/${pod.metadata.name} mounts no Secret with a TLS certificate`;
        if (pair === undefined) throw new Error(missing);
        if (source.kind === "mountedSecret") return secureContext(pair);
        const service = deploymentName(pod);
        const base = `${service}.${pod.metadata.namespace}`;
        return secureContext(
            await makeCertificate({ commonName: service, dnsNames: [service, base, `${base}.svc`] }, pair),
        );
    }
}

function secureContext(pair: { certificate: string; key: string }): SecureContext {
    return createSecureContext({ cert: pair.certificate, key: pair.key });
}

/** `cert-manager-webhook-7d9f-x2x` -> `cert-manager-webhook`. */
export function deploymentName(pod: Pod): string {
    const replicaSet = pod.metadata.ownerReferences?.find((owner) => owner.kind === "ReplicaSet")?.name;
    const hash = pod.metadata.labels?.["pod-template-hash"];
    if (replicaSet === undefined || hash === undefined) return pod.metadata.name;
    return replicaSet.endsWith(`-${hash}`) ? replicaSet.slice(0, -hash.length - 1) : replicaSet;
}
