// Opens the ports of a move on one cluster. The only place that puts adapters together.
import type { JournalStore } from "../engine/journal";
import { MigrationLock } from "../engine/lock";
import type { Clock, Gate, Log, World } from "../ports/world";
import { type ClusterFacts, EksAddons } from "./aws/addons";
import { IamIdentities } from "./aws/identities";
import { AwsTags } from "./aws/tags";
import { openGate } from "./gates";
import { KubernetesApi } from "./kubernetes/api";
import { JOURNAL_LABELS, JournalSecrets, placesOf } from "./kubernetes/journalSecrets";
import { KubernetesObjects } from "./kubernetes/objects";
import { HelmReleases } from "./kubernetes/releases";
import { KubernetesWorkloads } from "./kubernetes/workloads";
import { type ConnectionRequest, openCluster } from "./openCluster";
import { RealPermissions } from "./permissions";

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
    const { session, eks, cluster, access, api, discovery } = await openCluster(request, clock, log, gate);
    const sleep = (milliseconds: number) => clock.sleep(milliseconds);
    const lockApi = new KubernetesApi(access, sleep, openGate, LOCK_LIMITS);
    const objects = new KubernetesObjects(api, discovery);
    return {
        cluster,
        world: {
            objects,
            workloads: new KubernetesWorkloads(objects, clock),
            releases: new HelmReleases(objects, discovery, (line) => log.warn(line)),
            addons: new EksAddons(eks, cluster),
            identities: await IamIdentities.open(session, gate),
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
