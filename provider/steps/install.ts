// Creates the add-on over the Helm objects and waits until it works. Its undo takes the add-on away, keeps every object, and brings each overwritten one back.
import { createHash } from "node:crypto";
import { awaitAddon, awaitGone } from "../operations/addonWait";
import { probesOf, Refusals } from "../operations/answers";
import type { Backup } from "../operations/backup";
import { refTo } from "../operations/restore";
import {
    deleteMade,
    EKS_MANAGER,
    objectsOfAddon,
    removeAddon,
    restoreOverwritten,
    stopControllers,
} from "../operations/takeAway";
import { MigrationStep, type Plan } from "../plan";
import type { Profile } from "../profiles/profile";
import type { Pause, Step, StepContext } from "../saga";
import { type Addon, type AddonRequest, AddonStatus, type ObjectRef } from "../world";

export interface InstallMemory {
    /** The API server's time before the add-on was asked for: what `eks` made since then is the add-on's. */
    readonly since: string;
    /** Counts new add-ons after a failed one, so that each has a token of its own. */
    readonly attempt: number;
    /** What the add-on made, once it is known. */
    readonly created?: readonly ObjectRef[];
}

export function install(
    profile: Profile,
    timeouts: { readonly installMs: number; readonly removeMs: number },
): Step<InstallMemory> {
    return {
        name: MigrationStep.Install,
        remember: async (world) => ({ since: await world.objects.serverTime(), attempt: 0 }),
        apply: async (context) => {
            const { world, plan } = context;
            const probes = await probesOf(world, profile);
            const refusals = new Refusals(world, probes);
            const memory = await startOrContinue(
                context,
                await world.addons.describe(plan.addon.name),
                timeouts.removeMs,
            );
            const addon = await awaitAddon(
                world,
                plan.addon.name,
                plan.addon.namespace,
                timeouts.installMs,
                () => refusals.look(),
            );
            const created = (await world.objects.createdBy(EKS_MANAGER, memory.since)).map(refTo);
            const workloads = created.filter(({ kind }) => kind === "Deployment" || kind === "DaemonSet");
            await waitAvailable(context, workloads, timeouts.installMs, refusals);
            await context.journal.amend({ ...memory, created });
            notePauses(context, refusals);
            context.journal.note({ addonArn: addon.arn });
        },
        undo: async ({ world, plan, memory, journal }) => {
            const backup = await journal.backup.read<Backup>();
            await removeAddon(world, plan.addon.name, timeouts.removeMs);
            const made = await objectsOfAddon(world, memory, backup);
            await stopControllers(world, made);
            const { warnings } = await restoreOverwritten(world, plan, backup);
            if (warnings.length > 0) journal.note({ warnings: [...journal.facts.warnings, ...warnings] });
            await deleteMade(
                world,
                made,
                backup,
                profile.runtimeObjects(plan.release.namespace),
                memory.since,
            );
        },
    };
}

/** Idempotent: the token is the same for the same attempt, and a failed add-on is replaced by a new attempt. */
async function startOrContinue(
    { world, plan, memory, journal }: StepContext<InstallMemory>,
    existing: Addon | undefined,
    removeMs: number,
): Promise<InstallMemory> {
    const { name, version } = plan.addon;
    const again = { ...memory, attempt: memory.attempt + 1 };
    switch (existing?.status) {
        case undefined:
            world.log.progress(`install: creating ${name} ${version}`);
            await world.addons.create(requestOf(plan, journal.migrationId, memory.attempt));
            return memory;
        case AddonStatus.CreateFailed:
        case AddonStatus.Deleting:
        case AddonStatus.DeleteFailed:
            world.log.progress(
                `install: the add-on is ${existing?.status}; it is taken away and created again`,
            );
            await journal.amend(again);
            if (existing?.status !== AddonStatus.Deleting)
                await world.addons.remove(name, { preserve: true });
            await awaitGone(world, name, removeMs);
            await world.addons.create(requestOf(plan, journal.migrationId, again.attempt));
            return again;
        case AddonStatus.Degraded:
        case AddonStatus.UpdateFailed:
            // Its cause may be gone: applying again is what makes EKS look anew.
            world.log.progress(`install: the add-on is ${existing?.status}; it is applied again`);
            await journal.amend(again);
            await world.addons.update(requestOf(plan, journal.migrationId, again.attempt), "OVERWRITE");
            return again;
        default:
            return memory;
    }
}

function requestOf(plan: Plan, migrationId: string, attempt: number): AddonRequest {
    return {
        name: plan.addon.name,
        version: plan.addon.version,
        configurationValues: plan.addon.configurationValues,
        tags: { CreatedBy: "HyperPodInference" },
        token: createHash("sha256")
            .update(`${migrationId}/${plan.addon.name}/${attempt}`)
            .digest("hex")
            .slice(0, 64),
    };
}

async function waitAvailable(
    { world }: StepContext<InstallMemory>,
    workloads: readonly ObjectRef[],
    timeoutMs: number,
    refusals: Refusals,
): Promise<void> {
    world.log.progress(`install: waiting for ${workloads.length} workloads of the add-on`);
    await world.workloads.waitAvailable(workloads, timeoutMs);
    const deadline = world.clock.now() + timeoutMs;
    while (await refusals.look()) {
        if (world.clock.now() >= deadline) return; // verify says which requests are refused
        await world.clock.sleep(250);
    }
}

function notePauses({ world, plan, journal }: StepContext<InstallMemory>, refusals: Refusals): void {
    const { pausedSince } = journal.facts;
    const seconds = (milliseconds: number) => Math.round(milliseconds / 100) / 10;
    const away =
        pausedSince === undefined
            ? {}
            : Object.fromEntries(
                  plan.controllers.map(({ component }) => [
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
            : plan.controllers.map(({ component }) => ({
                  what: component,
                  of: "controller" as const,
                  begin: pausedSince,
                  end: world.clock.now(),
              }))),
        ...[...refusals.spans()].map(([what, span]) => ({ what, of: "request" as const, ...span })),
    ];
    journal.note({ pausedSeconds: { ...journal.facts.pausedSeconds, ...away, ...requests }, pauses });
}
