// Helm's controllers, stopped for the move: looks whether somebody starts them again, stops them once more, and the second time refuses with the name of who does it.

import { ErrorCode, MigrationError } from "../../../common/errors";
import { mapToTheEnd } from "../../../common/mapConcurrently";
import { AVAILABLE_MS, TERMINATION_MS } from "../../../common/timeouts";
import { isAppliedByEks } from "../../kubernetes/appliedByEks";
import { isSomebodys } from "../../kubernetes/changedOutside";
import { keyOf, refTo } from "../../kubernetes/objectRef";
import { readMany } from "../../kubernetes/readMany";
import type { Plan } from "../../plan/plan";
import type { KubernetesObject, ManagedFieldsEntry, ObjectRef, World } from "../../ports/world";

/** A wait looks more often than this. */
const LOOK_MS = 2_000;
/** Tools that keep a cluster as it is in Git come back within seconds. */
const SETTLE_MS = 6_000;

interface Scale {
    readonly spec?: { readonly replicas?: number };
}

export class StoppedControllers {
    #lookedAt = Number.NEGATIVE_INFINITY;
    readonly #stoppedAgain = new Set<string>();

    constructor(
        readonly world: World,
        readonly refs: readonly ObjectRef[],
        readonly step: string,
    ) {}

    /** During a wait: as often as is worth it. */
    async glance(): Promise<void> {
        if (this.world.clock.monotonic() - this.#lookedAt < LOOK_MS) return;
        await this.look();
    }

    /** Answers whether somebody had started one. */
    async look(): Promise<boolean> {
        this.#lookedAt = this.world.clock.monotonic();
        const running = await runningOf(this.world, this.refs);
        if (running.length === 0) return false;
        this.#refuseTwice(running);
        for (const object of running) {
            this.#stoppedAgain.add(keyOf(refTo(object)));
            this.world.log.warn(
                `${this.step}: ${whoScaled(object)} started ${nameOf(object)} again; it is stopped once more`,
            );
        }
        await Promise.all(running.map((object) => this.world.workloads.scale(refTo(object), 0)));
        try {
            await this.world.workloads.waitGone(running.map(refTo), TERMINATION_MS);
        } catch (error) {
            // Pods that somebody starts as fast as they end look like some that do not end.
            this.#refuseTwice(await runningOf(this.world, this.refs));
            throw error;
        }
        return true;
    }

    #refuseTwice(running: readonly KubernetesObject[]): void {
        const again = running.filter((object) => this.#stoppedAgain.has(keyOf(refTo(object))));
        if (again.length > 0) throw started(again, this.step);
    }

    /** At the end, when no wait follows that would look again. */
    async lookTwice(): Promise<void> {
        if (!(await this.look())) return;
        await this.world.clock.sleep(SETTLE_MS);
        await this.look();
    }
}

/** As many of each as the plan found, for as long as it takes to undo the rest; one that others started is left to them. */
export async function startControllers(
    world: World,
    { controllers }: Pick<Plan, "controllers">,
): Promise<void> {
    const stopped = await mapToTheEnd(controllers, async ({ workload, replicas }) => {
        const live = await world.objects.read(workload);
        if (live === undefined || replicasOf(live) > 0 || replicas === 0) return [];
        await world.workloads.scale(workload, replicas);
        return [workload];
    });
    await world.workloads.waitAvailable(stopped.flat(), AVAILABLE_MS);
}

/** Those of them that run, and are Helm's still. */
export async function runningOf(world: World, refs: readonly ObjectRef[]): Promise<KubernetesObject[]> {
    const live = await readMany(world, refs);
    return refs.flatMap((ref) => live.get(keyOf(ref)) ?? []).filter(runs);
}

/** One that EKS applies is the add-on's now. */
function runs(object: KubernetesObject): boolean {
    return replicasOf(object) > 0 && !isAppliedByEks(object);
}

export function replicasOf(object: KubernetesObject): number {
    return (object as Scale).spec?.replicas ?? 1;
}

/** Neither by this package nor by EKS, but by a person, a tool or an autoscaler. */
export function isScaledByOthers({ metadata }: KubernetesObject): boolean {
    const owners = (metadata.managedFields ?? []).filter(ownsReplicas);
    return owners.length > 0 && owners.every(isSomebodys);
}

function started(objects: readonly KubernetesObject[], step: string): MigrationError {
    const each = objects.map((object) => `${nameOf(object)} (${whoScaled(object)})`);
    return new MigrationError({
        code: ErrorCode.ControllersStarted,
        step,
        what: `somebody starts Helm's controllers again and again: ${each.join(", ")}`,
        why: "two generations of a controller must never act on the same resources",
        remedy: "stop the tool or person named above (pause the Argo CD application, suspend the Flux resource), then run `pulumi up`",
    });
}

function nameOf({ kind, metadata }: KubernetesObject): string {
    return `${kind} ${metadata.namespace}/${metadata.name}`;
}

/** The field manager that wrote the replicas last. */
export function whoScaled({ metadata }: KubernetesObject): string {
    const writers = (metadata.managedFields ?? []).filter(ownsReplicas);
    const last = writers.reduce<ManagedFieldsEntry | undefined>(
        (newest, one) => ((one.time ?? "") >= (newest?.time ?? "") ? one : newest),
        undefined,
    );
    return last?.manager ?? "an unknown field manager";
}

function ownsReplicas({ fieldsV1 }: ManagedFieldsEntry): boolean {
    const { "f:spec": spec } = (fieldsV1 ?? {}) as { "f:spec"?: Record<string, unknown> };
    return spec?.["f:replicas"] !== undefined;
}
