// An add-on under the name that the move asks for, which somebody else has asked for since the plan: it is told apart, and never taken for the move's own. Writes nothing.
import { ErrorCode, MigrationError } from "../../../common/errors";
import type { StepContext } from "../../engine/step";
import type { Addon, World } from "../../ports/world";
import { isAskedForByMove } from "./create";
import type { InstallMemory } from "./installMemory";

/** Where none was there before the move, only one that carries the tag of a move, or that the move has seen ACTIVE, is its own. */
export function isOfOthers(
    { memory, journal }: Pick<StepContext<InstallMemory>, "memory" | "journal">,
    addon: Addon,
): boolean {
    return (
        memory.value.former === undefined && !isAskedForByMove(addon) && addon.arn !== journal.facts.addonArn
    );
}

/** The request for an add-on failed: the one that somebody else created meanwhile, or else that failure, also where nobody can tell. */
export async function someoneElses(
    world: World,
    name: string,
    failure: unknown,
    isTheirs: (addon: Addon) => boolean,
): Promise<Addon> {
    let found: Addon | undefined;
    try {
        found = await world.addons.describe(name);
    } catch {
        throw failure;
    }
    if (found === undefined || !isTheirs(found)) throw failure;
    return found;
}

export function createdByOthers({ name, version, status }: Addon, step = "install"): MigrationError {
    return new MigrationError({
        code: ErrorCode.AddonExists,
        step,
        what: `somebody else created the add-on ${name} ${version} since the move was planned (${status})`,
        remedy: "run `pulumi destroy`, which leaves it as it is, wait until nobody works on it, then run `pulumi up`, which plans anew and takes it over",
    });
}

export function leftToOthers({ name, version, status }: Addon): string {
    return `somebody else created the add-on ${name} ${version} (${status}): it is left as it is, with its objects, and works beside Helm's controllers; delete it, or run \`pulumi up\`, which takes it over`;
}
