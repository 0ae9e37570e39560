// The tags that a user demands on what a move touches, and the add-on that it takes over, come in; the add-on has them beside its own. The undo takes away what nobody changed since. Deletes no add-on.
import type { MemoryCell } from "../../engine/memoryCell";
import type { World } from "../../ports/world";
import type { InstallMemory } from "./installMemory";

/** An update carries no tags. What is put stands in the journal first. */
export async function tagTakenOver(
    world: World,
    name: string,
    memory: Pick<MemoryCell<InstallMemory>, "value" | "amend">,
): Promise<void> {
    const { tagsOfMade: wanted = {} } = world;
    if (Object.keys(wanted).length === 0) return;
    const addon = await world.addons.describe(name);
    if (addon === undefined) return;
    const missing = Object.entries(wanted).filter(([key, value]) => addon.tags[key] !== value);
    if (missing.length === 0) return;
    await memory.amend({ tagged: { ...memory.value.tagged, ...Object.fromEntries(missing) } });
    await world.addons.tag(addon, Object.fromEntries(missing));
}

/** A tag with another value than the move's is somebody's, and stays. */
export async function giveTagsBack(
    world: World,
    name: string,
    { tagged = {}, former }: InstallMemory,
): Promise<void> {
    if (Object.keys(tagged).length === 0) return;
    const addon = await world.addons.describe(name);
    if (addon === undefined) return;
    const ours = Object.keys(tagged).filter((key) => addon.tags[key] === tagged[key]);
    const before = new Map(Object.entries(former?.tags ?? {}));
    const changed = ours.filter((key) => before.has(key) && before.get(key) !== tagged[key]);
    const added = ours.filter((key) => !before.has(key));
    if (changed.length > 0)
        await world.addons.tag(addon, Object.fromEntries(changed.map((key) => [key, before.get(key) ?? ""])));
    if (added.length > 0) await world.addons.untag(addon, added);
}
