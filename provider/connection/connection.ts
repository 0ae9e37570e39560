// What one call of the life cycle gets of its cluster: facts, the world behind the gate, the lock, the journals. Types only.
import type { ClusterFacts } from "../adapters/aws/addons";
import type { JournalHome } from "../adapters/kubernetes/journalHome";
import type { ConnectionRequest } from "../adapters/openCluster";
import type { MigrationLock } from "../engine/lock";
import type { JournalStore } from "../ports/journalStore";
import type { Clock, Gate, Log, World } from "../ports/world";

export interface JournalPlace {
    readonly namespace: string;
    readonly release: string;
}

export interface Connection {
    readonly cluster: ClusterFacts;
    /** Every write passes the gate. */
    readonly world: World;
    readonly lock: MigrationLock;
    /** The namespaces of lock and journals. */
    readonly home: JournalHome;
    /** `markOf` says who wrote the document with this hash. */
    journalStore(place: JournalPlace, markOf?: (hash: string) => string | undefined): JournalStore;
    /** Where journals of moves lie in this cluster. */
    journals(): Promise<JournalPlace[]>;
}

export type Connect = (request: ConnectionRequest, clock: Clock, log: Log, gate: Gate) => Promise<Connection>;
