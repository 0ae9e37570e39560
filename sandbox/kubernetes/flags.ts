// In: ports, files and folders. Out: the command-line flags of the four control plane processes. Starts nothing.
import type { ClusterPki } from "./clusterPki";

export function etcdFlags(options: { dataDirectory: string; port: number }): string[] {
    const url = `http://127.0.0.1:${options.port}`;
    return [
        `--data-dir=${options.dataDirectory}`,
        `--listen-client-urls=${url}`,
        `--advertise-client-urls=${url}`,
        "--listen-peer-urls=http://127.0.0.1:0",
        "--unsafe-no-fsync",
        "--log-level=error",
    ];
}

export interface ApiServerFlags {
    pki: ClusterPki;
    port: number;
    etcdPort: number;
    oidcIssuer: string;
    tokenWebhookConfig: string;
    egressSelectorConfig: string;
    auditPolicy: string;
    auditLog: string;
}

export function apiServerFlags(options: ApiServerFlags): string[] {
    const { pki } = options;
    const serving = pki.certificate("apiserver");
    const frontProxy = pki.certificate("frontproxyclient");
    return [
        `--etcd-servers=http://127.0.0.1:${options.etcdPort}`,
        "--bind-address=127.0.0.1",
        "--advertise-address=127.0.0.1",
        "--endpoint-reconciler-type=none",
        `--secure-port=${options.port}`,
        `--tls-cert-file=${serving.certFile}`,
        `--tls-private-key-file=${serving.keyFile}`,
        `--client-ca-file=${pki.ca}`,
        `--token-auth-file=${pki.tokenFile}`,
        `--authentication-token-webhook-config-file=${options.tokenWebhookConfig}`,
        "--authentication-token-webhook-version=v1",
        "--authentication-token-webhook-cache-ttl=10s",
        "--authorization-mode=Node,RBAC",
        `--service-account-issuer=${options.oidcIssuer}`,
        `--service-account-key-file=${pki.serviceAccountPublicKey}`,
        `--service-account-signing-key-file=${pki.serviceAccountKey}`,
        "--service-cluster-ip-range=10.100.0.0/16",
        "--allow-privileged=true",
        // The plain limiter, so that --max-requests-inflight would give real 429s.
        "--enable-priority-and-fairness=false",
        // Webhooks, conversion and aggregated APIs reach the pods themselves, through our egress socket.
        "--enable-aggregator-routing=true",
        `--egress-selector-config-file=${options.egressSelectorConfig}`,
        `--proxy-client-cert-file=${frontProxy.certFile}`,
        `--proxy-client-key-file=${frontProxy.keyFile}`,
        `--requestheader-client-ca-file=${pki.frontProxyCa}`,
        "--requestheader-allowed-names=front-proxy-client",
        "--requestheader-extra-headers-prefix=X-Remote-Extra-",
        "--requestheader-group-headers=X-Remote-Group",
        "--requestheader-username-headers=X-Remote-User",
        `--audit-policy-file=${options.auditPolicy}`,
        `--audit-log-path=${options.auditLog}`,
        "--audit-log-mode=blocking",
        "--audit-log-maxsize=4096",
        "--profiling=false",
    ];
}

// What the chart, its models and our pods need; nodelifecycle is left out because no node ever beats its lease.
const controllers = [
    "clusterrole-aggregation-controller",
    "daemonset-controller",
    "deployment-controller",
    "disruption-controller",
    "endpointslice-controller",
    "garbage-collector-controller",
    "job-controller",
    "namespace-controller",
    "persistentvolume-binder-controller",
    "persistentvolume-protection-controller",
    "persistentvolumeclaim-protection-controller",
    "pod-garbage-collector-controller",
    "replicaset-controller",
    "root-ca-certificate-publisher-controller",
    "serviceaccount-controller",
    "serviceaccount-token-controller",
    "statefulset-controller",
    "ttl-after-finished-controller",
];

export function controllerManagerFlags(options: { pki: ClusterPki; kubeconfig: string }): string[] {
    return [
        `--kubeconfig=${options.kubeconfig}`,
        `--service-account-private-key-file=${options.pki.serviceAccountKey}`,
        `--root-ca-file=${options.pki.ca}`,
        "--leader-elect=false",
        "--secure-port=0",
        "--concurrent-namespace-syncs=20",
        "--kube-api-qps=500",
        "--kube-api-burst=1000",
        `--controllers=${controllers.join(",")}`,
        "--profiling=false",
    ];
}

export function schedulerFlags(options: { kubeconfig: string; port: number; pki: ClusterPki }): string[] {
    const serving = options.pki.certificate("apiserver");
    return [
        `--kubeconfig=${options.kubeconfig}`,
        "--leader-elect=false",
        "--bind-address=127.0.0.1",
        `--secure-port=${options.port}`,
        `--tls-cert-file=${serving.certFile}`,
        `--tls-private-key-file=${serving.keyFile}`,
        "--authorization-always-allow-paths=/readyz,/healthz,/livez",
        "--profiling=false",
    ];
}
