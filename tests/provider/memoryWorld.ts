// A whole account and cluster in memory, with virtual time: every port of world.ts, `Connect` for the real life cycle, snapshots, and the canonical state for comparisons.

import { JournalHome } from "../../provider/adapters/kubernetes/journalHome";
import {
    JOURNAL_LABELS,
    JournalSecrets,
    OF_JOURNALS,
    placesOf,
} from "../../provider/adapters/kubernetes/journalSecrets";
import { KubernetesWorkloads } from "../../provider/adapters/kubernetes/workloads";
import { openGate } from "../../provider/adapters/locklessGates";
import type { Connect, JournalPlace } from "../../provider/connection/connection";
import { MigrationLock } from "../../provider/engine/lock";
import type { KubernetesObject, Log } from "../../provider/ports/world";
import type { JsonObject, State } from "../../sandbox/compare/capturedState";
import { canonicalCluster } from "../../sandbox/compare/captureKubernetes";
import { AddonPlane } from "./memory/addonPlane";
import { MemoryAddons } from "./memory/addons";
import { type Behaviour, SIMPLE } from "./memory/behaviour";
import { addonContent, type ContentOptions, catalogue, fill, OIDC } from "./memory/content";
import { Controllers } from "./memory/controllers";
import { copyData, type Data, emptyData } from "./memory/data";
import { MemoryIdentities } from "./memory/identities";
import { MemoryIssuer } from "./memory/issuer";
import type { Mover } from "./memory/mover";
import { MemoryObjects } from "./memory/objects";
import { MemoryReleases } from "./memory/releases";
import { Requests } from "./memory/requests";
import { conversionProblem, unansweredApis } from "./memory/serving";
import { Store } from "./memory/store";
import { MemoryTags } from "./memory/tags";
import { VirtualClock } from "./memory/virtualClock";

const START = Date.parse("2026-01-05T09:00:00Z");
/** Controllers see a change this much later. */
const REACTION_MS = 20;

export class MemoryWorld {
    data: Data = emptyData(START);
    readonly store: Store;
    readonly clock: VirtualClock;
    readonly #controllers: Controllers;
    readonly #plane: AddonPlane;
    readonly movers = new Map<string, Mover>();
    /** Asks all the time what users ask; a test that wants to know starts it. */
    requests: Requests | undefined;
    readonly oidc = new Map([[OIDC, `arn:aws:iam::123456789012:oidc-provider/${OIDC}`]]);

    constructor(
        readonly options: ContentOptions = {},
        behaviour: Partial<Behaviour> = {},
    ) {
        this.data.behaviour = { ...SIMPLE, ...behaviour };
        const data = () => this.data;
        const wakeAt = (time: number) => {
            this.data.wakeUps.add(time);
        };
        const changed = () => {
            wakeAt(this.data.now + REACTION_MS);
            this.requests?.look();
        };
        this.store = new Store(
            data,
            changed,
            (crd) => conversionProblem(this.store, crd),
            () => unansweredApis(this.store),
        );
        this.#controllers = new Controllers(this.store, data, wakeAt);
        this.#plane = new AddonPlane(this.store, data, wakeAt, addonContent(options));
        this.clock = new VirtualClock(
            () => this.data.now,
            (time) => this.advanceTo(time),
        );
        fill(this.store, this.data, options);
        this.settle();
    }

    /** Lets controllers run until then, each at its own moment. */
    advanceTo(time: number): void {
        for (;;) {
            const next = Math.min(...this.data.wakeUps);
            if (next > time) break;
            this.data.wakeUps.delete(next);
            this.data.now = Math.max(this.data.now, next);
            this.#plane.pass();
            this.#controllers.pass();
            this.requests?.look();
        }
        this.data.now = Math.max(this.data.now, time);
        this.requests?.look();
    }

    /** Long enough for everything to come to rest. */
    settle(milliseconds = 30_000): void {
        this.advanceTo(this.data.now + milliseconds);
    }

    /** From here on every change is a moment at which users ask. */
    watchRequests(): Requests {
        this.requests = new Requests(this.store);
        return this.requests;
    }

    snapshot(): Data {
        return copyData(this.data);
    }

    restore(snapshot: Data): void {
        this.data = copyData(snapshot);
        this.clock.forgetAll();
    }

    /** Canonical, without the journal and the lock when `withoutTraces` says so: the golden state still has them. */
    capture(withoutTraces = false): State {
        const objects = [...this.data.objects.values()].filter(
            (object) => !withoutTraces || !isTrace(object),
        );
        const cluster = canonicalCluster(objects as unknown as JsonObject[]);
        const aws: Record<string, unknown> = {};
        for (const [name, { token: _, updates: __, work: ___, ...addon }] of this.data.addons)
            aws[`eks:Addon ${name}`] = addon;
        for (const [name, role] of this.data.roles) aws[`iam:Role ${name}`] = role;
        for (const [key, tags] of this.data.tags) aws[`tags ${key}`] = tags;
        return { ...cluster, aws };
    }
}

function isTrace({ kind, metadata }: KubernetesObject): boolean {
    return (
        kind === "Lease" ||
        metadata.labels?.["app.kubernetes.io/component"] === JOURNAL_LABELS["app.kubernetes.io/component"]
    );
}

/** Opens the ports of one simulated process. */
export function connectMemory(world: MemoryWorld, mover: Mover): Connect {
    return async (request, clock, log: Log, gate) => {
        const objects = new MemoryObjects(world.store, mover, gate);
        const ungated = new MemoryObjects(world.store, mover, openGate);
        const data = () => world.data;
        const changed = () => {
            world.data.wakeUps.add(world.data.now + REACTION_MS);
        };
        return {
            cluster: {
                name: request.clusterName,
                arn: `arn:aws:eks:us-west-2:123456789012:cluster/${request.clusterName}`,
                region: "us-west-2",
                partition: "aws",
                accountId: "123456789012",
                endpoint: "https://memory",
                certificateAuthority: "",
                kubernetesVersion: "1.34",
                oidcIssuer: OIDC,
            },
            world: {
                objects,
                workloads: new KubernetesWorkloads(objects, clock),
                addons: new MemoryAddons(data, mover, gate, catalogue, changed),
                releases: new MemoryReleases(objects),
                identities: new MemoryIdentities(data, mover, gate, world.oidc),
                tags: new MemoryTags(data, mover, gate),
                certificates: new MemoryIssuer(data),
                clock,
                log,
            },
            lock: new MigrationLock(ungated, clock, log),
            home: new JournalHome(ungated, clock, log),
            journalStore: ({ namespace, release }: JournalPlace, markOf) =>
                new JournalSecrets(objects, namespace, release, markOf),
            journals: async () => placesOf(await objects.list("v1", "Secret", OF_JOURNALS)),
        };
    };
}
