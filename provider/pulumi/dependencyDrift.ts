// A moved journal comes in; which add-ons of dependencies, made by the move, somebody took away since goes out, and the steps that make them are opened again.
import { mapConcurrently } from "../../common/mapConcurrently";
import type { Journal } from "../engine/journal";
import { MigrationStep } from "../plan/plan";
import { type Addon, AddonStatus, type World } from "../ports/world";

const STEPS = [MigrationStep.Prerequisites, MigrationStep.Dependencies] as const;
type DependencyStep = (typeof STEPS)[number];

interface Missed {
    readonly name: string;
    readonly what: string;
    readonly step: DependencyStep;
}

/** What the memories of both steps have of one add-on, as far as it is opened again. */
interface MadeAddon {
    readonly attempt: number;
    readonly done?: true;
}

/** A line each. */
export async function dependencyDrift(world: World, journal: Journal): Promise<string[]> {
    return (await missedAddons(world, journal)).map(
        ({ name, what }) => `the add-on ${name}, which the move installed, ${what}`,
    );
}

/** Asks for each again, with another attempt: EKS answers a known one with what it did then. */
export async function reopenDependencies(world: World, journal: Journal): Promise<void> {
    const missed = await missedAddons(world, journal);
    for (const step of STEPS) {
        const names = missed.filter((one) => one.step === step).map(({ name }) => name);
        if (names.length === 0 || !journal.isDone(step)) continue;
        const known = madeIn(journal, step);
        const again = Object.entries(known).map(([name, { done, ...made }]) =>
            names.includes(name)
                ? [name, { ...made, attempt: made.attempt + 1 }]
                : [name, { ...made, ...(done === undefined ? {} : { done }) }],
        );
        await journal.rerun(step, { [KEY[step]]: Object.fromEntries(again) });
    }
}

const HEALTHY: ReadonlySet<AddonStatus> = new Set([
    AddonStatus.Active,
    AddonStatus.Creating,
    AddonStatus.Updating,
]);

const KEY = { [MigrationStep.Prerequisites]: "made", [MigrationStep.Dependencies]: "moves" } as const;

function madeIn(journal: Journal, step: DependencyStep): Readonly<Record<string, MadeAddon>> {
    const memory = journal.memoryOf(step) as Record<string, Record<string, MadeAddon>> | undefined;
    return memory?.[KEY[step]] ?? {};
}

async function missedAddons(world: World, journal: Journal): Promise<Missed[]> {
    const made = STEPS.filter((step) => journal.isDone(step)).flatMap((step) =>
        Object.keys(madeIn(journal, step)).map((name) => ({ name, step })),
    );
    const found = await mapConcurrently(made, async ({ name, step }) => {
        const what = whatIsWrong(await world.addons.describe(name));
        return what === undefined ? [] : [{ name, what, step }];
    });
    return found.flat();
}

function whatIsWrong(addon: Addon | undefined): string | undefined {
    if (addon === undefined) return "is gone";
    return HEALTHY.has(addon.status) ? undefined : `is ${addon.status}`;
}
