// A kubeconfig's exec plugin and its cluster come in; what kubectl tells a plugin of both in KUBERNETES_EXEC_INFO goes out. Runs nothing.
import { readFileSync } from "node:fs";

interface Plugin {
    readonly apiVersion?: string;
    readonly provideClusterInfo?: boolean;
}

interface ClusterOfPlugin {
    readonly server: string;
    readonly caData?: string | undefined;
    readonly caFile?: string | undefined;
    readonly skipTLSVerify?: boolean;
    readonly tlsServerName?: string | undefined;
    readonly proxyUrl?: string | undefined;
}

/** Nobody is there to be asked; who the cluster is is told only where the kubeconfig says so. */
export function execInfo({ apiVersion, provideClusterInfo }: Plugin, cluster: ClusterOfPlugin) {
    const spec = {
        interactive: false,
        ...(provideClusterInfo === true ? { cluster: told(cluster) } : {}),
    };
    return {
        name: "KUBERNETES_EXEC_INFO",
        value: JSON.stringify({ kind: "ExecCredential", apiVersion, spec }),
    };
}

function told({ server, caData, caFile, skipTLSVerify, tlsServerName, proxyUrl }: ClusterOfPlugin) {
    const authority = caData ?? (caFile === undefined ? undefined : readFileSync(caFile).toString("base64"));
    return {
        server,
        "certificate-authority-data": authority,
        "insecure-skip-tls-verify": skipTLSVerify || undefined,
        "tls-server-name": tlsServerName,
        "proxy-url": proxyUrl,
    };
}
