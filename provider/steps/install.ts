// Creates the add-on over the Helm objects, or takes over the one that is there, and waits until it works. Its undo takes away what it created, or brings the former add-on back, and every overwritten object with it.

import { counted } from "../../common/counted";
import type { Step, StepContext } from "../engine/step";
import type { StepTimeouts } from "../engine/stepTimeouts";
import { inOneLook } from "../kubernetes/cachedReads";
import { StandingNamespaces } from "../kubernetes/terminating";
import { applyAgainWhatIsGone } from "../operations/addon/applyAgain";
import { AwaitedPods } from "../operations/addon/awaitedPods";
import { tellUnproved, waitAvailable, workloadsToAwait } from "../operations/addon/awaitedWorkloads";
import {
    type Attempts,
    createOrContinue,
    tagsOfMove,
    updateOrCreate,
    type WantedAddon,
} from "../operations/addon/create";
import { createdByOthers, isOfOthers, someoneElses } from "../operations/addon/createdByOthers";
import {
    availableBefore,
    type FormerAddon,
    isTakenOver,
    rememberFormer,
    takeFieldsOver,
    tracesOfTakeover,
    undoTakeover,
} from "../operations/addon/formerAddon";
import type { InstallMemory } from "../operations/addon/installMemory";
import { madeByAddon } from "../operations/addon/ownership";
import { tracesOfAddon } from "../operations/addon/removeAddon";
import { giveTagsBack, tagTakenOver } from "../operations/addon/takenOverTags";
import { undoCreation } from "../operations/addon/undoCreation";
import { assertPodsCome, awaitAddon } from "../operations/addon/wait";
import type { Backup } from "../operations/backup/backup";
import { tellDeleted } from "../operations/handover/assertServes";
import {
    keepBridges,
    keepUntilAvailable,
    redirectAgain,
    stoppedOf,
} from "../operations/handover/bridgesWhileInstalling";
import { StoppedControllers } from "../operations/handover/stoppedControllers";
import { Absences } from "../operations/models/absences";
import { notePauses } from "../operations/models/notePauses";
import { MEASURED_EVERY_MS, probesOf, Refusals, writeProbesOf } from "../operations/models/probes";
import { longestPause } from "../plan/handover";
import { handingOver, pausingOf } from "../plan/handoverOrder";
import { MigrationStep, type Plan, type PlanDraft } from "../plan/plan";
import { fields } from "../plan/planLines";
import { seldom } from "../ports/throttle";
import { type Addon, AddonStatus } from "../ports/world";
import type { Profile } from "../profiles/profile";

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
            const stopped = new StoppedControllers(world, stoppedOf(context, bridged), MigrationStep.Install);
            const namespaces = new StandingNamespaces(world, namespacesOf(plan), MigrationStep.Install);
            const [existing] = await Promise.all([
                world.addons.describe(plan.addon.name),
                stopped.look(),
                namespaces.look(),
            ]);
            const isTakeover = isTakenOver(memory.value.former);
            if (existing === undefined || isTakeover)
                await takeFieldsOver(world, await journal.backup.read<Backup>());
            if (existing === undefined) {
                await redirectAgain(context, bridged);
                for (const way of bridged.all) await way.beforeApply();
            }
            // No controller works from here on: what can be read later is read later.
            const tags = tagsOfMove(world, memory.value.former?.tags);
            if (!isTakeover) {
                if (existing !== undefined && isOfOthers(context, existing)) throw createdByOthers(existing);
                const wanted = { ...wantedOf(plan), tags };
                await createOrContinue(world, wanted, attempts, existing).catch(async (error: unknown) => {
                    const isTheirs = (addon: Addon) => isOfOthers(context, addon);
                    throw createdByOthers(await someoneElses(world, wanted.name, error, isTheirs));
                });
            }
            const now = inOneLook(world);
            const [probes, writes] = await Promise.all([
                probesOf(now, profile),
                writeProbesOf(now, profile),
                tellDeleted(context, MigrationStep.Install),
            ]);
            const refusals = new Refusals(world, probes, writes);
            const absences = new Absences(world, profile);
            const measuring = seldom(world.clock, MEASURED_EVERY_MS, () =>
                Promise.all([absences.look(), refusals.glance()]),
            );
            const meanwhile = () =>
                Promise.all([measuring(), stopped.glance(), namespaces.glance(), bridged.glance()]);
            if (isTakeover) await tagTakenOver(world, plan.addon.name, memory);
            if (isTakeover || memory.value.isOverwritten === true) {
                const following = { timeoutMs: installMs, meanwhile };
                await updateOrCreate(world, wantedOf(plan), attempts, {
                    resolveConflicts: "OVERWRITE",
                    ...following,
                });
            } else if (existing?.status === AddonStatus.Active) {
                const pods = new AwaitedPods(world, profile);
                await applyAgainWhatIsGone(world, journal.facts.workloads ?? [], wantedOf(plan), attempts, {
                    timeoutMs: installMs,
                    meanwhile: () =>
                        Promise.all([meanwhile(), assertPodsCome(world, pods, MigrationStep.Install)]),
                });
            }
            const addon = await awaitAddon(world, profile, installMs, meanwhile);
            const { own: created, ...rest } = await madeByAddon(world, profile, memory.value.since);
            await tellUnproved(context, profile, rest);
            const workloads = await workloadsToAwait(context, created);
            await keepUntilAvailable(context, bridged, workloads, installMs);
            await waitAvailable(context, workloads, installMs, refusals);
            await Promise.all([absences.look(), stopped.lookTwice()]);
            journal.note({ workloads });
            const { isOverwritten: _, ...kept } = memory.value;
            await memory.write({ ...kept, created });
            notePauses(context, refusals, absences);
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

/** Where the add-on's controllers are, and the release's. */
function namespacesOf({ addon, release }: Plan): string[] {
    return [...new Set([addon.namespace, release.namespace])];
}

function wantedOf({ addon: { name, version, configurationValues } }: Plan): WantedAddon {
    return { name, version, configurationValues };
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
    await giveTagsBack(world, plan.addon.name, memory.value);
    return undoTakeover({ world, plan, profile, backup, former, made: memory.value, attempts, timeouts });
}

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
    const going = handingOver(plan).map(({ component }) => component);
    if (going.length === 0) {
        const seconds = longestPause(plan);
        return `controllers pause${seconds === undefined ? "" : ` for at least ${seconds} s on real nodes`}`;
    }
    const pausing = pausingOf(plan).map(({ component }) => component);
    return `${going.join(", ")} of Helm serve meanwhile${pausing.length === 0 ? "" : `, ${pausing.join(", ")} pause`}`;
}
