// Dependencies come in, and which come before which; what is done with each runs beside the others. Every one that was begun ends, however another one ends, before this does.
import { isStopped, messageOf } from "../../../common/errors";
import type { PlannedDependency } from "../../plan/plan";
import type { World } from "../../ports/world";

/** The order forward: what uses resources of others comes after them. */
export function usedFirst({ after = [] }: PlannedDependency): readonly string[] {
    return after;
}

/** The order back. */
export function usersFirst(all: readonly PlannedDependency[]) {
    return ({ addonName }: PlannedDependency): readonly string[] =>
        all.filter(({ after = [] }) => after.includes(addonName)).map((user) => user.addonName);
}

type Named = Pick<PlannedDependency, "addonName" | "title">;

/**
 * `before` answers the names of the add-ons that come before one; what comes after one that failed is not begun. A failure is thrown at the end;
 * of several the first in the order of `all`, the others are warned of. Each gets a world whose progress stands beside that of the others.
 */
export async function besideEachOther<One extends Named>(
    world: World,
    step: string,
    all: readonly One[],
    before: (one: One) => readonly string[],
    work: (one: One, world: World) => Promise<void>,
): Promise<void> {
    const progress = new JoinedProgress(world, step, all);
    const begun = new Map<string, Promise<boolean>>();
    const failures = new Map<One, unknown>();
    const begin = (one: One): Promise<boolean> => {
        const ended = begun.get(one.addonName) ?? run(one);
        begun.set(one.addonName, ended);
        return ended;
    };
    const run = async (one: One): Promise<boolean> => {
        const first = all.filter(({ addonName }) => before(one).includes(addonName));
        if ((await Promise.all(first.map(begin))).includes(false)) return false;
        try {
            await work(one, progress.worldOf(one));
            progress.end(one);
            return true;
        } catch (error) {
            progress.end(one);
            failures.set(one, error);
            return false;
        }
    };
    await Promise.all(all.map(begin));
    const failed = all.filter((one) => failures.has(one));
    const told = failed.find((one) => isStopped(failures.get(one))) ?? failed[0];
    if (told === undefined) return;
    // Who is stopped is stopped in all of them.
    for (const one of failed)
        if (one !== told && !isStopped(failures.get(one)))
            world.log.warn(`${step} (${one.title}) failed as well: ${messageOf(failures.get(one))}`);
    throw failures.get(told);
}

/** One line of progress for all that are at work. */
class JoinedProgress {
    readonly #lines = new Map<string, string>();

    constructor(
        readonly world: World,
        readonly step: string,
        readonly all: readonly Named[],
    ) {}

    worldOf({ title }: Named): World {
        const prefix = `${this.step} (${title}): `;
        return {
            ...this.world,
            log: {
                warn: (line) => this.world.log.warn(line),
                progress: (line) => {
                    this.#lines.set(title, line.startsWith(prefix) ? line.slice(prefix.length) : line);
                    this.#tell();
                },
            },
        };
    }

    end({ title }: Named): void {
        if (this.#lines.delete(title)) this.#tell();
    }

    #tell(): void {
        const told = this.all.flatMap(({ title }) => {
            const line = this.#lines.get(title);
            return line === undefined ? [] : [`${title}: ${line}`];
        });
        if (told.length > 0) this.world.log.progress(`${this.step}: ${told.join(" | ")}`);
    }
}
