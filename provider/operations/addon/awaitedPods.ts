// The pods that EKS waits for, looked at beside it: which do not run yet and why, and whether they will never, because the API server refuses them or no node takes them. Writes nothing.
import { LackOfNodes } from "../../kubernetes/lackOfNodes";
import { LastingRefusal } from "../../kubernetes/lastingRefusal";
import type { FailingPod, World } from "../../ports/world";
import type { Profile } from "../../profiles/profile";

/** What is awaited: others may have pods in the same namespace. */
export type AwaitedAddon = Pick<Profile, "addonName" | "addonNamespace" | "addonNames">;

const REFUSED_POLL_MS = 5_000;
/** A quick add-on has nothing to explain. */
const PODS_AFTER_MS = 15_000;
const PODS_POLL_MS = 15_000;
const PODS_TOLD = 3;

export class AwaitedPods {
    readonly #refusal: LastingRefusal;
    readonly #lack: LackOfNodes;
    #refusedAt: number | undefined;
    #areRefused = false;
    #failingAt = 0;
    #failing: readonly FailingPod[] = [];
    #haveNoNode = false;

    constructor(
        readonly world: World,
        readonly addon: AwaitedAddon,
    ) {
        this.#refusal = new LastingRefusal(world.clock);
        this.#lack = new LackOfNodes(world);
    }

    /** `elapsed`: milliseconds of the wait so far. */
    async look(elapsed: number): Promise<void> {
        await Promise.all([this.#lookForRefused(), this.#lookForFailing(elapsed)]);
    }

    /** Nothing that EKS waits for will come. */
    areStuck(): boolean {
        return this.#areRefused || this.#haveNoNode;
    }

    /** What a wait that lasts is waiting for: pods by name and reason. */
    told(): readonly string[] {
        const more = this.#failing.length - PODS_TOLD;
        const lines = this.#failing.slice(0, PODS_TOLD).map(({ told }) => told);
        return more > 0 ? [...lines, `${more} more pods`] : lines;
    }

    async #lookForRefused(): Promise<void> {
        const now = this.world.clock.now();
        if (this.#refusedAt !== undefined && now - this.#refusedAt < REFUSED_POLL_MS) return;
        this.#refusedAt = now;
        const refused = await this.world.workloads.refusedPods(this.addon.addonNamespace);
        this.#areRefused = this.#refusal.seen(refused.some((one) => this.#isAwaited(one)));
    }

    async #lookForFailing(elapsed: number): Promise<void> {
        if (elapsed < PODS_AFTER_MS || elapsed - this.#failingAt < PODS_POLL_MS) return;
        this.#failingAt = elapsed;
        this.#failing = await this.world.workloads.failingPods(this.addon.addonNamespace);
        this.#haveNoNode = await this.#lack.isForGood(
            this.#failing.some((pod) => pod.isUnscheduled && this.#isAwaited(pod)),
        );
    }

    #isAwaited({ deploymentOfEks }: FailingPod): boolean {
        const { addonNames } = this.addon;
        return (
            deploymentOfEks !== undefined && (addonNames === undefined || addonNames.test(deploymentOfEks))
        );
    }
}
