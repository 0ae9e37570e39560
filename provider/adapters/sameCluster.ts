// What identifies two clusters comes in: what EKS says of the one that is meant, and what a kubeconfig leads to. An error when they are not one goes out. Reads only.
import { X509Certificate } from "node:crypto";
import { ErrorCode, MigrationError } from "../../common/errors";
import type { Log } from "../ports/world";
import type { ClusterFacts } from "./aws/addons";
import { ApiError, type KubernetesApi } from "./kubernetes/api";
import type { ClusterAccess } from "./kubernetes/clusterAccess";

const DISCOVERY_DOCUMENT = "/.well-known/openid-configuration";

/** The endpoint or the CA proves it; else the issuer of the cluster's tokens does, also behind a tunnel or a proxy. */
export async function assertSameCluster(
    cluster: ClusterFacts,
    access: ClusterAccess,
    api: KubernetesApi,
    log: Log,
): Promise<void> {
    const { server, tls } = await access.credentials();
    if (hostOf(server) === hostOf(cluster.endpoint) || isSameCa(tls.ca, cluster.certificateAuthority)) return;
    const issuer = await issuerOf(api);
    if (issuer === cluster.oidcIssuer) return;
    if (issuer === undefined || cluster.oidcIssuer === "") {
        log.warn(
            `nothing proves that the kubeconfig's ${server} is the EKS cluster ${cluster.arn}: endpoint and certificate authority differ, and ${DISCOVERY_DOCUMENT} cannot be read`,
        );
        return;
    }
    throw new MigrationError({
        code: ErrorCode.InvalidInput,
        step: "connect",
        what: `the kubeconfig leads to another cluster than clusterName: ${server}`,
        why: `${cluster.arn} issues tokens as ${cluster.oidcIssuer}, the cluster of the kubeconfig as ${issuer}`,
        remedy: "give the `context` of that cluster or correct `clusterName`; or leave `kubeconfig` and `context` out, and EKS itself says how to reach it. Nothing was changed",
    });
}

/** Undefined when it may not be read, or is not served. */
async function issuerOf(api: KubernetesApi): Promise<string | undefined> {
    try {
        const { body } = await api.call({ method: "GET", path: DISCOVERY_DOCUMENT });
        return (body as { issuer?: string }).issuer?.replace(/^https:\/\//, "");
    } catch (error) {
        if (error instanceof ApiError && error.status < 500) return undefined;
        throw error;
    }
}

function hostOf(url: string): string | undefined {
    return URL.canParse(url) ? new URL(url).host : undefined;
}

function isSameCa(ca: unknown, authority: string): boolean {
    const [mine, meant] = [ca, Buffer.from(authority, "base64")].map((text) => {
        try {
            return new X509Certificate(text as Buffer).fingerprint256;
        } catch {
            return undefined;
        }
    });
    return mine !== undefined && mine === meant;
}
