// Opens the ports for one cluster: AWS session, access to the API server, adapters. The only place that puts adapters together.
import { ErrorCode, MigrationError, messageOf } from "../../common/errors";
import type { JournalStore } from "../engine/journal";
import { MigrationLock } from "../engine/lock";
import type { Clock, Gate, Log, World } from "../ports/world";
import { type ClusterFacts, EksAddons, EksApi } from "./aws/addons";
import { mintClusterToken } from "./aws/clusterToken";
import { IamIdentities } from "./aws/identities";
import { openSession, type SessionRequest } from "./aws/session";
import { AwsTags } from "./aws/tags";
import { openGate } from "./gates";
import { type ClusterAccess, eksAccess, kubeconfigAccess } from "./kubernetes/access";
import { ApiError, KubernetesApi } from "./kubernetes/api";
import { ApiDiscovery } from "./kubernetes/apiDiscovery";
import { JOURNAL_LABELS, JournalSecrets, placesOf } from "./kubernetes/journalSecrets";
import { KubernetesObjects } from "./kubernetes/objects";
import { HelmReleases } from "./kubernetes/releases";
import { KubernetesWorkloads } from "./kubernetes/workloads";
import { RealPermissions } from "./permissions";

export interface ConnectionRequest extends SessionRequest {
    readonly clusterName: string;
    readonly kubeconfig?: string;
    readonly context?: string;
}

export interface JournalPlace {
    readonly namespace: string;
    readonly release: string;
}

export interface Connection {
    readonly cluster: ClusterFacts;
    /** Every write passes the gate. */
    readonly world: World;
    readonly lock: MigrationLock;
    /** `markOf` says who wrote the document with this hash. */
    journalStore(place: JournalPlace, markOf?: (hash: string) => string | undefined): JournalStore;
    /** Where journals of moves lie in this cluster. */
    journals(): Promise<JournalPlace[]>;
}

export type Connect = (request: ConnectionRequest, clock: Clock, log: Log, gate: Gate) => Promise<Connection>;

/** A renewal that takes longer than this comes too late anyway. */
const LOCK_LIMITS = { timeoutMs: 5_000, retries: 2 };

export const connect: Connect = async (request, clock, log, gate) => {
    const session = await explained(request, "credentials", () => openSession(request));
    const eks = await EksApi.open(session, gate);
    const cluster = await explained(request, "EKS", () => eks.describeCluster(request.clusterName));
    if (cluster === undefined) {
        throw new MigrationError({
            code: ErrorCode.ClusterNotFound,
            step: "connect",
            what: `there is no EKS cluster ${request.clusterName} in ${session.region}`,
            remedy: "check `clusterName`, `region` and the account with `aws eks list-clusters`; when the cluster is gone for good, forget the move with `pulumi state delete`",
        });
    }
    const access: ClusterAccess =
        request.kubeconfig === undefined && request.context === undefined
            ? eksAccess(
                  cluster,
                  () => mintClusterToken(request.clusterName, session),
                  () => clock.now(),
              )
            : await explained(request, "kubeconfig", () =>
                  kubeconfigAccess(request.kubeconfig, request.context),
              );
    const sleep = (milliseconds: number) => clock.sleep(milliseconds);
    const api = new KubernetesApi(access, sleep, gate);
    const lockApi = new KubernetesApi(access, sleep, openGate, LOCK_LIMITS);
    const discovery = new ApiDiscovery(api);
    await explained(request, "the API server", () => discovery.all());
    const objects = new KubernetesObjects(api, discovery);
    return {
        cluster,
        world: {
            objects,
            workloads: new KubernetesWorkloads(objects, clock),
            releases: new HelmReleases(objects, discovery, (line) => log.warn(line)),
            addons: new EksAddons(eks, cluster),
            identities: await IamIdentities.open(session, clock, gate),
            tags: new AwsTags(session, gate),
            permissions: new RealPermissions(api, session),
            clock,
            log,
        },
        lock: new MigrationLock(new KubernetesObjects(lockApi, discovery), clock, log),
        journalStore: ({ namespace, release }, markOf) =>
            new JournalSecrets(objects, namespace, release, markOf),
        journals: () => findJournals(objects),
    };
};

async function findJournals(objects: KubernetesObjects): Promise<JournalPlace[]> {
    const labelSelector = Object.entries(JOURNAL_LABELS)
        .map(([key, value]) => `${key}=${value}`)
        .join(",");
    const secrets = await objects.list("v1", "Secret", { labelSelector, metadataOnly: true });
    return placesOf(secrets);
}

/** Says in plain words why a cluster or an account cannot be reached. */
async function explained<T>(request: ConnectionRequest, where: string, call: () => Promise<T>): Promise<T> {
    try {
        return await call();
    } catch (error) {
        const denied = isDenied(error);
        throw new MigrationError({
            code: denied ? ErrorCode.AccessDenied : ErrorCode.ClusterUnreachable,
            step: "connect",
            what: denied
                ? `access denied by ${where} for cluster ${request.clusterName}`
                : `cannot reach ${where} for cluster ${request.clusterName}`,
            why: messageOf(error),
            remedy: denied
                ? "check the credentials with `aws sts get-caller-identity`, and that this principal has an access entry of the cluster; docs/permissions.md lists what it needs"
                : "check the network, the region and the credentials (`aws sts get-caller-identity`, `kubectl get --raw /readyz`), then run the command again",
            cause: error,
        });
    }
}

function isDenied(error: unknown): boolean {
    if (error instanceof ApiError) return error.status === 401 || error.status === 403;
    const name = (error as Error | undefined)?.name ?? "";
    return /AccessDenied|UnrecognizedClient|InvalidClientToken|ExpiredToken|Unauthorized|SignatureDoesNotMatch|CredentialsProviderError/.test(
        name,
    );
}
