// Waits for an add-on to become ACTIVE or to go away. What can heal is waited for, what cannot ends the wait at once; every wait ends.
import { ErrorCode, MigrationError } from "../../../common/errors";
import { hasFailed } from "../../addons/states";
import { poll } from "../../ports/poll";
import { type Addon, AddonStatus, type ObjectRef, type World } from "../../ports/world";
import type { DependencyProfile } from "../../profiles/dependencies";
import { AskedSparingly } from "./askedSparingly";
import { type AwaitedAddon, AwaitedPods } from "./awaitedPods";

/** EKS is asked often at first, when a small cluster may be quick, and then at the pace it likes. */
export const pollMs = (elapsed: number) => (elapsed < 10_000 ? 250 : elapsed < 60_000 ? 1_000 : 2_000);

/** `meanwhile` runs at every look; it measures which requests are refused. */
export async function awaitAddon(
    world: World,
    awaited: AwaitedAddon,
    timeoutMs: number,
    meanwhile: () => Promise<unknown> = async () => undefined,
    step = "install",
): Promise<Addon> {
    const { addonName: name, addonNamespace: namespace } = awaited;
    const pods = new AwaitedPods(world, awaited);
    const failing = () => whyNotRunning(world, pods);
    const asked = new AskedSparingly(world, name, namespace);
    const look = async (elapsed: number) => {
        const [addon] = await Promise.all([asked.describe(), pods.look(), meanwhile()]);
        if (addon === undefined) {
            throw new MigrationError({
                code: ErrorCode.AddonFailed,
                step,
                what: `the add-on ${name} disappeared while it was awaited`,
                remedy: "run `pulumi up` to create it again, or `pulumi destroy` to go back",
            });
        }
        if (addon.status === AddonStatus.Active) return addon;
        if (hasFailed(addon) || pods.areStuck())
            throw failedAddon(ErrorCode.AddonFailed, step, addon, await failing());
        const issues = addon.issues.map(({ code, message }) => `${code} ${message}`.trim());
        const seconds = Math.round(elapsed / 1000);
        world.log.progress(
            `${step}: add-on ${[`${addon.status} for ${seconds} s`, ...issues, ...pods.told()].join("; ")}`,
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
        await failing(),
        timeoutMs,
    );
}

/** During an update of an add-on that has to make pods: fails once they will never run. */
export async function assertPodsCome(world: World, pods: AwaitedPods, step: string): Promise<void> {
    await pods.look();
    if (!pods.areStuck()) return;
    const addon = await world.addons.describe(pods.addon.addonName);
    if (addon !== undefined)
        throw failedAddon(ErrorCode.AddonFailed, step, addon, await whyNotRunning(world, pods));
}

async function whyNotRunning(world: World, pods: AwaitedPods): Promise<readonly string[]> {
    const failing = await world.workloads.failingPods(pods.addon.addonNamespace);
    return [...pods.causes(), ...failing.map(({ told }) => told)];
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
