// Waits for an add-on to become ACTIVE or to go away. What can heal is waited for, what cannot ends the wait at once; every wait ends.
import { ErrorCode, MigrationError } from "../../../common/errors";
import { hasFailed } from "../../addons/states";
import { LastingRefusal } from "../../kubernetes/lastingRefusal";
import { poll } from "../../ports/poll";
import { type Addon, AddonStatus, type ObjectRef, type World } from "../../ports/world";
import type { DependencyProfile } from "../../profiles/dependencies";
import { AskedSparingly } from "./askedSparingly";

/** EKS is asked often at first, when a small cluster may be quick, and then at the pace it likes. */
export const pollMs = (elapsed: number) => (elapsed < 10_000 ? 250 : elapsed < 60_000 ? 1_000 : 2_000);

const REFUSED_PODS_POLL_MS = 5_000;

/** `meanwhile` runs at every look; it measures which requests are refused. */
export async function awaitAddon(
    world: World,
    name: string,
    namespace: string,
    timeoutMs: number,
    meanwhile: () => Promise<unknown> = async () => undefined,
    step = "install",
): Promise<Addon> {
    const refused = new RefusedPods(world, namespace);
    const waiting = new WaitingPods(world, namespace);
    const asked = new AskedSparingly(world, name, namespace);
    const look = async (elapsed: number) => {
        const [addon, areRefused] = await Promise.all([asked.describe(), refused.forGood(), meanwhile()]);
        if (addon === undefined) {
            throw new MigrationError({
                code: ErrorCode.AddonFailed,
                step,
                what: `the add-on ${name} disappeared while it was awaited`,
                remedy: "run `pulumi up` to create it again, or `pulumi destroy` to go back",
            });
        }
        if (addon.status === AddonStatus.Active) return addon;
        if (hasFailed(addon) || areRefused) {
            throw failedAddon(
                ErrorCode.AddonFailed,
                step,
                addon,
                await world.workloads.failingPods(namespace),
            );
        }
        const issues = addon.issues.map(({ code, message }) => `${code} ${message}`.trim());
        const pods = await waiting.told(elapsed);
        const seconds = Math.round(elapsed / 1000);
        world.log.progress(
            `${step}: add-on ${[`${addon.status} for ${seconds} s`, ...issues, ...pods].join("; ")}`,
        );
        return addon;
    };
    const addon = await poll(
        world.clock,
        { timeoutMs, pauseMs: pollMs },
        look,
        ({ status }) => status === AddonStatus.Active,
    );
    if (addon.status === AddonStatus.Active) return addon;
    throw failedAddon(
        addon.status === AddonStatus.Degraded ? ErrorCode.AddonFailed : ErrorCode.AddonTimeout,
        step,
        addon,
        await world.workloads.failingPods(namespace),
        timeoutMs,
    );
}

/** A quick add-on has nothing to explain. */
const PODS_AFTER_MS = 15_000;
const PODS_POLL_MS = 15_000;
const PODS_TOLD = 3;

/** What a wait that lasts is waiting for: pods by name and reason. */
class WaitingPods {
    #asked = 0;
    #lines: readonly string[] = [];

    constructor(
        readonly world: World,
        readonly namespace: string,
    ) {}

    async told(elapsed: number): Promise<readonly string[]> {
        if (elapsed < PODS_AFTER_MS || elapsed - this.#asked < PODS_POLL_MS) return this.#lines;
        this.#asked = elapsed;
        const pods = await this.world.workloads.failingPods(this.namespace);
        const more = pods.length - PODS_TOLD;
        this.#lines = [...pods.slice(0, PODS_TOLD), ...(more > 0 ? [`${more} more pods`] : [])];
        return this.#lines;
    }
}

/** Whether the pods of a namespace are refused, and stay so: nothing that EKS waits for will come. */
class RefusedPods {
    readonly #refusal: LastingRefusal;
    #looked: number | undefined;

    constructor(
        readonly world: World,
        readonly namespace: string,
    ) {
        this.#refusal = new LastingRefusal(world.clock);
    }

    async forGood(): Promise<boolean> {
        const now = this.world.clock.now();
        if (this.#looked !== undefined && now - this.#looked < REFUSED_PODS_POLL_MS) return false;
        this.#looked = now;
        const refused = await this.world.workloads.refusedPods(this.namespace);
        return this.#refusal.seen(refused.length > 0);
    }
}

/** Answers false when EKS could not delete it. */
export async function awaitGone(
    world: World,
    name: string,
    timeoutMs: number,
    meanwhile: () => Promise<unknown> = async () => undefined,
): Promise<boolean> {
    const addon = await poll(
        world.clock,
        { timeoutMs, pauseMs: (elapsed) => Math.min(500, pollMs(elapsed)) },
        async () => {
            await meanwhile();
            return world.addons.describe(name);
        },
        (seen) => seen === undefined || seen.status === AddonStatus.DeleteFailed,
    );
    return addon === undefined;
}

export function failedAddon(
    code: ErrorCode,
    step: string,
    addon: Addon,
    pods: readonly string[],
    waitedMs?: number,
): MigrationError {
    const issues = addon.issues.map(({ code: issue, message, resourceIds }) =>
        [issue, message, resourceIds.length ? `(${resourceIds.join(", ")})` : ""].filter(Boolean).join(" "),
    );
    return new MigrationError({
        code,
        step,
        what:
            waitedMs === undefined
                ? `add-on ${addon.name} is ${addon.status}`
                : `add-on ${addon.name} is still ${addon.status} after ${Math.round(waitedMs / 1000)} s`,
        why: [...issues, ...pods].join("; ") || "EKS names no issue",
        remedy: "remove the cause and run `pulumi up` to continue, or run `pulumi destroy` to go back to Helm",
    });
}

/** Waits for those of a dependency's workloads that its add-on version has; one that calls them otherwise is asked for what it made. */
export async function awaitWorkloads(
    world: World,
    { addonName, addonNamespace, addonWorkloads }: DependencyProfile,
    timeoutMs: number,
    created: Promise<readonly ObjectRef[]>,
): Promise<void> {
    const known = addonWorkloads.map(({ kind, name }) => ({
        apiVersion: "apps/v1",
        kind,
        namespace: addonNamespace,
        name,
    }));
    const live = (await Promise.all(known.map((ref) => presentOf(world, ref)))).flat();
    const found = live.length > 0 ? live : (await created).filter(isWorkload);
    if (found.length === 0) throw noWorkloads(addonName, "dependencies");
    await world.workloads.waitAvailable(found, timeoutMs);
}

async function presentOf(world: World, ref: ObjectRef): Promise<ObjectRef[]> {
    return (await world.objects.read(ref)) === undefined ? [] : [ref];
}

export function isWorkload({ kind }: ObjectRef): boolean {
    return kind === "Deployment" || kind === "DaemonSet";
}

/** An add-on of which nothing runs has failed, whatever EKS says of it. */
export function noWorkloads(name: string, step: string): MigrationError {
    return new MigrationError({
        code: ErrorCode.AddonFailed,
        step,
        what: `none of the workloads of the add-on ${name} was found, although EKS says that it is ACTIVE`,
        remedy: "look with `kubectl get deployments,daemonsets -A`, then run `pulumi up` to continue or `pulumi destroy` to go back",
    });
}
