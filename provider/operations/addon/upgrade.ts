// Changes version or settings of a running add-on with PRESERVE, follows the update, looks at the models, and returns to the former version and settings when anything is wrong.
import { randomUUID } from "node:crypto";
import { ErrorCode, MigrationError, messageOf } from "../../../common/errors";
import { type Addon, AddonStatus, type World } from "../../ports/world";
import type { Profile } from "../../profiles/profile";
import { sameSettings } from "../../settings/settingsText";
import { checkModels, collectModels, type ModelsBefore } from "../models/models";
import { atRest, followUpdate } from "./update";

export interface WantedAddon {
    readonly name: string;
    readonly version: string;
    /** JSON with sorted keys. */
    readonly configurationValues: string;
}

const POLL_MS = 2_000;

/** Answers false when the add-on is as wanted already. */
export async function upgradeAddon(
    world: World,
    profile: Profile,
    wanted: WantedAddon,
    timeoutMs: number,
): Promise<boolean> {
    const former = await atRest(world, wanted.name, timeoutMs, "upgrade");
    if (former === undefined) throw missing(wanted.name);
    if (
        former.version === wanted.version &&
        sameSettings(former.configurationValues, wanted.configurationValues)
    )
        return false;
    const models = await collectModels(world, profile);
    world.log.progress(`upgrade: ${former.version} -> ${wanted.version}`);
    try {
        await update(world, wanted, timeoutMs);
        await checkModels(world, profile, models);
        return true;
    } catch (error) {
        throw await returned(world, wanted, former, error, timeoutMs, profile, models);
    }
}

async function update(world: World, wanted: WantedAddon, timeoutMs: number): Promise<void> {
    // One token for all tries of this request; after a failed update EKS would answer a known token with that failure.
    const updateId = await world.addons.update({ ...wanted, token: randomUUID() }, "PRESERVE");
    const deadline = world.clock.now() + timeoutMs;
    const failure = await followUpdate(world, { name: wanted.name, updateId, timeoutMs, step: "upgrade" });
    if (failure !== undefined) throw new Error(failure);
    for (;;) {
        const addon = await world.addons.describe(wanted.name);
        if (addon?.status === AddonStatus.Active) return;
        const issues = (addon?.issues ?? []).map(({ code, message }) => `${code} ${message}`).join("; ");
        if (addon?.status !== AddonStatus.Updating || world.clock.now() >= deadline) {
            throw new Error(
                `the add-on is ${addon?.status ?? "gone"} after the update: ${issues || "EKS names no issue"}`,
            );
        }
        await world.clock.sleep(POLL_MS);
    }
}

/** The error to tell, after the way back was tried. */
async function returned(
    world: World,
    wanted: WantedAddon,
    former: Addon,
    cause: unknown,
    timeoutMs: number,
    profile: Profile,
    models: ModelsBefore,
): Promise<MigrationError> {
    world.log.progress(`upgrade: failed; back to ${former.version}`);
    const before = {
        name: former.name,
        version: former.version,
        configurationValues: former.configurationValues,
    };
    const now = await world.addons.describe(former.name);
    let back = `${former.version} and its settings are back`;
    try {
        if (now !== undefined) await update(world, before, timeoutMs);
        await checkModels(world, profile, models);
    } catch (error) {
        back = `going back to ${former.version} failed too: ${messageOf(error)}`;
    }
    return new MigrationError({
        code: ErrorCode.AddonUpdateFailed,
        step: "upgrade",
        what: `the update to ${wanted.version} failed; ${back}`,
        why: messageOf(cause),
        remedy: "remove the cause, or set `addonVersion` and the settings back, then run `pulumi up`",
        cause,
    });
}

function missing(name: string): MigrationError {
    return new MigrationError({
        code: ErrorCode.AddonFailed,
        step: "upgrade",
        what: `the add-on ${name} is gone`,
        remedy: "run `pulumi refresh`, then `pulumi up`, which installs it again",
    });
}
