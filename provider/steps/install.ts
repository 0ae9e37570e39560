// Creates the add-on over the Helm objects, or takes over the one that is there, and waits until it works. Its undo takes away what it created, or brings the former add-on back, and every overwritten object with it.

import { mapConcurrently } from "../../common/mapConcurrently";
import type { Pause, Step, StepContext } from "../engine/step";
import type { StepTimeouts } from "../engine/stepTimeouts";
import { keyOf, refTo } from "../kubernetes/restore";
import { StandingNamespaces } from "../kubernetes/terminating";
import {
    type Attempts,
    beginAttempt,
    createOrContinue,
    type UpdateOptions,
    updateOrCreate,
    type WantedAddon,
} from "../operations/addon/create";
import {
    availableBefore,
    type FormerAddon,
    isTakenOver,
    rememberFormer,
    takeFieldsOver,
    tracesOfTakeover,
    undoTakeover,
    workloadsOf,
} from "../operations/addon/formerAddon";
import {
    describeUnproved,
    type MadeByAddon,
    madeByAddon,
    type OwnedRef,
} from "../operations/addon/ownership";
import {
    deleteMade,
    isRemovedWithin,
    objectsOfAddon,
    removeAddon,
    restoreOverwritten,
    stopControllers,
    tracesOfAddon,
} from "../operations/addon/remove";
import { awaitAddon, noWorkloads } from "../operations/addon/wait";
import type { Backup } from "../operations/backup/backup";
import { KeptBridges, keptBridgesOf, stillBridged } from "../operations/handover/keptBridges";
import { redirect } from "../operations/handover/redirect";
import { worksBeside } from "../operations/handover/secondGeneration";
import { missingWorkloads } from "../operations/handover/stillServes";
import { StoppedControllers, startControllers } from "../operations/handover/stoppedControllers";
import { turnBackAll } from "../operations/handover/turnBackAll";
import { probesOf, Refusals } from "../operations/models/probes";
import { type BridgedComponent, bridgedOf, pausingOf } from "../plan/bridged";
import { counted, fields } from "../plan/lines";
import { MigrationStep, type Plan, type PlanDraft } from "../plan/plan";
import { poll } from "../ports/poll";
import type { ObjectRef } from "../ports/world";
import { AddonStatus } from "../ports/world";
import type { Profile } from "../profiles/profile";

/** EKS lets go of an add-on within seconds, or is stuck with it. */
const BUSY_MS = 60_000;
/** Pods get 30 s to end by themselves, and a little more. */
const TERMINATION_MS = 45_000;

export interface InstallMemory {
    /** The API server's time before the add-on was asked for: what `eks` made since then is the add-on's. */
    readonly since: string;
    /** Counts requests to EKS, so that each has a token of its own. */
    readonly attempt: number;
    /** What the add-on made, once it is known. */
    readonly created?: readonly OwnedRef[];
    /** The add-on that was there before. */
    readonly former?: FormerAddon;
    /** Somebody applied the release over the add-on since: EKS has to apply it once more. */
    readonly isOverwritten?: true;
}

