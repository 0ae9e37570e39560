// Opens the ports of a move on one cluster, with its lock and its journals. The only place that puts adapters and engine together.
import { EksAddons } from "../adapters/aws/addons";
import { IamIdentities } from "../adapters/aws/identities";
import { AwsTags } from "../adapters/aws/tags";
import { KubernetesApi } from "../adapters/kubernetes/api";
import { JournalHome } from "../adapters/kubernetes/journalHome";
import { JournalSecrets, OF_JOURNALS, placesOf } from "../adapters/kubernetes/journalSecrets";
import { KubernetesObjects } from "../adapters/kubernetes/objects";
import { HelmReleases } from "../adapters/kubernetes/releases";
import { KubernetesWorkloads } from "../adapters/kubernetes/workloads";
import { openGate } from "../adapters/locklessGates";
import { openCluster } from "../adapters/openCluster";
import { RealPermissions } from "../adapters/permissions";
import { X509Certificates } from "../adapters/x509Certificates";
import { LEASE_REQUESTS } from "../engine/lease";
import { MigrationLock } from "../engine/lock";
import type { Connect, JournalPlace } from "./connection";

export const connect: Connect = async (request, clock, log, gate) => {
    const { session, eks, cluster, access, api, discovery } = await openCluster(request, clock, log, gate);
    const sleep = (milliseconds: number) => clock.sleep(milliseconds);
    const lockApi = new KubernetesApi(access, sleep, openGate, LEASE_REQUESTS);
    const objects = new KubernetesObjects(api, discovery);
    const ungated = new KubernetesObjects(lockApi, discovery);
    return {
        cluster,
        world: {
            objects,
            workloads: new KubernetesWorkloads(objects, clock),
            releases: new HelmReleases(objects, discovery, (line) => log.warn(line)),
            addons: new EksAddons(eks, cluster),
            identities: await IamIdentities.open(session, gate),
            tags: new AwsTags(session, gate),
            certificates: new X509Certificates(),
            permissions: new RealPermissions(api, session),
            clock,
            log,
        },
        lock: new MigrationLock(ungated, clock, log),
        home: new JournalHome(ungated, clock, log),
        journalStore: ({ namespace, release }, markOf) =>
            new JournalSecrets(objects, namespace, release, markOf),
        journals: () => findJournals(objects),
    };
};

async function findJournals(objects: KubernetesObjects): Promise<JournalPlace[]> {
    return placesOf(await objects.list("v1", "Secret", OF_JOURNALS));
}
