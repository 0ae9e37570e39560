// An add-on that EKS works on, asked for as seldom as its end allows, since EKS throttles by account: its own pods tell when ACTIVE is near. Writes nothing.
import { isUnderWay } from "../../addons/states";
import type { Addon, Workloads, World } from "../../ports/world";

/** EKS says ACTIVE after the pods run, never before. Failures that come with pods that do not run are told by their Deployments first. */
const PODS_START_MS = 10_000;
/** How often pods are looked at while they start. */
const PODS_LOOK_MS = 1_000;

/** By how long ago the pods began to run, or the wait: the end comes soon, or it takes long. */
const nearEndMs = (since: number) => (since < 5_000 ? 500 : since < 30_000 ? 1_000 : 2_000);

export class AskedSparingly {
    #last: { readonly at: number; readonly addon: Addon | undefined } | undefined;
    /** Since when nothing of its pods keeps EKS waiting. */
    #nearSince: number | undefined;

    constructor(
        readonly world: World,
        readonly name: string,
        /** Where the add-on's workloads are. */
        readonly namespace: string,
    ) {}

    /** The add-on as it is, or as it was a moment ago when it cannot have ended since. */
    async describe(): Promise<Addon | undefined> {
        const now = this.world.clock.now();
        const last = this.#last;
        if (last?.addon !== undefined && isUnderWay(last.addon)) {
            const areStarting = await this.#areStarting(now);
            if (areStarting) this.#nearSince = undefined;
            else this.#nearSince ??= now;
            const pause = areStarting ? PODS_START_MS : nearEndMs(now - (this.#nearSince ?? now));
            if (now - last.at < pause) return last.addon;
        }
        const addon = await this.world.addons.describe(this.name);
        this.#last = { at: now, addon };
        return addon;
    }

    /** Add-ons in one namespace that are waited for beside each other look at its pods together. */
    #areStarting(now: number): Promise<boolean> {
        const { workloads } = this.world;
        const looks = looksOf(workloads);
        const known = looks.get(this.namespace);
        if (known !== undefined && now - known.at < PODS_LOOK_MS) return known.areStarting;
        const areStarting = workloads.startingOfEks(this.namespace).then(({ length }) => length > 0);
        looks.set(this.namespace, { at: now, areStarting });
        areStarting.catch(() => looks.delete(this.namespace));
        return areStarting;
    }
}

interface LookAtPods {
    readonly at: number;
    readonly areStarting: Promise<boolean>;
}

/** By the port that was asked, and by namespace. */
const LOOKS = new WeakMap<Workloads, Map<string, LookAtPods>>();

function looksOf(workloads: Workloads): Map<string, LookAtPods> {
    const known = LOOKS.get(workloads) ?? new Map<string, LookAtPods>();
    LOOKS.set(workloads, known);
    return known;
}