export function install(
    profile: Profile,
    timeouts: StepTimeouts,
): Step<MigrationStep.Install, InstallMemory> {
    const { installMs, removeMs } = timeouts;
    return {
        name: MigrationStep.Install,
        remembersAhead: true,
        planLine: (plan) => {
            const { addon, objects } = plan;
            const own = objects.filter(({ part }) => part === addon.name);
            return `${describeAddon(addon)} (${addon.whyVersion}); takes up to ${counted(fields(own), "field")} from Helm on up to ${counted(own.length, "object")}; ${describePause(plan)}`;
        },
        remember: async (world, plan) => {
            const former = await rememberFormer(world, plan, installMs);
            const since = await world.objects.serverTime();
            return { since, attempt: 0, ...(former === undefined ? {} : { former }) };
        },
        apply: async (context) => {
            const { world, plan, memory, journal } = context;
            const attempts = attemptsOf(context, "install", removeMs);
            const bridged = await keepBridges(context, profile);
            const stopped = new StoppedControllers(world, stoppedOf(context), MigrationStep.Install);
            const namespaces = new StandingNamespaces(world, namespacesOf(plan), MigrationStep.Install);
            const [existing] = await Promise.all([
                world.addons.describe(plan.addon.name),
                stopped.look(),
                namespaces.look(),
            ]);
            const isTakeover = isTakenOver(memory.value.former);
            // Somebody went half-way back, and forward again.
            if (existing === undefined && journal.facts.redirected !== true)
                await redirectAgain(context, bridged);
            // No controller works from here on: what can be read later is read later.
            if (!isTakeover) await createOrContinue(world, wantedOf(plan), attempts, existing);
            const refusals = new Refusals(world, await probesOf(world, profile));
            const meanwhile = () =>
                Promise.all([refusals.look(), stopped.glance(), namespaces.glance(), bridged.glance()]);
            if (isTakeover) await takeFieldsOver(world, await journal.backup.read<Backup>());
            if (isTakeover || memory.value.isOverwritten === true) {
                const following = { timeoutMs: installMs, meanwhile };
                await updateOrCreate(world, wantedOf(plan), attempts, {
                    resolveConflicts: "OVERWRITE",
                    ...following,
                });
            } else if (existing?.status === AddonStatus.Active)
                await applyAgainWhatIsGone(context, attempts, { timeoutMs: installMs, meanwhile });
            const { name, namespace } = plan.addon;
            const addon = await awaitAddon(world, name, namespace, installMs, meanwhile);
            const { own: created, ...rest } = await madeByAddon(world, profile, memory.value.since);
            await tellUnproved(context, profile, rest);
            const workloads = await workloadsToAwait(context, created);
            await keepUntilAvailable(context, bridged, workloads, installMs);
            await waitAvailable(context, workloads, installMs, refusals);
            await stopped.lookTwice();
            journal.note({ workloads });
            const { isOverwritten: _, ...kept } = memory.value;
            await memory.write({ ...kept, created });
            notePauses(context, refusals);
            journal.note({ addonArn: addon.arn });
        },
        undo: async (context) => {
            const { world, plan, memory, journal } = context;
            const backup = await journal.backup.read<Backup>();
            const { former } = memory.value;
            const warnings = isTakenOver(former)
                ? await undoTakeoverOf(context, former, profile, timeouts)
                : await undoCreation(context, backup, profile, removeMs);
            // Its controllers roll back to their former form, and may be all that serves.
            await world.workloads.waitAvailable(availableBefore(backup), installMs);
            if (warnings.length === 0) return;
            for (const warning of warnings) world.log.warn(`${plan.addon.name}: ${warning}`);
            journal.note({ warnings: [...journal.facts.warnings, ...warnings] });
        },
        traces: async ({ world, plan, memory, journal }) => {
            const backup = await journal.backup.read<Backup>();
            const { former } = memory.value;
            return isTakenOver(former)
                ? tracesOfTakeover(world, plan, former)
                : tracesOfAddon(world, profile, memory.value, backup);
        },
    };
}

function attemptsOf(
    { memory, journal }: StepContext<InstallMemory>,
    step: string,
    removeMs: number,
): Attempts {
    // EKS answers a known token with what it did then: neither an undo nor a step that is done again after it may ask with that of before.
    const token = `${journal.migrationId}/${memory.value.since}/${step}`;
    return { step, token, memory, removeMs };
}

/** EKS calls an add-on ACTIVE whose workloads somebody deleted; it makes them again when it applies the add-on again. */
async function applyAgainWhatIsGone(
    { world, plan, journal }: StepContext<InstallMemory>,
    attempts: Attempts,
    following: Omit<UpdateOptions, "resolveConflicts">,
): Promise<void> {
    if ((await missingWorkloads(world, journal.facts.workloads ?? [])).length === 0) return;
    await beginAttempt(attempts);
    await updateOrCreate(world, wantedOf(plan), attempts, { resolveConflicts: "OVERWRITE", ...following });
}

/** Where the add-on's controllers are, and the release's. */
function namespacesOf({ addon, release }: Plan): string[] {
    return [...new Set([addon.namespace, release.namespace])];
}

/** Those that must not run: those that pause, and those whose work is the add-on's by now. */
function stoppedOf({ plan, journal }: StepContext<InstallMemory>): ObjectRef[] {
    const serving = new Set(stillBridged(plan, journal.facts.handedOver).map(({ component }) => component));
    return plan.controllers
        .filter(({ component }) => !serving.has(component))
        .map(({ workload }) => workload);
}

async function keepBridges(context: StepContext<InstallMemory>, profile: Profile): Promise<KeptBridges> {
    const { world, plan, journal } = context;
    const components = stillBridged(plan, journal.facts.handedOver);
    const kept =
        components.length === 0 ? [] : keptBridgesOf(components, await journal.backup.read<Backup>());
    return new KeptBridges(world, journal.migrationId, kept, (component) =>
        assertOneWorks(context, component, profile),
    );
}

