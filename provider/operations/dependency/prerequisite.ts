// A dependency that was missing: installed as an add-on, and taken away again when nobody uses it.

import type { MemoryCell } from "../../engine/memoryCell";
import type { StepTimeouts } from "../../engine/stepTimeouts";
import { groupOf, kindOf, storageVersionOf } from "../../kubernetes/customResourceDefinitions";
import { definitions } from "../../kubernetes/customResources";
import type { Plan, PlannedDependency } from "../../plan/plan";
import { type Addon, AddonStatus, type World } from "../../ports/world";
import type { DependencyProfile } from "../../profiles/dependencies";
import { applyAgainWhatIsGone } from "../addon/applyAgain";
import { createOrContinue, isAskedForByMove } from "../addon/create";
import { someoneElses } from "../addon/createdByOthers";
import { describeUnproved, madeByAddon, type OwnedRef } from "../addon/ownership";
import { deleteMade, objectsOfAddon, removeAddon } from "../addon/removeAddon";
import { awaitAddon, awaitWorkloads, isWorkload } from "../addon/wait";
import type { Backup } from "../backup/backup";
import { waitForAnswers } from "../models/probes";

export interface PrerequisiteMemory {
    readonly since: string;
    readonly attempt: number;
    /** What the add-on made, once it is ACTIVE. */
    readonly created?: readonly OwnedRef[];
}

export interface Prerequisite {
    readonly world: World;
    readonly plan: Plan;
    readonly profile: DependencyProfile;
    readonly planned: PlannedDependency;
    /** Of the dependencies that are installed in the same time. */
    readonly beside: readonly DependencyProfile[];
    readonly migrationId: string;
    readonly timeouts: StepTimeouts;
    readonly memory: MemoryCell<PrerequisiteMemory>;
}

export async function installPrerequisite({
    world,
    plan,
    profile,
    beside,
    planned,
    migrationId,
    timeouts,
    memory,
}: Prerequisite): Promise<void> {
    const step = `prerequisites (${profile.title})`;
    const { since } = memory.value;
    const roleArn = plan.identities.find(({ key }) => key === planned.identity)?.roleArn;
    const wanted = {
        name: planned.addonName,
        version: planned.version ?? "",
        ...(roleArn === undefined ? {} : { serviceAccountRoleArn: roleArn }),
    };
    const attempts = { step, token: `${migrationId}/${since}`, memory, removeMs: timeouts.removeMs };
    const existing = await world.addons.describe(planned.addonName);
    if (existing?.status === AddonStatus.Active && isAskedForByMove(existing))
        await applyAgainWhatIsGone(world, (memory.value.created ?? []).filter(isWorkload), wanted, attempts, {
            timeoutMs: timeouts.installMs,
        });
    await createOrContinue(world, wanted, attempts, existing).catch(async (error: unknown) => {
        // Somebody was quicker, and what was missing comes all the same.
        const isTheirs = (addon: Addon) => !isAskedForByMove(addon);
        const { name } = await someoneElses(world, planned.addonName, error, isTheirs);
        world.log.warn(`${step}: somebody else created the add-on ${name} meanwhile; it is used as it is`);
    });
    await awaitAddon(world, profile, timeouts.installMs, undefined, step);
    world.objects.rediscover();
    if (memory.value.created === undefined) {
        const found = await madeByAddon(world, profile, since, beside);
        const told = describeUnproved(profile, found);
        if (told !== undefined) world.log.warn(told);
        await memory.amend({ created: found.own });
    }
    await awaitWorkloads(world, profile, timeouts.installMs, Promise.resolve(memory.value.created ?? []));
    await waitForAnswers(world, profile, timeouts.installMs);
}

/** Of a dependency that was missing altogether. */
export const NOTHING_BEFORE: Backup = {
    objects: [],
    absent: [],
    records: [],
    customResources: [],
    modelPods: {},
};

/** Answers what had to stay. */
export async function removePrerequisite(
    {
        world,
        profile,
        beside,
        planned,
        timeouts,
    }: Pick<Prerequisite, "world" | "profile" | "beside" | "planned" | "timeouts">,
    memory: PrerequisiteMemory,
): Promise<string[]> {
    const step = `undo prerequisites (${profile.title})`;
    const [used, addon] = await Promise.all([
        customResourcesIn(world, profile),
        world.addons.describe(planned.addonName),
    ]);
    // Somebody installed it since the plan: they may need it.
    if (addon !== undefined && !isAskedForByMove(addon))
        return [`the add-on ${addon.name} stays: somebody else created it since the move was planned`];
    // Nothing of it existed before, so EKS may delete all of it; unless somebody put resources into its CRDs meanwhile.
    await removeAddon(world, addon, timeouts.removeMs, step, used.length > 0);
    if (used.length === 0) return [];
    await deleteMade(
        world,
        await objectsOfAddon(world, profile, memory, NOTHING_BEFORE, beside),
        NOTHING_BEFORE,
        [],
        memory.since,
    );
    return [`the CRDs of ${profile.title} stay: ${used.join(", ")} were made meanwhile`];
}

async function customResourcesIn(world: World, profile: DependencyProfile): Promise<string[]> {
    const crds = await definitions(world, profile);
    const lists = await Promise.all(
        crds.map((crd) =>
            world.objects.list(`${groupOf(crd)}/${storageVersionOf(crd)}`, kindOf(crd), {
                metadataOnly: true,
            }),
        ),
    );
    return lists
        .flat()
        .map(
            ({ kind, metadata }) =>
                `${kind} ${metadata.namespace ? `${metadata.namespace}/` : ""}${metadata.name}`,
        )
        .sort();
}
