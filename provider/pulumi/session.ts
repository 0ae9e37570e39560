// One call of the life cycle at work on one cluster: connection, lock, journal, steps. Opened at its begin, closed at its end, whatever happens.

import { type Blocker, describeBlocker } from "../../common/blocker";
import { ErrorCode, MigrationError } from "../../common/errors";
import type { Connect, Connection, JournalPlace } from "../adapters/connect";
import { type Discovery, type DiscoveryRequest, discover } from "../discovery/discover";
import type { SharedDiscoveries } from "../discovery/sharedDiscoveries";
import { Journal, type JournalCopy } from "../engine/journal";
import type { HeldLock, Holder } from "../engine/lock";
import type { Steps } from "../engine/step";
import type { Vouchers } from "../engine/vouched";
import { isPaused } from "../operations/handover/pause";
import { deniedActions } from "../permissions/awsRights";
import type { Plan } from "../plan/plan";
import { addonVersionFor, type Planned, planMove, runningOperator } from "../plan/planMove";
import type { Clock, Gate, Log } from "../ports/world";
import type { StopSignals } from "../process/stopSignals";
import { dependencyProfiles } from "../profiles/dependencies";
import { hyperPodInference, OPERATOR_OF_ADDON } from "../profiles/hyperPodInference";
import { merged } from "../settings/settings";
import { validateSettings } from "../settings/validateSettings";
import { stepsOf } from "../steps";
import type { MigrationInputs } from "./inputs";
import { ADOPT, describeStrangers, JournalDoor, noteOf, type Stranger } from "./journalDoor";
import { assertCluster, regionOf } from "./whichCluster";