async function redirectAgain(
    { world, memory, journal }: StepContext<InstallMemory>,
    { all }: KeptBridges,
): Promise<void> {
    if (all.length === 0) return;
    for (const kept of all) await redirect(world, journal.migrationId, kept);
    journal.note({ redirected: true });
    await memory.write(memory.value);
}

/** Two generations of a controller never act together: where their Lease does not decide, Helm's stops at once. */
async function assertOneWorks(
    { world, memory, journal }: StepContext<InstallMemory>,
    one: BridgedComponent,
    profile: Profile,
): Promise<void> {
    const { handedOver = [] } = journal.facts;
    if (handedOver.includes(one.component)) return;
    const why = await worksBeside(world, profile, one);
    if (why === undefined) return;
    const line = `Helm's ${one.component} stops before the add-on's is available: ${why}`;
    world.log.warn(line);
    journal.note({
        handedOver: [...handedOver, one.component],
        warnings: [...journal.facts.warnings, line],
    });
    await memory.write(memory.value);
    if (((await world.workloads.replicas(one.workload)) ?? 0) > 0)
        await world.workloads.scale(one.workload, 0);
    await world.workloads.waitGone([one.workload], TERMINATION_MS);
}

/** As long as Helm's pods serve they may move; when the time is over, the wait that follows says why. */
async function keepUntilAvailable(
    { world }: StepContext<InstallMemory>,
    bridged: KeptBridges,
    workloads: readonly ObjectRef[],
    timeoutMs: number,
): Promise<void> {
    if (bridged.all.length === 0) return;
    const look = async () => {
        await bridged.glance();
        return mapConcurrently(workloads, (ref) => world.workloads.status(ref));
    };
    await poll(world.clock, { timeoutMs, pauseMs: 500 }, look, (all) =>
        all.every((one) => one?.upToDate === true && one.available >= one.desired),
    );
}

function wantedOf({ addon: { name, version, configurationValues } }: Plan): WantedAddon {
    return { name, version, configurationValues };
}

/** EKS may have made objects of another add-on in the same time: they are told, and never touched. */
async function tellUnproved(
    { world, journal }: StepContext<InstallMemory>,
    profile: Profile,
    { unproved, unanswered }: Omit<MadeByAddon, "own">,
): Promise<void> {
    const { objects } = await journal.backup.read<Backup>();
    const former = new Set(objects.map((object) => keyOf(refTo(object))));
    const told = describeUnproved(profile, {
        unproved: unproved.filter((ref) => !former.has(keyOf(ref))),
        unanswered,
    });
    if (told === undefined) return;
    world.log.warn(told);
    journal.note({ warnings: [...journal.facts.warnings, told] });
}

/** Those that EKS made, and of a former add-on those that it still has. */
async function workloadsToAwait(
    { world, journal }: StepContext<InstallMemory>,
    created: readonly ObjectRef[],
): Promise<ObjectRef[]> {
    const former = await Promise.all(
        workloadsOf(await journal.backup.read<Backup>()).map(async (ref) =>
            (await world.objects.read(ref)) === undefined ? [] : [ref],
        ),
    );
    const all = [
        ...created.filter(({ kind }) => kind === "Deployment" || kind === "DaemonSet"),
        ...former.flat(),
    ];
    return [...new Map(all.map((ref) => [keyOf(ref), ref])).values()];
}

/** Answers what had to stay, for people. */
async function undoTakeoverOf(
    context: StepContext<InstallMemory>,
    former: FormerAddon,
    profile: Profile,
    timeouts: StepTimeouts,
): Promise<readonly string[]> {
    const { world, plan, memory, journal } = context;
    const attempts = attemptsOf(context, "undo install", timeouts.removeMs);
    const backup = await journal.backup.read<Backup>();
    return undoTakeover({ world, plan, profile, backup, former, made: memory.value, attempts, timeouts });
}

