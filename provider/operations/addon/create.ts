// Asks EKS for an add-on so that asking again after a crash does no harm: same attempt, same token; a failed one makes room for a new attempt.

import { createHash } from "node:crypto";
import { ErrorCode } from "../../../common/errors";
import { OPERATOR_TAG } from "../../../common/operatorNames";
import { ADDON_TAGS } from "../../../common/ourMarks";
import { isUpdatable } from "../../addons/states";
import { newerOf } from "../../addons/versions";
import type { MemoryCell } from "../../engine/memoryCell";
import { type Addon, type AddonRequest, AddonStatus, type World } from "../../ports/world";
import { atRest, followUpdate } from "./followUpdate";
import { awaitGone, failedAddon } from "./wait";

export interface WantedAddon {
    readonly name: string;
    readonly version: string;
    readonly configurationValues?: string;
    readonly serviceAccountRoleArn?: string;
    /** All that it gets when it is created. Defaults to those of what a move makes. */
    readonly tags?: Readonly<Record<string, string>>;
}

/** The requests of one step for one add-on. */
export interface Attempts {
    readonly step: string;
    /** Tells this add-on from one that the same migration made and took back before. */
    readonly token: string;
    readonly removeMs: number;
    /** Counts the attempts: a new one is journaled before it begins. */
    readonly memory: Pick<MemoryCell<{ readonly attempt: number }>, "value" | "amend">;
}

/** The next request is another one, even when it asks for the same. */
export function beginAttempt({ memory }: Attempts): Promise<void> {
    return memory.amend({ attempt: memory.value.attempt + 1 });
}

/** `existing` is what was there a moment ago. */
export async function createOrContinue(
    world: World,
    wanted: WantedAddon,
    attempts: Attempts,
    existing: Addon | undefined,
): Promise<void> {
    const { step } = attempts;
    switch (existing?.status) {
        case undefined:
            world.log.progress(`${step}: creating ${wanted.name} ${wanted.version}`);
            await world.addons.create(requestOf(world, wanted, attempts));
            return;
        case AddonStatus.CreateFailed:
        case AddonStatus.Deleting:
        case AddonStatus.DeleteFailed:
            await startOver(world, notOlder(wanted, existing as Addon), existing as Addon, attempts);
            return;
        case AddonStatus.Degraded:
        case AddonStatus.UpdateFailed:
            // Its cause may be gone: applying again is what makes EKS look anew.
            world.log.progress(`${step}: the add-on is ${existing?.status}; it is applied again`);
            await beginAttempt(attempts);
            await world.addons.update(
                requestOf(world, notOlder(wanted, existing as Addon), attempts),
                "OVERWRITE",
            );
            return;
        default:
            return;
    }
}

/** Somebody may have upgraded it since it was planned: its schemas never go back to older ones. One that failed to be created never ran. */
function notOlder(wanted: WantedAddon, existing: Addon): WantedAddon {
    if (existing.status === AddonStatus.CreateFailed) return wanted;
    return { ...wanted, version: newerOf(wanted.version, existing.version) };
}

export interface UpdateOptions {
    readonly resolveConflicts: "OVERWRITE" | "PRESERVE";
    /** Only an undo may ask for an older version than the one that is there, after it looked at the models. */
    readonly mayBeOlder?: true;
    readonly timeoutMs: number;
    /** Runs at every look; it measures which requests are refused. */
    readonly meanwhile?: () => Promise<unknown>;
}

/**
 * Brings an add-on that this move did not make to version and settings, and waits for the end of the update; one that is gone, or cannot be
 * updated, is created. The same attempt has the same token, so EKS answers a repeated request with the update that it began.
 */
export async function updateOrCreate(
    world: World,
    wanted: WantedAddon,
    attempts: Attempts,
    { resolveConflicts, mayBeOlder, ...following }: UpdateOptions,
): Promise<void> {
    const { step } = attempts;
    const { name } = wanted;
    const existing = await atRest(world, name, following.timeoutMs, step);
    if (existing === undefined || !isUpdatable(existing))
        return createOrContinue(world, wanted, attempts, existing);
    const next = mayBeOlder === true ? wanted : notOlder(wanted, existing);
    world.log.progress(`${step}: updating ${name} ${existing.version} to ${next.version}`);
    const updateId = await world.addons.update(requestOf(world, next, attempts), resolveConflicts);
    const failure = await followUpdate(world, { ...following, name, updateId, step });
    // Done or failed, the next request is another one.
    await beginAttempt(attempts);
    if (failure === undefined) return;
    const now = (await world.addons.describe(name)) ?? existing;
    throw failedAddon(ErrorCode.AddonFailed, step, now, [failure]);
}

async function startOver(
    world: World,
    wanted: WantedAddon,
    existing: Addon,
    attempts: Attempts,
): Promise<void> {
    world.log.progress(
        `${attempts.step}: ${wanted.name} is ${existing.status}; it is taken away and created again`,
    );
    await beginAttempt(attempts);
    if (existing.status !== AddonStatus.Deleting) await world.addons.remove(wanted.name, { preserve: true });
    await awaitGone(world, wanted.name, attempts.removeMs);
    const tags = wanted.tags ?? tagsOfMove(world, existing.tags);
    await world.addons.create(requestOf(world, { ...wanted, tags }, attempts));
}

/** Whether a move has asked for it: somebody's own carries no such tag. */
export function isAskedForByMove({ tags }: Addon): boolean {
    return tags[OPERATOR_TAG.key] === OPERATOR_TAG.value;
}

/** Of what a move makes; those that somebody gave an add-on that makes room stay beside them. */
export function tagsOfMove(
    { tagsOfMade = {} }: World,
    former: Addon["tags"] = {},
): Readonly<Record<string, string>> {
    return { ...former, ...tagsOfMade, ...ADDON_TAGS };
}

function requestOf(world: World, wanted: WantedAddon, { token: seed, memory }: Attempts): AddonRequest {
    const told = `${seed}/${wanted.name}/${memory.value.attempt}`;
    const token = createHash("sha256").update(told).digest("hex").slice(0, 64);
    return { ...wanted, tags: wanted.tags ?? tagsOfMove(world), token };
}
