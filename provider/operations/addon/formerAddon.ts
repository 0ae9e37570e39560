// An add-on that was there before the move: what is remembered of it, and how it gets its former objects, version and settings back.

import { ErrorCode, MigrationError } from "../../../common/errors";
import { mapConcurrently } from "../../../common/mapConcurrently";
import { isUpdatable } from "../../addons/states";
import type { StepTimeouts } from "../../engine/stepTimeouts";
import { isAppliedByEks } from "../../kubernetes/appliedByEks";
import { keyOf, refTo } from "../../kubernetes/objectRef";
import { readMany } from "../../kubernetes/readMany";
import { restoreFieldManagers } from "../../kubernetes/restoreFieldManagers";
import type { Plan } from "../../plan/plan";
import { type Addon, AddonStatus, type ObjectRef, type World } from "../../ports/world";
import type { Profile } from "../../profiles/profile";
import { sameSettings } from "../../settings/settingsText";
import type { Backup } from "../backup/backup";
import { type Attempts, updateOrCreate, type WantedAddon } from "./create";
import { atRest } from "./followUpdate";
import { deleteMade, type Made, objectsOfAddon, restoreOverwritten, stopControllers } from "./removeAddon";
import { failedAddon } from "./wait";

export interface FormerAddon {
    readonly version: string;
    readonly status: AddonStatus;
    /** The text as EKS had it. */
    readonly configurationValues: string;
    readonly serviceAccountRoleArn?: string;
    /** Absent in a journal that an earlier version began. */
    readonly tags?: Readonly<Record<string, string>>;
}

/** Undefined when none is there. Waits for what somebody else has under way on it. */
export async function rememberFormer(
    world: World,
    { addon }: Plan,
    timeoutMs: number,
): Promise<FormerAddon | undefined> {
    const found = await atRest(world, addon.name, timeoutMs, "install");
    if (found === undefined) return undefined;
    const { version, status, configurationValues, serviceAccountRoleArn, tags } = found;
    if (addon.existing === undefined || (!isUpdatable(found) && status !== AddonStatus.CreateFailed)) {
        throw new MigrationError({
            code: ErrorCode.AddonExists,
            step: "install",
            what: `the add-on ${addon.name} ${version} is ${status}; ${addon.existing === undefined ? "it was not there when the move was planned, so the backup lacks its objects" : `it was ${addon.existing.status} when the move was planned`}`,
            remedy: "run `pulumi destroy`, which leaves it as it is, wait until nobody works on it, then run `pulumi up`, which plans anew",
        });
    }
    return {
        version,
        status,
        configurationValues,
        tags,
        ...(serviceAccountRoleArn === undefined ? {} : { serviceAccountRoleArn }),
    };
}

/** One that runs, or ran once, goes on; a failed creation never ran, and makes room. */
export function isTakenOver(former: FormerAddon | undefined): former is FormerAddon {
    return former !== undefined && former.status !== AddonStatus.CreateFailed;
}

/**
 * What an undo of part of a move, or one that was cut off, has restored belongs to this package's manager: EKS would not take its own former fields
 * away again. Also of an add-on that somebody deleted and kept the objects of. Writes nothing where no undo was begun.
 */
export async function takeFieldsOver(world: World, backup: Backup): Promise<void> {
    const former = new Set((backup.ofAddon ?? []).map(keyOf));
    const objects = backup.objects.filter(
        (object) => former.has(keyOf(refTo(object))) || isAppliedByEks(object),
    );
    if (objects.length === 0) return;
    const live = await readMany(world, objects.map(refTo));
    await mapConcurrently(objects, (object) =>
        restoreFieldManagers(world, object, live.get(keyOf(refTo(object)))),
    );
}

export interface FormerAddonUndo {
    readonly world: World;
    readonly plan: Plan;
    readonly profile: Profile;
    readonly backup: Backup;
    readonly former: FormerAddon;
    readonly made: Made;
    readonly attempts: Attempts;
    readonly timeouts: StepTimeouts;
}

/**
 * The objects first: EKS then finds them in their former form and, with PRESERVE, keeps what others had set. The other way round an older
 * version would put its own CRD schemas in place before anybody looks at the models. Answers what had to stay, for people.
 */