/** Answers what had to stay, for people. */
async function undoCreation(
    context: StepContext<InstallMemory>,
    backup: Backup,
    profile: Profile,
    removeMs: number,
): Promise<readonly string[]> {
    const { world, plan, memory } = context;
    const { name } = plan.addon;
    const isRemoved = await isRemovedWithin(world, name, Math.min(removeMs, BUSY_MS));
    await turnBackAll(context, backup);
    if (!isRemoved) {
        await serveMeanwhile(context, backup, profile);
        const keepStopped = () => stopAddons(context, backup, profile);
        await removeAddon(world, name, removeMs, "undo install", true, keepStopped);
    }
    const { since, former } = memory.value;
    const made = await objectsOfAddon(world, profile, memory.value, backup);
    await stopControllers(world, made);
    const { warnings } = await restoreOverwritten(world, plan, backup);
    await deleteMade(world, made, backup, profile.runtimeObjects(plan.release.namespace), since);
    return former === undefined
        ? warnings
        : [
              ...warnings,
              `it was ${former.status} (${former.version}) before the move and is not made again: nobody could tell how that would end; its objects are as they were`,
          ];
}

/** EKS may be at work on an add-on for as long as it likes: nobody waits for that without a controller. */
async function serveMeanwhile(
    { world, plan, memory }: StepContext<InstallMemory>,
    backup: Backup,
    profile: Profile,
): Promise<void> {
    world.log.warn(
        `undo install: EKS does not let go of the add-on ${plan.addon.name} yet; its controllers are stopped, and Helm's serve meanwhile`,
    );
    // A move that goes on has EKS apply it once more: what it applied now is taken back.
    await memory.amend({ isOverwritten: true });
    await stopAddons({ world, memory }, backup, profile);
    await restoreOverwritten(world, plan, backup);
    await startControllers(world, plan);
}

/** Those of its controllers that EKS has made by now. */
async function stopAddons(
    { world, memory }: Pick<StepContext<InstallMemory>, "world" | "memory">,
    backup: Backup,
    profile: Profile,
): Promise<void> {
    await stopControllers(world, await objectsOfAddon(world, profile, memory.value, backup));
}

async function waitAvailable(
    { world, plan }: StepContext<InstallMemory>,
    workloads: readonly ObjectRef[],
    timeoutMs: number,
    refusals: Refusals,
): Promise<void> {
    if (workloads.length === 0) throw noWorkloads(plan.addon.name, "install");
    world.log.progress(`install: waiting for ${workloads.length} workloads of the add-on`);
    await world.workloads.waitAvailable(workloads, timeoutMs);
    // When the time is over, verify says which requests are refused.
    const pace = { timeoutMs, pauseMs: 250 };
    await poll(
        world.clock,
        pace,
        () => refusals.look(),
        (isRefused) => !isRefused,
    );
}

function notePauses({ world, plan, journal }: StepContext<InstallMemory>, refusals: Refusals): void {
    const { pausedSince } = journal.facts;
    const seconds = (milliseconds: number) => Math.round(milliseconds / 100) / 10;
    const away =
        pausedSince === undefined
            ? {}
            : Object.fromEntries(
                  pausingOf(plan).map(({ component }) => [
                      component,
                      seconds(world.clock.now() - pausedSince),
                  ]),
              );
    const requests = Object.fromEntries(
        [...refusals.totals()].map(([request, total]) => [request, seconds(total)]),
    );
    const pauses: Pause[] = [
        ...(pausedSince === undefined
            ? []
            : pausingOf(plan).map(({ component }) => ({
                  what: component,
                  of: "controller" as const,
                  begin: pausedSince,
                  end: world.clock.now(),
              }))),
        ...[...refusals.spans()].map(([what, span]) => ({ what, of: "request" as const, ...span })),
    ];
    journal.note({ pausedSeconds: { ...journal.facts.pausedSeconds, ...away, ...requests }, pauses });
}

/** Pods of the operator are not Ready before this on real nodes: the chart's start-up probe waits. */
const OPERATOR_STARTUP_SECONDS = 180;

/** What becomes of one that is there already stands first. */
function describeAddon({ name, version, existing }: Plan["addon"]): string {
    if (existing === undefined) return `${name} ${version}`;
    const found = `${name} ${existing.version} is there already (${existing.status})`;
    if (existing.status === AddonStatus.CreateFailed)
        return `${found}: it is deleted, its objects kept, and created as ${version}`;
    return `${found}: it is taken over by an update ${existing.version === version ? "of its settings" : `to ${version}`}`;
}

function describePause(plan: PlanDraft): string {
    if (plan.addon.existing?.status === AddonStatus.Active) return "its controllers go on meanwhile";
    const bridged = bridgedOf(plan).map(({ component }) => component);
    return bridged.length > 0
        ? `${bridged.join(", ")} of Helm serves meanwhile`
        : `controllers pause for at least ${OPERATOR_STARTUP_SECONDS} s on real nodes`;
}
