// One call of the life cycle at work on one cluster: connection, lock, journals, steps. Opened at its begin, closed at its end, whatever happens; plans nothing.

import { INSTALL_MINUTES, LOCK_MINUTES, REMOVE_MINUTES } from "../../common/timeouts";
import type { Connect, Connection, JournalPlace } from "../connection/connection";
import type { HeldLock } from "../engine/heldLock";
import type { Journal } from "../engine/journal";
import type { Holder } from "../engine/lease";
import { LockGate } from "../engine/lockGate";
import type { Steps } from "../engine/step";
import type { Vouchers } from "../engine/vouched";
import { isPaused } from "../operations/handover/pause";
import type { PlanDraft } from "../plan/plan";
import type { JournalCopy } from "../ports/journalStore";
import type { Clock, Log } from "../ports/world";
import type { StopSignals } from "../process/stopSignals";
import { dependencyProfiles } from "../profiles/dependencies";
import { hyperPodInference } from "../profiles/hyperPodInference";
import { stepsOf } from "../steps";
import { backupIn } from "./backupIn";
import { assertCluster, regionOf } from "./clusterOfMove";
import type { MigrationInputs } from "./inputs";
import { JournalDoor } from "./journalDoor";
import { assertWithinReach } from "./refuseForeignMemory";

/** A request to AWS takes effect within this time, or not at all. */
const LATE_MS = 30_000;

/** What a session needs of the process it runs in. */
export interface SessionHost {
    readonly connect: Connect;
    readonly clock: Clock;
    readonly holder: Holder;
    readonly stop: StopSignals;
}

export class Session {
    readonly profile = hyperPodInference;
    readonly journals: JournalDoor;
    #followed: Journal | undefined;
    #isSettled = false;
    #isHomeMadeAgain = false;
    /** The journal that was found within reach. */
    #looked: string | undefined;

    private constructor(
        readonly connection: Connection,
        readonly inputs: MigrationInputs,
        readonly host: SessionHost,
        readonly log: Log,
        readonly gate: LockGate,
        vouchers: Vouchers,
    ) {
        const { adoptJournal, releaseName, releaseNamespace } = inputs;
        this.journals = new JournalDoor(
            connection,
            { ...vouchers, ...(adoptJournal === undefined ? {} : { adopted: adoptJournal }) },
            { release: releaseName, namespace: releaseNamespace },
        );
    }

    /** `vouchers` is what the stack's state can say for the journals of the cluster, and of which cluster it speaks: fails when that is not the one that is reached. */
    static async open(
        inputs: MigrationInputs,
        host: SessionHost,
        log: Log,
        vouchers: Vouchers = { keys: [] },
    ): Promise<Session> {
        const gate = new LockGate();
        const { clusterArn } = vouchers;
        // Whoever says no Region means that of the cluster, wherever the command runs.
        const region = inputs.region ?? regionOf(clusterArn);
        const request = region === undefined ? inputs : { ...inputs, region };
        const connection = await host.connect(request, gate.stoppable(host.clock), log, gate);
        assertCluster(clusterArn, connection.cluster.arn);
        const { tags: tagsOfMade } = inputs;
        const world = tagsOfMade === undefined ? connection.world : { ...connection.world, tagsOfMade };
        return new Session({ ...connection, world }, inputs, host, log, gate, vouchers);
    }

    get installMs(): number {
        return (this.inputs.installTimeoutMinutes ?? INSTALL_MINUTES) * 60_000;
    }

    /** In the order of the plan. No removal of an add-on is waited for longer than the given milliseconds. */
    stepsFor(plan: Pick<PlanDraft, "handover">, longestMs = Number.POSITIVE_INFINITY): Steps {
        const { removeTimeoutMinutes, skipDependenciesMigration, dependencies = {} } = this.inputs;
        const leftAlone = dependencyProfiles
            .map(({ key }) => key)
            .filter((key) => skipDependenciesMigration === true || dependencies[key] === "LeaveAlone");
        return stepsOf(
            plan,
            hyperPodInference,
            {
                installMs: this.installMs,
                removeMs: Math.min((removeTimeoutMinutes ?? REMOVE_MINUTES) * 60_000, longestMs),
            },
            dependencyProfiles,
            leftAlone,
        );
    }

    /** A damaged journal is told before anything is written; what another mover wrote while this one waited is read again under the lock. */
    async lockAndRead(place: JournalPlace, state: JournalCopy | undefined): Promise<Journal | undefined> {
        const { home } = this.connection;
        const [seen, isStanding] = await Promise.all([
            this.#read(place, state),
            home.stands(place.namespace),
        ]);
        if (seen === undefined) return undefined;
        if (isStanding) {
            await this.lock(place);
            return this.#read(place, state);
        }
        const backup = await backupIn(seen, this.connection.world);
        await home.makeAgain(place.namespace, place.release, backup?.home, backup?.objects);
        this.#isHomeMadeAgain = true;
        await this.lock(place);
        // The cluster's copy went with the namespace.
        return this.#read(place, seen.copy());
    }

    /** Somebody had deleted the namespace of lock and journal, with all that the release had there. */
    get isHomeMadeAgain(): boolean {
        return this.#isHomeMadeAgain;
    }

    async #read(place: JournalPlace, state: JournalCopy | undefined): Promise<Journal | undefined> {
        const journal = await this.journals.read(place, state);
        const version = journal && `${journal.migrationId}/${journal.sequence}`;
        if (journal === undefined || version === this.#looked) return journal;
        await assertWithinReach(this.connection, journal, this.profile);
        this.#looked = version;
        return journal;
    }

    async lock(place: JournalPlace): Promise<HeldLock> {
        // Held since the journal was looked for, which another mover then removed.
        if (this.gate.lock !== undefined) return this.gate.lock;
        const held = await this.connection.lock.acquire({
            namespace: place.namespace,
            name: place.release,
            holder: this.host.holder,
            waitMs: (this.inputs.lockTimeoutMinutes ?? LOCK_MINUTES) * 60_000,
            // From the first controller that is stopped until one generation serves, a stop waits.
            stopReason: () =>
                this.#followed !== undefined && isPaused(this.#followed)
                    ? undefined
                    : this.host.stop.reason(),
        });
        this.gate.open(held);
        return held;
    }

    /** The journal that says whether controllers are stopped at the moment. */
    follow(journal: Journal): void {
        this.#followed = journal;
    }

    /** A mover that only fell silent may have sent AWS a last request: nothing is taken back before that has taken effect or never will. */
    async settle(): Promise<void> {
        if (this.gate.lock?.fromSilent !== true || this.#isSettled) return;
        this.#isSettled = true;
        this.log.progress(
            `lock: the mover of before fell silent; waiting ${LATE_MS / 1000} s for what it sent last`,
        );
        await this.connection.world.clock.sleep(LATE_MS);
    }

    /** Gives the lock back; may be called twice. */
    async close(): Promise<void> {
        await this.gate.close()?.release();
    }
}
