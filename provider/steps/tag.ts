// Puts the add-on's tag on what belongs to the models, beside the tags that are there. Its undo puts the former value back, or takes the tag away.

import { mapConcurrently } from "../../common/mapConcurrently";
import type { Step } from "../engine/step";
import { MigrationStep, type Plan } from "../plan/plan";
import { countTags } from "../plan/tags";
import type { SeenTags, TaggedResource, World } from "../ports/world";

export interface TagMemory {
    /** The exact former tags; resources that are gone are left out. */
    readonly former: readonly SeenTags[];
}

export const tag: Step<MigrationStep.Tag, TagMemory> = {
    name: MigrationStep.Tag,
    planLine: ({ tags }) =>
        countTags(tags) === ""
            ? "nothing to tag"
            : `${tags.tag.key}=${tags.tag.value} on ${countTags(tags)} of the models, beside the tags that are there`,
    remember: async (world, plan) => ({
        former: await seenNow(
            world,
            plan.tags.resources.map(({ resource }) => resource),
        ),
    }),
    apply: async ({ world, plan, memory }) => {
        const { key, value } = plan.tags.tag;
        const seen = await seenNow(
            world,
            memory.value.former.map(({ resource }) => resource),
        );
        const untagged = seen.filter(({ tags }) => tags[key] !== value);
        await mapConcurrently(untagged, (one) => world.tags.put(one, key, value));
    },
    undo: async ({ world, plan, memory }) => {
        const { key } = plan.tags.tag;
        await mapConcurrently(await ours(world, plan, memory.value), ({ now, former }) =>
            former === undefined ? world.tags.remove(now, key) : world.tags.put(now, key, former),
        );
    },
    traces: async ({ world, plan, memory }) =>
        (await ours(world, plan, memory.value)).map(
            ({ now }) => `tag ${plan.tags.tag.key} of ${now.resource.id}`,
        ),
};

/** Without resources that are gone. */
async function seenNow(world: World, resources: readonly TaggedResource[]): Promise<readonly SeenTags[]> {
    const read = await world.tags.readAll(resources);
    return resources.flatMap((resource, index) => {
        const tags = read[index];
        return tags === undefined ? [] : [{ resource, tags }];
    });
}

/** Those that carry our value and had another before: what somebody set meanwhile is theirs. */
async function ours(
    world: World,
    { tags: { tag } }: Plan,
    { former }: TagMemory,
): Promise<{ readonly now: SeenTags; readonly former: string | undefined }[]> {
    const changed = new Map(
        former
            .filter(({ tags }) => tags[tag.key] !== tag.value)
            .map((one) => [one.resource, one.tags[tag.key]]),
    );
    const seen = await seenNow(world, [...changed.keys()]);
    return seen
        .filter(({ tags }) => tags[tag.key] === tag.value)
        .map((now) => ({ now, former: changed.get(now.resource) }));
}
