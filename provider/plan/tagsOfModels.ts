// The models' AWS resources in, what gets the tag out, with every value that is overwritten and every resource that has no room. Pure.

import type { Blocker } from "../../common/blocker";
import { counted } from "../../common/counted";
import { ErrorCode } from "../../common/errors";
import { TAGS_PER_RESOURCE } from "../../common/tagQuota";
import type { FoundOwned } from "../discovery/awsResourcesOfModels";
import { type SeenTags, TaggedKind } from "../ports/world";
import type { PlannedTag, PlannedTags } from "./plan";

/** How many tags each kind may carry. */
const LIMITS: Record<TaggedKind, number> = {
    [TaggedKind.LoadBalancer]: TAGS_PER_RESOURCE,
    [TaggedKind.Certificate]: TAGS_PER_RESOURCE,
    [TaggedKind.S3Object]: 10,
};

const NOUNS: Record<TaggedKind, string> = {
    [TaggedKind.LoadBalancer]: "load balancer",
    [TaggedKind.Certificate]: "certificate",
    [TaggedKind.S3Object]: "S3 object",
};

export function planTags(
    found: FoundOwned,
    tag: PlannedTags["tag"],
): { tags: PlannedTags; blockers: readonly Blocker[]; notes: readonly string[] } {
    const blockers: Blocker[] = found.unreadable.map((what) => ({
        code: ErrorCode.PermissionMissing,
        property: "clusterName",
        what: `the tags of ${what} cannot be read`,
        remedy: "allow reading and writing tags of the models' load balancers, certificates and S3 objects; docs/permissions.md lists the actions",
    }));
    const resources: PlannedTag[] = [];
    const notes: string[] = [...found.notes];
    for (const { resource, owner, tags } of found.resources) {
        const value = tags[tag.key];
        if (value === tag.value) continue;
        if (value === undefined && Object.keys(tags).length >= LIMITS[resource.kind]) {
            blockers.push({
                code: ErrorCode.TagLimit,
                property: "clusterName",
                what: `${NOUNS[resource.kind]} ${resource.id} of ${owner} carries ${Object.keys(tags).length} tags, so that ${tag.key} has no room`,
                remedy: "remove one of its tags; without this tag the add-on may not read its own certificate",
            });
            continue;
        }
        if (value !== undefined)
            notes.push(
                `${NOUNS[resource.kind]} ${resource.id} of ${owner}: tag ${tag.key} changes from ${value} to ${tag.value}; an undo puts ${value} back`,
            );
        resources.push({ resource, owner, ...(value === undefined ? {} : { overwrites: value }) });
    }
    return { tags: { tag, resources }, blockers, notes: notes.sort() };
}

/** What the tag step remembers: of each the value that it writes over, if there is one. */
export function overwrittenTags({ tag, resources }: PlannedTags): readonly SeenTags[] {
    return resources.map(({ resource, overwrites }) => ({
        resource,
        tags: overwrites === undefined ? {} : { [tag.key]: overwrites },
    }));
}

/** "2 load balancers, 1 certificate". */
export function countTags({ resources }: PlannedTags): string {
    return Object.values(TaggedKind)
        .map((kind) => ({ kind, count: resources.filter(({ resource }) => resource.kind === kind).length }))
        .filter(({ count }) => count > 0)
        .map(({ kind, count }) => counted(count, NOUNS[kind]))
        .join(", ");
}
