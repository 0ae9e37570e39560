// The pods that EKS waits for, looked at beside it: which do not run yet and why, and whether they will never, because the API server refuses them, no node takes them, or nobody issues a certificate that they need. Writes nothing.
import { LackOfNodes } from "../../kubernetes/lackOfNodes";
import { LastingRefusal } from "../../kubernetes/lastingRefusal";
import type { FailingPod, World } from "../../ports/world";
import type { Profile } from "../../profiles/profile";
import { unissuedSecrets } from "./unissuedSecrets";

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
    readonly #issuing: LastingRefusal;
    readonly #since: number;
    #refusedAt: number | undefined;
    #areRefused = false;
    #failingAt = 0;
    #failing: readonly FailingPod[] = [];
    #haveNoNode = false;
    #areUnissued = false;
    #unissued: readonly string[] = [];

    constructor(
        readonly world: World,
        readonly addon: AwaitedAddon,
    ) {
        this.#refusal = new LastingRefusal(world.clock);
        this.#lack = new LackOfNodes(world);
        this.#issuing = new LastingRefusal(world.clock);
        this.#since = world.clock.now();
    }

    /** As often as is worth it. */
    async look(): Promise<void> {
        const elapsed = this.world.clock.now() - this.#since;
        await Promise.all([this.#lookForRefused(), this.#lookForFailing(elapsed)]);
    }

    /** Nothing that EKS waits for will come. */
    areStuck(): boolean {
        return this.#areRefused || this.#haveNoNode || this.#areUnissued;
    }

    /** What a wait that lasts is waiting for: pods by name and reason. */
    told(): readonly string[] {
        const more = this.#failing.length - PODS_TOLD;
        const lines = this.#failing.slice(0, PODS_TOLD).map(({ told }) => told);
        return [...this.#unissued, ...lines, ...(more > 0 ? [`${more} more pods`] : [])];
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
        const awaited = this.#failing.filter((pod) => this.#isAwaited(pod));
        const secrets = awaited.flatMap((pod) => pod.secrets ?? []);
        this.#unissued = await unissuedSecrets(this.world, this.addon.addonNamespace, secrets);
        this.#areUnissued = this.#issuing.seen(this.#unissued.length > 0);
        this.#haveNoNode = await this.#lack.isForGood(awaited.some(({ isUnscheduled }) => isUnscheduled));
    }

    /** Nothing that holds them for good says so by the pods alone. */
    causes(): readonly string[] {
        return this.#unissued;
    }

    #isAwaited({ deploymentOfEks }: FailingPod): boolean {
        const { addonNames } = this.addon;
        return (
            deploymentOfEks !== undefined && (addonNames === undefined || addonNames.test(deploymentOfEks))
        );
    }
}
