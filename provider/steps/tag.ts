// Puts the add-on's tag on what belongs to the models, beside the tags that are there. Its undo puts the former value back, or takes the tag away.

import type { Step, StepContext } from "../engine/step";
import { MigrationStep, type Plan } from "../plan/plan";
import { countTags, overwrittenTags } from "../plan/tagsOfModels";
import type { SeenTags, TaggedResource, World } from "../ports/world";

export interface TagMemory {
    /** Of each the former value of the tag's key, if it had one. */
    readonly former: readonly SeenTags[];
}

export const tag: Step<MigrationStep.Tag, TagMemory> = {
    name: MigrationStep.Tag,
    planLine: ({ tags }) =>
        countTags(tags) === ""
            ? "nothing to tag"
            : `${tags.tag.key}=${tags.tag.value} on ${countTags(tags)} of the models, beside the tags that are there`,
    // As the plan saw them: what changed since then is met by apply, which looks right before it writes.
    remember: async (_, { tags }) => ({ former: overwrittenTags(tags) }),
    apply: async (context) => {
        const { world, plan, memory } = context;
        const { key, value } = plan.tags.tag;
        const seen = await seenNow(
            world,
            memory.value.former.map(({ resource }) => resource),
        );
        await rememberChanged(context, seen);
        const untagged = seen.filter(({ tags }) => tags[key] !== value);
        await world.tags.put(untagged, key, value);
    },
    undo: async ({ world, plan, memory }) => {
        const { key, value } = plan.tags.tag;
        const changed = changedBy(plan, memory.value);
        const added = changed.filter(({ former }) => former === undefined);
        const overwritten = changed.filter(({ former }) => former !== undefined);
        const ours = await stillOurs(world, plan, overwritten);
        const formerValues = new Set(ours.flatMap(({ former }) => former ?? []));
        await Promise.all([
            world.tags.takeAway(
                added.map(({ resource }) => resource),
                key,
                value,
            ),
            ...[...formerValues].map((before) =>
                world.tags.put(
                    ours.filter(({ former }) => former === before).map(({ now }) => now),
                    key,
                    before,
                ),
            ),
        ]);
    },
    traces: async ({ world, plan, memory }) =>
        (await stillOurs(world, plan, changedBy(plan, memory.value))).map(
            ({ now }) => `tag ${plan.tags.tag.key} of ${now.resource.id}`,
        ),
};

/** Somebody may have set the tag since it was remembered: what is overwritten stands in the journal before it is. Our value is somebody's too as long as nothing was written. */
async function rememberChanged(
    { plan, memory, isNew }: StepContext<TagMemory>,
    seen: readonly SeenTags[],
): Promise<void> {
    const { key, value } = plan.tags.tag;
    const now = new Map(
        seen
            .filter(({ tags }) => isNew === true || tags[key] !== value)
            .map(({ resource, tags }) => [resource, tags[key]]),
    );
    const isOther = ({ resource, tags }: SeenTags) => now.has(resource) && now.get(resource) !== tags[key];
    const { former } = memory.value;
    if (!former.some(isOther)) return;
    const asNow = ({ resource }: SeenTags): SeenTags => {
        const set = now.get(resource);
        return { resource, tags: set === undefined ? {} : { [key]: set } };
    };
    await memory.amend({ former: former.map((one) => (isOther(one) ? asNow(one) : one)) });
}

/** Without resources that are gone. */
async function seenNow(world: World, resources: readonly TaggedResource[]): Promise<readonly SeenTags[]> {
    const read = await world.tags.readAll(resources);
    return resources.flatMap((resource, index) => {
        const tags = read[index];
        return tags === undefined ? [] : [{ resource, tags }];
    });
}

interface ChangedTag {
    readonly resource: TaggedResource;
    readonly former: string | undefined;
}

/** Those that had another value before, or none. */
function changedBy({ tags: { tag } }: Plan, { former }: TagMemory): ChangedTag[] {
    return former
        .filter(({ tags }) => tags[tag.key] !== tag.value)
        .map(({ resource, tags }) => ({ resource, former: tags[tag.key] }));
}

/** Those that carry our value: what somebody set meanwhile is theirs. */
async function stillOurs(
    world: World,
    { tags: { tag } }: Plan,
    changed: readonly ChangedTag[],
): Promise<{ readonly now: SeenTags; readonly former: string | undefined }[]> {
    const formerOf = new Map(changed.map(({ resource, former }) => [resource, former]));
    const seen = await seenNow(world, [...formerOf.keys()]);
    return seen
        .filter(({ tags }) => tags[tag.key] === tag.value)
        .map((now) => ({ now, former: formerOf.get(now.resource) }));
}
