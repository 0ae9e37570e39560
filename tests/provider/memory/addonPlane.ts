// EKS as it works on add-ons by itself: applies their objects in two halves, waits for their workloads, sets the outcome. Looks at the state in every pass.

import { ApiError } from "../../../provider/adapters/kubernetes/api";
import { refTo } from "../../../provider/kubernetes/objectRef";
import { type AddonIssue, AddonStatus, type KubernetesObject } from "../../../provider/ports/world";
import type { AddonRecord, AddonWork, Data } from "./data";
import { isReady } from "./pods";
import type { Store } from "./store";

const HALF_MS = 300;
const CREATE_MS = 11_000;
const DELETE_MS = 2_000;
const TIMEOUT_MS = 20 * 60_000;

export type AddonContent = (
    name: string,
    version: string,
    configuration: Record<string, unknown>,
) => KubernetesObject[];

export class AddonPlane {
    constructor(
        readonly store: Store,
        readonly data: () => Data,
        readonly wakeAt: (time: number) => void,
        readonly content: AddonContent,
    ) {}

    readonly #objects = new WeakMap<AddonRecord, readonly KubernetesObject[]>();

    objectsOf(addon: AddonRecord): readonly KubernetesObject[] {
        const known = this.#objects.get(addon);
        if (known !== undefined) return known;
        const objects = this.content(
            addon.name,
            addon.version,
            JSON.parse(addon.configurationValues || "{}") as Record<string, unknown>,
        );
        this.#objects.set(addon, objects);
        return objects;
    }

    pass(): void {
        for (const addon of this.data().addons.values())
            if (addon.work !== undefined) this.#advance(addon, addon.work);
    }

    #advance(addon: AddonRecord, work: AddonWork): void {
        if (work.kind === "delete") this.#delete(addon, work);
        else if (work.applied < this.objectsOf(addon).length) this.#apply(addon, work);
        else this.#decide(addon, work);
    }

    #delete(addon: AddonRecord, work: AddonWork): void {
        if (this.data().now < work.startedAt + DELETE_MS) {
            this.wakeAt(work.startedAt + DELETE_MS);
            return;
        }
        if (!work.preserve) for (const object of this.objectsOf(addon)) this.store.remove(refTo(object));
        this.data().addons.delete(addon.name);
    }

    #apply(addon: AddonRecord, work: AddonWork): void {
        const { now, addons } = this.data();
        const objects = this.objectsOf(addon);
        const due = now < work.startedAt + HALF_MS ? Math.ceil(objects.length / 2) : objects.length;
        try {
            for (const object of objects.slice(work.applied, due))
                this.store.apply(object, "eks", work.mode === "PRESERVE");
        } catch (error) {
            if (!(error instanceof ApiError)) throw error;
            this.#finish(addon, work, failedBy(work), [
                { code: "AdmissionRequestDenied", message: error.message, resourceIds: [] },
            ]);
            return;
        }
        addons.set(addon.name, { ...addon, work: { ...work, applied: due } });
        this.wakeAt(work.startedAt + (due < objects.length ? HALF_MS : CREATE_MS));
    }

    #decide(addon: AddonRecord, work: AddonWork): void {
        const { now, outcomes } = this.data();
        const elapsed = now - work.startedAt;
        const outcome = outcomes.get(addon.name) ?? "ACTIVE";
        const objects = this.objectsOf(addon);
        const missing = objects.filter((object) => object.kind === "Deployment" && !this.#available(object));
        const failed = failedBy(work);
        this.#reapply(addon, work);
        if (elapsed < CREATE_MS) this.wakeAt(work.startedAt + CREATE_MS);
        else if (outcome === "NEVER") return;
        else if (outcome !== "ACTIVE") {
            const isFailure = outcome === "CREATE_FAILED" || outcome === "UPDATE_FAILED";
            this.#finish(addon, work, isFailure ? failed : AddonStatus.Degraded, [insufficient(objects)]);
        } else if (missing.length === 0) this.#finish(addon, work, AddonStatus.Active, []);
        else if (elapsed >= TIMEOUT_MS) this.#finish(addon, work, failed, [insufficient(missing)]);
        else this.wakeAt(work.startedAt + TIMEOUT_MS);
    }

    #reapply(addon: AddonRecord, work: AddonWork): void {
        const { now, addons, behaviour } = this.data();
        const { reapplyEveryMs } = behaviour;
        if (reapplyEveryMs === 0 || work.mode !== "OVERWRITE") return;
        const dueAt = (work.appliedAt ?? work.startedAt) + reapplyEveryMs;
        this.wakeAt(Math.max(dueAt, now + 1));
        if (now < dueAt) return;
        addons.set(addon.name, { ...addon, work: { ...work, appliedAt: now } });
        for (const object of this.objectsOf(addon)) this.store.apply(object, "eks", false);
        this.wakeAt(now + reapplyEveryMs);
    }

    #finish(addon: AddonRecord, work: AddonWork, status: AddonStatus, issues: readonly AddonIssue[]): void {
        const { work: _, ...rest } = addon;
        const updates =
            work.updateId === undefined
                ? addon.updates
                : {
                      ...addon.updates,
                      [work.updateId]: {
                          status: status === AddonStatus.Active ? "Successful" : "Failed",
                          errors: issues,
                      },
                  };
        this.data().addons.set(addon.name, { ...rest, status, issues, updates });
    }

    #available(object: KubernetesObject): boolean {
        const live = this.store.raw(refTo(object));
        const { replicas = 1, selector } = (live?.spec ?? {}) as {
            replicas?: number;
            selector?: { matchLabels: Record<string, string> };
        };
        const pods = this.store
            .all("Pod", object.metadata.namespace)
            .filter(
                (pod) =>
                    isReady(pod) &&
                    Object.entries(selector?.matchLabels ?? {}).every(
                        ([key, value]) => pod.metadata.labels?.[key] === value,
                    ),
            );
        return live !== undefined && pods.length >= replicas;
    }
}

function failedBy({ kind }: AddonWork): AddonStatus {
    return kind === "create" ? AddonStatus.CreateFailed : AddonStatus.UpdateFailed;
}

function insufficient(objects: readonly KubernetesObject[]): AddonIssue {
    return {
        code: "InsufficientNumberOfReplicas",
        message: "The add-on is unhealthy because it doesn't have the desired number of replicas.",
        resourceIds: objects.filter(({ kind }) => kind === "Deployment").map(({ metadata }) => metadata.name),
    };
}
