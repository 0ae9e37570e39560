// In: ports, sockets and certificate files. Out: the configuration files that the control plane reads. Starts nothing.
import { writeFileSync } from "node:fs";
import { join } from "node:path";

function writeJson(directory: string, name: string, content: unknown): string {
    const file = join(directory, name);
    writeFileSync(file, `${JSON.stringify(content, null, 2)}\n`, { mode: 0o600 });
    return file;
}

export type KubeconfigUser = { "client-certificate": string; "client-key": string } | { token: string };

/** A kubeconfig, which is valid YAML because it is JSON. */
export function writeKubeconfig(
    directory: string,
    name: string,
    cluster: { name: string; server: string; caFile: string },
    user: KubeconfigUser,
): string {
    return writeJson(directory, name, {
        apiVersion: "v1",
        kind: "Config",
        "current-context": cluster.name,
        clusters: [
            {
                name: cluster.name,
                cluster: { server: cluster.server, "certificate-authority": cluster.caFile },
            },
        ],
        users: [{ name: cluster.name, user }],
        contexts: [{ name: cluster.name, context: { cluster: cluster.name, user: cluster.name } }],
    });
}

/** Bearer tokens of `aws eks get-token` are checked by the AWS emulator. */
export function writeTokenWebhookConfig(directory: string, port: number): string {
    return writeJson(directory, "token-webhook.json", {
        apiVersion: "v1",
        kind: "Config",
        "current-context": "webhook",
        clusters: [{ name: "webhook", cluster: { server: `http://127.0.0.1:${port}/` } }],
        users: [{ name: "webhook", user: {} }],
        contexts: [{ name: "webhook", context: { cluster: "webhook", user: "webhook" } }],
    });
}

export function writeAuditPolicy(directory: string): string {
    return writeJson(directory, "audit-policy.json", {
        apiVersion: "audit.k8s.io/v1",
        kind: "Policy",
        omitStages: ["RequestReceived"],
        rules: [{ level: "Metadata" }],
    });
}

/** Traffic of the API server to Services and pods goes through our socket, all other traffic as usual. */
export function writeEgressSelector(directory: string, socket: string): string {
    return writeJson(directory, "egress-selector.json", {
        apiVersion: "apiserver.k8s.io/v1beta1",
        kind: "EgressSelectorConfiguration",
        egressSelections: [
            {
                name: "cluster",
                connection: { proxyProtocol: "HTTPConnect", transport: { uds: { udsName: socket } } },
            },
            { name: "controlplane", connection: { proxyProtocol: "Direct" } },
            { name: "etcd", connection: { proxyProtocol: "Direct" } },
        ],
    });
}
