// How to reach a cluster, and the gate that every write through it passes, come in; its facts, an AWS session and its API server go out. Writes nothing; says in plain words why it cannot be reached.
import { ErrorCode, MigrationError, messageOf } from "../../common/errors";
import { nearest } from "../../common/nearest";
import type { Clock, Gate, Log } from "../ports/world";
import { type ClusterFacts, EksApi } from "./aws/addons";
import { mintClusterToken } from "./aws/clusterToken";
import { type AwsSession, openSession, type SessionRequest } from "./aws/session";
import { ApiError, FIRST_CONTACT, KubernetesApi } from "./kubernetes/api";
import { ApiDiscovery } from "./kubernetes/apiDiscovery";
import { type ClusterAccess, eksAccess, kubeconfigAccess } from "./kubernetes/clusterAccess";
import { assertSameCluster } from "./sameCluster";

export interface ConnectionRequest extends SessionRequest {
    readonly clusterName: string;
    readonly kubeconfig?: string;
    readonly context?: string;
}

export interface OpenCluster {
    readonly session: AwsSession;
    readonly eks: EksApi;
    readonly cluster: ClusterFacts;
    readonly access: ClusterAccess;
    readonly api: KubernetesApi;
    readonly discovery: ApiDiscovery;
}

export async function openCluster(
    request: ConnectionRequest,
    clock: Clock,
    log: Log,
    gate: Gate,
): Promise<OpenCluster> {
    const session = await explained(request, "credentials", () => openSession(request));
    const eks = await EksApi.open(session, gate);
    const cluster = await explained(request, "EKS", () => eks.describeCluster(request.clusterName));
    if (cluster === undefined) throw await clusterNotFound(request, session, eks);
    const access = await accessTo(cluster, request, session, clock);
    const sleep = (milliseconds: number) => clock.sleep(milliseconds);
    const api = new KubernetesApi(access, sleep, gate);
    const first = new KubernetesApi(access, sleep, gate, FIRST_CONTACT);
    // Before anything that is read is taken for this cluster's.
    if (usesKubeconfig(request))
        await explained(request, "the API server", () => assertSameCluster(cluster, access, first, log));
    const discovery = new ApiDiscovery(first);
    await explained(request, "the API server", () => discovery.all());
    return { session, eks, cluster, access, api, discovery };
}

async function accessTo(
    cluster: ClusterFacts,
    request: ConnectionRequest,
    session: AwsSession,
    clock: Clock,
): Promise<ClusterAccess> {
    const { clusterName, kubeconfig, context } = request;
    return usesKubeconfig(request)
        ? explained(request, "kubeconfig", () => kubeconfigAccess(kubeconfig, context))
        : eksAccess(
              cluster,
              () => mintClusterToken(clusterName, session),
              () => clock.now(),
          );
}

function usesKubeconfig({ kubeconfig, context }: ConnectionRequest): boolean {
    return kubeconfig !== undefined || context !== undefined;
}

async function clusterNotFound(
    { clusterName }: ConnectionRequest,
    { region }: AwsSession,
    eks: EksApi,
): Promise<MigrationError> {
    const near = await nearName(clusterName, eks);
    return new MigrationError({
        code: ErrorCode.ClusterNotFound,
        step: "connect",
        what: `there is no EKS cluster ${clusterName} in ${region}${near === undefined ? "" : `; did you mean ${near}?`}`,
        remedy: "check `clusterName`, `region` and the account with `aws eks list-clusters`; when the cluster is gone for good, forget the move with `pulumi state delete`",
    });
}

/** The name that was probably meant. Who may not list clusters, or cannot, is told that the cluster is not there all the same. */
async function nearName(clusterName: string, eks: EksApi): Promise<string | undefined> {
    try {
        return nearest(clusterName, await eks.clusterNames());
    } catch {
        return undefined;
    }
}

/** Says in plain words why a cluster or an account cannot be reached. */
export async function explained<T>(
    { clusterName }: { readonly clusterName: string },
    where: string,
    call: () => Promise<T>,
): Promise<T> {
    try {
        return await call();
    } catch (error) {
        if (error instanceof MigrationError) throw error;
        const denied = isDenied(error);
        throw new MigrationError({
            code: denied ? ErrorCode.AccessDenied : ErrorCode.ClusterUnreachable,
            step: "connect",
            what: denied
                ? `access denied by ${where} for cluster ${clusterName}`
                : `cannot reach ${where} for cluster ${clusterName}`,
            why: messageOf(error),
            remedy: isUntrusted(error)
                ? "what answers there is not trusted: where a proxy opens TLS, put its authority into NODE_EXTRA_CA_CERTS (for AWS also AWS_CA_BUNDLE), and where a kubeconfig names the server, into its `certificate-authority-data`; then run the command again"
                : denied
                  ? "check the credentials with `aws sts get-caller-identity`, and that this principal has an access entry of the cluster; docs/permissions.md lists what it needs"
                  : "check the network, the region and the credentials (`aws sts get-caller-identity`, `kubectl get --raw /readyz`), then run the command again",
            cause: error,
        });
    }
}

/** Codes of TLS. */
function isUntrusted(error: unknown): boolean {
    const { code } = (error ?? {}) as { code?: unknown };
    return /^(SELF_SIGNED|DEPTH_ZERO|UNABLE_TO_(GET_ISSUER|VERIFY)|CERT_|ERR_TLS_CERT)/.test(String(code));
}

function isDenied(error: unknown): boolean {
    if (error instanceof ApiError) return error.status === 401 || error.status === 403;
    const name = (error as Error | undefined)?.name ?? "";
    return /AccessDenied|UnrecognizedClient|InvalidClientToken|ExpiredToken|Unauthorized|SignatureDoesNotMatch|CredentialsProviderError/.test(
        name,
    );
}