const INSTALL_MINUTES = 20;
const REMOVE_MINUTES = 20;
const LOCK_MINUTES = 5;
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
    #lock: HeldLock | undefined;
    #followed: Journal | undefined;
    #isSettled = false;
    #strangers: readonly Stranger[] = [];
    readonly #journals: JournalDoor;

    private constructor(
        readonly connection: Connection,
        readonly inputs: MigrationInputs,
        readonly host: SessionHost,
        readonly log: Log,
        vouchers: Vouchers,
    ) {
        const { adoptJournal } = inputs;
        this.#journals = new JournalDoor(connection, {
            ...vouchers,
            ...(adoptJournal === undefined ? {} : { adopted: adoptJournal }),
        });
    }

    /** `vouchers` is what the stack's state can say for the journals of the cluster, and of which cluster it speaks: fails when that is not the one that is reached. */
    static async open(
        inputs: MigrationInputs,
        host: SessionHost,
        log: Log,
        vouchers: Vouchers = { keys: [] },
    ): Promise<Session> {
        const gate: Gate & { held?: HeldLock } = {
            check: () => {
                if (gate.held === undefined) throw new Error("a write was tried without the lock");
                gate.held.check();
            },
            pass: async () => {
                if (gate.held === undefined) throw new Error("a write was tried without the lock");
                return gate.held.pass();
            },
        };
        const { clusterArn } = vouchers;
        // Whoever says no Region means that of the cluster, wherever the command runs.
        const region = inputs.region ?? regionOf(clusterArn);
        const request = region === undefined ? inputs : { ...inputs, region };
        const connection = await host.connect(request, stoppable(host.clock, gate), log, gate);
        assertCluster(clusterArn, connection.cluster.arn);
        const session = new Session(connection, inputs, host, log, vouchers);
        session.#gate = gate;
        return session;
    }

    #gate: (Gate & { held?: HeldLock }) | undefined;

    readonly profile = hyperPodInference;

    get installMs(): number {
        return (this.inputs.installTimeoutMinutes ?? INSTALL_MINUTES) * 60_000;
    }

    get steps(): Steps {
        return stepsOf(hyperPodInference, {
            installMs: this.installMs,
            removeMs: (this.inputs.removeTimeoutMinutes ?? REMOVE_MINUTES) * 60_000,
        });
    }

    /** Where the journal of this stack's move lies, if there is one in the cluster. */
    async journalPlace(): Promise<JournalPlace | undefined> {
        const { ours, strangers } = await this.#journals.find((place) => this.#isMeant(place));
        this.#strangers = strangers;
        const [place, another] = ours;
        if (another === undefined) return place;
        throw new MigrationError({
            code: ErrorCode.SeveralReleases,
            step: "journal",
            what: `several moves have a journal in this cluster: ${ours.map(({ namespace, release }) => `${namespace}/${release}`).join(", ")}`,
            remedy: "name the one to continue with `releaseName` and `releaseNamespace`",
        });
    }

    /** Journals seen by `journalPlace` that this stack did not begin. */
    get strangers(): readonly Stranger[] {
        return this.#strangers;
    }

    #isMeant({ namespace, release }: JournalPlace): boolean {
        const { releaseName, releaseNamespace } = this.inputs;
        return (
            (releaseName === undefined || release === releaseName) &&
            (releaseNamespace === undefined || namespace === releaseNamespace)
        );
    }

    /** The journal of a begun move, from the newer intact copy; throws when the cluster's is not this stack's. */
    readJournal(place: JournalPlace, state: JournalCopy | undefined): Promise<Journal | undefined> {
        return this.#journals.read(place, state);
    }

    /** A damaged journal is told before anything is written; what another mover wrote while this one waited is read again under the lock. */
    async lockAndRead(place: JournalPlace, state: JournalCopy | undefined): Promise<Journal | undefined> {
        if ((await this.readJournal(place, state)) === undefined) return undefined;
        await this.lock(place);
        return this.readJournal(place, state);
    }

    /** Discovery and plan for a move that was not begun. Only a plan that nothing is done by may share its look at the cluster. */
    async plan(shared?: SharedDiscoveries): Promise<Planned & { readonly discovery: Discovery }> {
        const { world } = this.connection;
        const { inputs } = this;
        const configuration = configurationOf(inputs);
        const request = discoveryRequestOf(inputs, configuration);
        const look = () =>
            discover(world, hyperPodInference, dependencyProfiles, this.connection.cluster, request);
        const discovery = await (shared?.share(lookKey(inputs, request), look) ?? look());
        const [release] = discovery.releases;
        const choice =
            release &&
            addonVersionFor(
                discovery,
                runningOperator(release, hyperPodInference),
                OPERATOR_OF_ADDON,
                this.inputs.addonVersion,
            );
        const schema =
            choice === undefined || typeof choice === "string"
                ? undefined
                : await world.addons.configurationSchema(hyperPodInference.addonName, choice.version);
        const planned = planMove(
            discovery,
            {
                clusterName: inputs.clusterName,
                configuration,
                dropUnsupportedSettings: inputs.onUnsupportedSettings === "Drop",
                skipDependencies: inputs.skipDependenciesMigration === true,
                dependencyChoices: inputs.dependencies ?? {},
                ...(inputs.addonVersion ? { addonVersion: inputs.addonVersion } : {}),
            },
            {
                profile: hyperPodInference,
                dependencies: dependencyProfiles,
                operatorOfAddon: OPERATOR_OF_ADDON,
                steps: this.steps,
                schema,
                validate: validateSettings,
            },
        );
        const denied = planned.plan === undefined ? [] : await deniedActions(world, planned.plan);
        const { blockers: strange, notes } = this.#besideStrangers(planned.plan);
        return {
            plan: planned.plan && { ...planned.plan, lines: [...planned.plan.lines, ...notes] },
            blockers: [...strange, ...planned.blockers, ...denied],
            discovery,
        };
    }

    /** A journal of somebody else stands in the way where this move would write its own, and where it may be the reason that no release is found. */
    #besideStrangers(plan: Plan | undefined): { blockers: readonly Blocker[]; notes: readonly string[] } {
        const isInTheWay = ({ namespace, release }: Stranger) =>
            plan === undefined || (plan.release.namespace === namespace && plan.release.name === release);
        const inTheWay = this.#strangers.filter(isInTheWay);
        return {
            blockers:
                inTheWay.length === 0
                    ? []
                    : [
                          {
                              code: ErrorCode.JournalUnvouched,
                              property: "adoptJournal",
                              what: describeStrangers(inTheWay),
                              remedy: ADOPT,
                          },
                      ],
            notes: this.#strangers.filter((stranger) => !isInTheWay(stranger)).map(noteOf),
        };
    }

    /** A new journal; every blocker at once when there are any. */
    async beginJournal(): Promise<Journal> {
        const { plan, blockers } = await this.plan();
        const [first] = blockers;
        if (first !== undefined || plan === undefined) {
            throw new MigrationError({
                code: first?.code ?? ErrorCode.ReleaseNotFound,
                step: "plan",
                what: blockers.map(describeBlocker).join("\n"),
                remedy: "remove what stands in the way, then run `pulumi up` again; nothing was changed",
            });
        }
        return Journal.begin(
            this.#journals.store({ namespace: plan.release.namespace, release: plan.release.name }),
            plan,
        );
    }

    /** Begins under the lock; goes on with what another mover began while this one waited. */
    async begin(): Promise<Journal> {
        const journal = await this.beginJournal();
        const { namespace, name } = journal.plan.release;
        const place = { namespace, release: name };
        await this.lock(place);
        const begun = await this.readJournal(place, undefined);
        if (begun !== undefined || !this.#lock?.waited) return begun ?? journal;
        return this.beginJournal();
    }

    async lock(place: JournalPlace): Promise<void> {
        // Held since the journal was looked for, which another mover then removed.
        if (this.#lock !== undefined) return;
        this.#lock = await this.connection.lock.acquire({
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
        if (this.#gate) this.#gate.held = this.#lock;
    }

    /** The journal that says whether controllers are stopped at the moment. */
    follow(journal: Journal): void {
        this.#followed = journal;
    }

    /** A mover that only fell silent may have sent AWS a last request: nothing is taken back before that has taken effect or never will. */
    async settle(): Promise<void> {
        if (this.#lock?.fromSilent !== true || this.#isSettled) return;
        this.#isSettled = true;
        this.log.progress(
            `lock: the mover of before fell silent; waiting ${LATE_MS / 1000} s for what it sent last`,
        );
        await this.connection.world.clock.sleep(LATE_MS);
    }

    /** Gives the lock back; may be called twice. */
    async close(): Promise<void> {
        const held = this.#lock;
        this.#lock = undefined;
        delete this.#gate?.held;
        await held?.release();
    }
}

/** A wait is a safe point too: nobody waits for an add-on on behalf of an engine that is gone, or without the lock. */
function stoppable(clock: Clock, gate: { readonly held?: HeldLock }): Clock {
    return {
        now: () => clock.now(),
        monotonic: () => clock.monotonic(),
        every: (milliseconds, work) => clock.every(milliseconds, work),
        sleep: async (milliseconds) => {
            gate.held?.check();
            await clock.sleep(milliseconds);
            gate.held?.check();
        },
    };
}

/** Looks are the same when the cluster, the way to it, the principal and the question are. */
function lookKey(inputs: MigrationInputs, request: DiscoveryRequest): string {
    const { clusterName, region, profile, roleArn, access, kubeconfig, context } = inputs;
    return JSON.stringify([clusterName, region, profile, roleArn, access, kubeconfig, context, request]);
}

function discoveryRequestOf(
    inputs: MigrationInputs,
    configuration: Record<string, unknown>,
): DiscoveryRequest {
    return {
        configuration,
        dependencyRoles: {
            ...(inputs.s3CsiRoleArn ? { s3Csi: inputs.s3CsiRoleArn } : {}),
            ...(inputs.fsxCsiRoleArn ? { fsxCsi: inputs.fsxCsiRoleArn } : {}),
        },
        ...(inputs.releaseName ? { releaseName: inputs.releaseName } : {}),
        ...(inputs.releaseNamespace ? { releaseNamespace: inputs.releaseNamespace } : {}),
    };
}

export function configurationOf(inputs: MigrationInputs): Record<string, unknown> {
    const named = {
        ...(inputs.executionRoleArn ? { executionRoleArn: inputs.executionRoleArn } : {}),
        ...(inputs.tlsCertificateS3Bucket ? { tlsCertificateS3Bucket: inputs.tlsCertificateS3Bucket } : {}),
        ...(inputs.hyperpodClusterArn ? { hyperpodClusterArn: inputs.hyperpodClusterArn } : {}),
        ...(inputs.jumpstartGatedModelDownloadRoleArn
            ? { jumpstartGatedModelDownloadRoleArn: inputs.jumpstartGatedModelDownloadRoleArn }
            : {}),
        ...(inputs.albRoleArn ? { alb: { serviceAccount: { roleArn: inputs.albRoleArn } } } : {}),
        ...(inputs.kedaRoleArn ? { keda: { auth: { aws: { irsa: { roleArn: inputs.kedaRoleArn } } } } } : {}),
    };
    return { ...merged(named, inputs.additionalConfiguration ?? {}) };
}
