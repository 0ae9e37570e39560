// The ports together: everything a step may ask of the outside world, as interfaces. Implemented by adapters/ and by the tests' in-memory world.
import type { Addons } from "./addons";
import type { Certificates } from "./certificates";
import type { Clock } from "./clock";
import type { Identities } from "./identities";
import type { Log } from "./log";
import type { Objects } from "./objects";
import type { Permissions } from "./permissions";
import type { Releases } from "./releases";
import type { Tags } from "./tags";
import type { Workloads } from "./workloads";

export * from "./addons";
export * from "./certificates";
export * from "./clock";
export * from "./gate";
export * from "./identities";
export * from "./log";
export * from "./objects";
export * from "./permissions";
export * from "./releases";
export * from "./tags";
export * from "./workloads";

/** What a step gets of the outside world. */
export interface World {
    readonly objects: Objects;
    readonly workloads: Workloads;
    readonly addons: Addons;
    readonly releases: Releases;
    readonly identities: Identities;
    readonly tags: Tags;
    readonly certificates: Certificates;
    /** Absent where nobody restricts anybody. */
    readonly permissions?: Permissions;
    /** What every role and add-on must carry that is made, besides our own marks. Absent where the user demands nothing. */
    readonly tagsOfMade?: Readonly<Record<string, string>>;
    readonly clock: Clock;
    readonly log: Log;
}