export async function undoTakeover(undo: FormerAddonUndo): Promise<readonly string[]> {
    const { world, plan, profile, backup, former, made, timeouts } = undo;
    const { step } = undo.attempts;
    const now = await atRest(world, plan.addon.name, timeouts.installMs, step);
    const { warnings, keepsSchema } = await restoreOverwritten(world, plan, backup);
    // An older version would bring the older schemas along, and the models would lose fields.
    const version = keepsSchema ? (now?.version ?? plan.addon.version) : former.version;
    if (now === undefined || !isAsBefore(now, { ...former, version })) {
        const wanted = wantedFormer(plan.addon.name, version, former);
        await updateToFormer(undo, wanted);
        await restoreOverwritten(world, plan, backup);
    }
    const gone = await objectsOfAddon(world, profile, made, backup);
    await stopControllers(world, gone);
    await deleteMade(world, gone, backup, profile.runtimeObjects(plan.release.namespace), made.since);
    return version === former.version
        ? warnings
        : [
              ...warnings,
              `the add-on keeps version ${version}, newer than its former ${former.version}, whose schemas would drop fields of the models`,
          ];
}

/** An add-on that is as the move left it, and not as it was. */
export async function tracesOfTakeover(
    world: World,
    { addon }: Plan,
    former: FormerAddon,
): Promise<readonly string[]> {
    const now = await world.addons.describe(addon.name);
    const isOurs = now === undefined || (isInForm(now, addon) && !isInForm(now, former));
    return isOurs ? [`add-on ${addon.name}`] : [];
}

async function updateToFormer(
    { world, former, attempts, timeouts }: FormerAddonUndo,
    wanted: WantedAddon,
): Promise<void> {
    const { installMs: timeoutMs } = timeouts;
    try {
        await updateOrCreate(world, wanted, attempts, {
            resolveConflicts: "PRESERVE",
            mayBeOlder: true,
            timeoutMs,
        });
    } catch (error) {
        // One that was not healthy before need not be healthy again.
        const now = await world.addons.describe(wanted.name);
        if (former.status === AddonStatus.Active || now === undefined || !isInForm(now, wanted)) throw error;
    }
    const now = await atRest(world, wanted.name, timeoutMs, attempts.step);
    if (now !== undefined && isInForm(now, wanted)) {
        if (now.status === AddonStatus.Active || former.status !== AddonStatus.Active) return;
    }
    if (now !== undefined) throw failedAddon(ErrorCode.AddonFailed, attempts.step, now, []);
    throw new Error(`the add-on ${wanted.name} disappeared while it was brought back`);
}

function isAsBefore(now: Addon, former: FormerAddon): boolean {
    const healthy = now.status === AddonStatus.Active || former.status !== AddonStatus.Active;
    return healthy && isInForm(now, former);
}

function isInForm(
    now: Addon,
    { version, configurationValues = "" }: Pick<WantedAddon, "version" | "configurationValues">,
): boolean {
    return (
        isUpdatable(now) &&
        now.version === version &&
        sameSettings(now.configurationValues, configurationValues)
    );
}

function wantedFormer(name: string, version: string, former: FormerAddon): WantedAddon {
    const { configurationValues, serviceAccountRoleArn, tags } = former;
    return {
        name,
        version,
        // EKS takes an absent text for "as it is".
        configurationValues: configurationValues === "" ? "{}" : configurationValues,
        ...(tags === undefined ? {} : { tags }),
        ...(serviceAccountRoleArn === undefined ? {} : { serviceAccountRoleArn }),
    };
}

/** Deployments and DaemonSets of the former add-on. */
export function workloadsOf({ ofAddon = [] }: Pick<Backup, "ofAddon">): ObjectRef[] {
    return ofAddon.filter(({ kind }) => kind === "Deployment" || kind === "DaemonSet");
}

/** What the add-on of before had running; what did not run before the move need not run after its undo. */
export function availableBefore(backup: Backup): ObjectRef[] {
    const available = backup.objects
        .filter(({ spec, status }) => {
            const { replicas = 1 } = (spec ?? {}) as { replicas?: number };
            const { availableReplicas = 0 } = (status ?? {}) as { availableReplicas?: number };
            return availableReplicas >= replicas;
        })
        .map((object) => keyOf(refTo(object)));
    return workloadsOf(backup).filter((ref) => ref.kind === "Deployment" && available.includes(keyOf(ref)));
}
