// Changes version or settings of a running add-on with PRESERVE, follows the update, looks at the models, and returns to the former version and settings when anything is wrong.
import { randomUUID } from "node:crypto";
import { ErrorCode, MigrationError, messageOf } from "../../../common/errors";
import { compareVersions, newerOf } from "../../addons/versions";
import { definitionsIn } from "../../kubernetes/customResources";
import { fieldsLostUnder } from "../../kubernetes/schemaPruning";
import { poll } from "../../ports/poll";
import { type Addon, AddonStatus, type KubernetesObject, type World } from "../../ports/world";
import type { Profile } from "../../profiles/profile";
import { differingSettings, sameSettings, settingsIn } from "../../settings/settingsText";
import { checkModels, collectModels, type ModelsBefore } from "../models/compareModels";
import { atRest, followUpdate } from "./followUpdate";

export interface UpgradeRequest {
    readonly name: string;
    /** Absent: the one that runs, whoever brought it. */
    readonly version?: string;
    /** The version that the move stands for; somebody may have upgraded the add-on since. */
    readonly known: string;
    /** The settings that the move stands for, JSON; somebody may have changed them since. */
    readonly knownSettings: string;
    /** JSON with sorted keys. */
    readonly configurationValues: string;
}

const POLL_MS = 2_000;

/** Answers the version that runs in the end. Writes nothing when the add-on is as wanted already. */
export async function upgradeAddon(
    world: World,
    profile: Profile,
    request: UpgradeRequest,
    timeoutMs: number,
): Promise<string> {
    const former = await atRest(world, request.name, timeoutMs, "upgrade");
    if (former === undefined) throw missing(request.name);
    const wanted = { ...request, version: versionFor(world, request, former) };
    if (
        former.version === wanted.version &&
        sameSettings(former.configurationValues, wanted.configurationValues)
    )
        return former.version;
    const changed = settingsChanged(former, wanted.knownSettings);
    if (changed.length > 0)
        world.log.warn(
            `settings of the add-on ${wanted.name} were changed outside, and are set to those of the program: ${changed.join(", ")}`,
        );
    const [models, definitions] = await Promise.all([
        collectModels(world, profile),
        definitionsIn(world, profile.customResourceGroups),
    ]);
    world.log.progress(`upgrade: ${former.version} -> ${wanted.version}`);
    try {
        await update(world, wanted, timeoutMs);
        await checkModels(world, await definitionsIn(world, profile.customResourceGroups), models);
        return wanted.version;
    } catch (error) {
        throw await undoUpgrade(world, wanted, former, error, timeoutMs, profile, { ...models, definitions });
    }
}

/** Paths at which the live settings are not those that the move stands for. */
export function settingsChanged({ configurationValues }: Addon, known: string): string[] {
    if (sameSettings(configurationValues, known)) return [];
    return differingSettings(settingsIn(known) ?? {}, settingsIn(configurationValues) ?? {});
}

/** Never an older one: an upgrade in the console is kept, and a pinned version that is older is a question to whoever pinned it. */
function versionFor(
    world: World,
    { name, version, known }: UpgradeRequest,
    { version: live }: Addon,
): string {
    if (version !== undefined && compareVersions(version, live) < 0) {
        throw new MigrationError({
            code: ErrorCode.FieldsWouldBeLost,
            step: "upgrade",
            what: `\`addonVersion\` is ${version}, and the add-on ${name} runs ${live}`,
            why: "an older version brings older schemas, which drop what the models hold in newer fields; the version never goes down",
            remedy: `set \`addonVersion\` to ${live} or a newer one, or remove it, then run \`pulumi up\`; nothing was changed`,
        });
    }
    if (version !== undefined) return version;
    if (compareVersions(live, known) > 0)
        world.log.warn(`the add-on ${name} was upgraded outside, from ${known} to ${live}: it stays so`);
    return newerOf(live, known);
}

type WantedVersion = UpgradeRequest & { readonly version: string };

async function update(
    world: World,
    wanted: Pick<WantedVersion, "name" | "version" | "configurationValues">,
    timeoutMs: number,
): Promise<void> {
    // One token for all tries of this request; after a failed update EKS would answer a known token with that failure.
    const { name, version, configurationValues } = wanted;
    const request = { name, version, configurationValues, token: randomUUID() };
    const updateId = await world.addons.update(request, "PRESERVE");
    const deadline = world.clock.now() + timeoutMs;
    const failure = await followUpdate(world, { name, updateId, timeoutMs, step: "upgrade" });
    if (failure !== undefined) throw new Error(failure);
    const addon = await poll(
        world.clock,
        { timeoutMs: deadline - world.clock.now(), pauseMs: POLL_MS },
        () => world.addons.describe(wanted.name),
        (seen) => seen?.status !== AddonStatus.Updating,
    );
    if (addon?.status === AddonStatus.Active) return;
    const issues = (addon?.issues ?? []).map(({ code, message }) => `${code} ${message}`).join("; ");
    throw new Error(
        `the add-on is ${addon?.status ?? "gone"} after the update: ${issues || "EKS names no issue"}`,
    );
}

/** The error to tell, after the undo was tried. */
async function undoUpgrade(
    world: World,
    wanted: WantedVersion,
    former: Addon,
    cause: unknown,
    timeoutMs: number,
    profile: Profile,
    models: ModelsBefore & { readonly definitions: readonly KubernetesObject[] },
): Promise<MigrationError> {
    const lost = await fieldsLostUnder(world, models.definitions);
    if (lost.length > 0) {
        return new MigrationError({
            code: ErrorCode.FieldsWouldBeLost,
            step: "upgrade",
            what: `the update to ${wanted.version} failed, and ${former.version} is not put back: its schemas would drop ${lost.join(", ")}`,
            why: messageOf(cause),
            remedy: `remove the cause and run \`pulumi up\`, or set \`addonVersion\` to a newer version`,
            cause,
        });
    }
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
        await checkModels(world, await definitionsIn(world, profile.customResourceGroups), models);
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
