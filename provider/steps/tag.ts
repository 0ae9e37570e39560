// Puts the add-on's tag on what belongs to the models, beside the tags that are there. Its undo puts the former value back, or takes the tag away.

import { mapConcurrently } from "../../common/mapConcurrently";
import type { Step } from "../engine/step";
import { MigrationStep } from "../plan/plan";
import { countTags } from "../plan/tags";
import type { TaggedResource } from "../ports/world";

export interface TagMemory {
    /** The exact former tags; resources that are gone are left out. */
    readonly former: readonly {
        readonly resource: TaggedResource;
        readonly tags: Readonly<Record<string, string>>;
    }[];
}

export const tag: Step<MigrationStep.Tag, TagMemory> = {
    name: MigrationStep.Tag,
    planLine: ({ tags }) =>
        countTags(tags) === ""
            ? "nothing to tag"
            : `${tags.tag.key}=${tags.tag.value} on ${countTags(tags)} of the models, beside the tags that are there`,
    remember: async (world, plan) => {
        const read = await mapConcurrently(plan.tags.resources, async ({ resource }) => ({
            resource,
            tags: await world.tags.read(resource),
        }));
        return {
            former: read.flatMap(({ resource, tags }) => (tags === undefined ? [] : [{ resource, tags }])),
        };
    },
    apply: async ({ world, plan, memory }) => {
        const { key, value } = plan.tags.tag;
        await mapConcurrently(memory.former, async ({ resource }) => {
            const tags = await world.tags.read(resource);
            if (tags !== undefined && tags[key] !== value)
                await world.tags.replace(resource, { ...tags, [key]: value });
        });
    },
    undo: async ({ world, plan, memory }) => {
        const { key, value } = plan.tags.tag;
        await mapConcurrently(memory.former, async ({ resource, tags: former }) => {
            const tags = await world.tags.read(resource);
            // Only our own value is taken back: what somebody set meanwhile is theirs.
            if (tags === undefined || tags[key] !== value || former[key] === value) return;
            const { [key]: _, ...others } = tags;
            await world.tags.replace(
                resource,
                former[key] === undefined ? others : { ...others, [key]: former[key] },
            );
        });
    },
    traces: async ({ world, plan, memory }) => {
        const { key, value } = plan.tags.tag;
        const found = await mapConcurrently(memory.former, async ({ resource, tags: former }) => {
            const tags = await world.tags.read(resource);
            return tags?.[key] === value && former[key] !== value ? [`tag ${key} of ${resource.id}`] : [];
        });
        return found.flat();
    },
};
