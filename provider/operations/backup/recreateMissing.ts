// A backup comes in; what is missing of it in the cluster is made again, namespaces and CRDs first. What cannot come back is named in an error, and nothing of the backup is forgotten.
import { ErrorCode, MigrationError, messageOf } from "../../../common/errors";
import type { StepContext } from "../../engine/step";
import { awaitCollected } from "../../kubernetes/garbageCollection";
import { recordsSelector } from "../../kubernetes/helmMarks";
import { keyOf, refTo } from "../../kubernetes/objectRef";
import { readMany } from "../../kubernetes/readMany";
import { readMetadata } from "../../kubernetes/readMetadata";
import { restoreOver } from "../../kubernetes/restore";
import { byRestoreRank } from "../../kubernetes/restoreOrder";
import { removeStaleApis } from "../../kubernetes/staleApis";
import { awaitTerminated, onceGone, terminatingNamespaces } from "../../kubernetes/terminating";
import type { Plan } from "../../plan/plan";
import type { KubernetesObject, ObjectRef, World } from "../../ports/world";
import { missingModels } from "../models/missingModels";
import type { Backup } from "./backup";
import { isOtherRecord, wholeRecord } from "./largeReleaseRecords";

const SERVED_MS = 30_000;
const POLL_MS = 250;

export interface BroughtBack {
    /** What was made again, by name. */
    readonly made: readonly string[];
    /** What people took away, and keep away. */
    readonly decisions: readonly string[];
}

/** What others are made in comes first, before anything else is undone. */
export async function bringBackNamespaces(world: World, { objects }: Backup, step: string): Promise<void> {
    const namespaces = objects.filter(({ kind }) => kind === "Namespace");
    await awaitTerminated(world, namespaces.map(refTo), step, (going) =>
        removeStaleApis(world, objects, going, step),
    );
    const live = await readMany(world, namespaces.map(refTo));
    for (const namespace of namespaces) {
        if (live.has(keyOf(refTo(namespace)))) continue;
        await restoreOver(world, namespace, undefined);
        // No move and no undo deletes one.
        world.log.warn(
            `${step}: somebody deleted Namespace ${namespace.metadata.name}; it is made again, with what the backup holds of it`,
        );
    }
}

/** Namespaces that somebody's objects hold. */
export interface Held {
    readonly error: MigrationError;
    /** Whether it cannot be made before they are gone. */
    isIn(object: KubernetesObject): boolean;
}

/** As above; what is in none of those that are held must not wait for them: the caller brings that back, and throws then. */
export async function bringBackUnlessHeld(
    world: World,
    backup: Backup,
    step: string,
): Promise<Held | undefined> {
    try {
        await bringBackNamespaces(world, backup, step);
        return undefined;
    } catch (error) {
        if (!(error instanceof MigrationError) || error.code !== ErrorCode.Terminating) throw error;
        const all = backup.objects.filter(({ kind }) => kind === "Namespace");
        const names = await terminatingNamespaces(
            world,
            all.map(({ metadata }) => metadata.name),
        );
        const isIn = ({ kind, metadata }: KubernetesObject) =>
            names.has((kind === "Namespace" ? metadata.name : metadata.namespace) ?? "");
        return { error, isIn };
    }
}

/** CRDs that are being deleted go once their controllers, which run again, have let the resources go. */
export async function awaitDeletedDefinitions(
    world: World,
    { objects }: Backup,
    step: string,
): Promise<void> {
    const definitions = objects.filter(({ kind }) => kind === "CustomResourceDefinition");
    await awaitTerminated(world, definitions.map(refTo), step);
}

/** Those of `stopped` that are made again get 0 replicas: the caller starts them. */
export async function bringBackMissing(
    { world, plan, journal }: Pick<StepContext<unknown>, "world" | "plan" | "journal">,
    backup: Backup,
    step: string,
    stopped: readonly ObjectRef[] = [],
): Promise<BroughtBack> {
    await bringBackNamespaces(world, backup, step);
    world.objects.rediscover();
    const made: string[] = [];
    const failed: string[] = [];
    const make = async (object: KubernetesObject) => {
        try {
            await restoreOver(world, object, undefined);
            made.push(keyOf(refTo(object)));
        } catch (error) {
            failed.push(`${keyOf(refTo(object))} (${messageOf(error)})`);
        }
    };
    // Read before a CRD is made anew: afterwards nothing tells what went with the one of before.
    const all = [...backup.customResources, ...(backup.otherCustomResources ?? [])];
    const [models, isReplaced] = await Promise.all([
        missingModels(world, all, backup.objects),
        hasNewerRevision(world, plan, backup),
    ]);
    // Also before it is read what is missing: what is to be collected is not there for long.
    await awaitCollected(world, await missingDeployments(world, backup, isReplaced, step), step);
    const missing = await missingObjects(world, backup, isReplaced, step);
    const later = new Set(stopped.map(keyOf));
    for (const object of byRestoreRank(missing).flat())
        await make(later.has(keyOf(refTo(object))) ? atNoReplicas(object) : object);
    if (models.lost.length > 0) await awaitServed(world, models.lost);
    for (const model of models.lost) await make(model);
    if (!isReplaced)
        for (const record of await missingRecords(world, backup)) {
            const whole = await wholeRecord(journal.backup, backup, record);
            if (whole === undefined)
                failed.push(
                    `${keyOf(refTo(record))} (its content was too large for the state, and no copy of it is in the cluster)`,
                );
            else await make(whole);
        }
    if (failed.length > 0) throw notBroughtBack(step, failed, made);
    if (made.length > 0)
        world.log.warn(
            `${step}: somebody took away ${made.length} of what the backup holds; it was made again: ${made.join(", ")}`,
        );
    const decisions = models.deleted.map(
        (model) => `${keyOf(refTo(model))} was deleted meanwhile, and is not made again`,
    );
    return { made, decisions };
}

/** Somebody upgraded or installed the release since the backup: what it consists of is theirs to say. */
async function hasNewerRevision(world: World, { release }: Plan, backup: Backup): Promise<boolean> {
    const records = await world.objects.list("v1", "Secret", {
        namespace: release.namespace,
        labelSelector: recordsSelector(release.name),
        metadataOnly: true,
    });
    const isTheirs = ({ metadata: { name } }: KubernetesObject) =>
        name.startsWith("sh.helm.release.v1.") && !release.records.includes(name);
    if (records.some(isTheirs)) return true;
    // One that was installed anew begins with the same names.
    const live = await readMany(world, backup.records.map(refTo));
    return backup.records.some((record) => {
        const now = live.get(keyOf(refTo(record)));
        return now !== undefined && isOtherRecord(backup, record, now);
    });
}

async function missingDeployments(
    world: World,
    { objects }: Backup,
    isReplaced: boolean,
    step: string,
): Promise<readonly KubernetesObject[]> {
    if (isReplaced) return [];
    const deployments = objects.filter(({ kind }) => kind === "Deployment");
    const refs = deployments.map(refTo);
    const live = await onceGone(world, () => readMetadata(world, refs), refs, step);
    return deployments.filter((object) => !live.has(keyOf(refTo(object))));
}

/** Rollout histories come back only with the workload that they belong to: its controller looks after the others. */
async function missingObjects(
    world: World,
    { objects: own, accounts = [] }: Backup,
    isReplaced: boolean,
    step: string,
): Promise<readonly KubernetesObject[]> {
    const objects = [...own, ...accounts];
    const refs = objects.map(refTo);
    // Namespaces are waited for before, and CRDs go when their controllers, which are made again here, let the resources go.
    const awaited = refs.filter(({ kind }) => kind !== "Namespace" && kind !== "CustomResourceDefinition");
    const live = await onceGone(world, () => readMany(world, refs), awaited, step);
    const missing = objects.filter((object) => !live.has(keyOf(refTo(object))));
    const uids = new Set(missing.map(({ metadata }) => metadata.uid));
    const isHolder = ({ kind }: KubernetesObject) =>
        kind === "Namespace" || kind === "CustomResourceDefinition";
    return missing
        .filter(
            ({ kind, metadata }) =>
                kind !== "ReplicaSet" || (metadata.ownerReferences ?? []).some(({ uid }) => uids.has(uid)),
        )
        .filter((object) => !isReplaced || isHolder(object))
        .map((object) => (object.kind === "ReplicaSet" ? atNoReplicas(object) : object));
}

async function missingRecords(
    world: World,
    { records }: Pick<Backup, "records">,
): Promise<readonly KubernetesObject[]> {
    const live = await readMany(world, records.map(refTo));
    return records.filter((record) => !live.has(keyOf(refTo(record))));
}

/** A CRD that was made just now is served a moment later. */
async function awaitServed(world: World, models: readonly KubernetesObject[]): Promise<void> {
    const deadline = world.clock.now() + SERVED_MS;
    const kinds = new Map(models.map((model) => [`${model.apiVersion}/${model.kind}`, model]));
    for (const { apiVersion, kind } of kinds.values()) {
        while (!(await world.objects.serves(apiVersion, kind)) && world.clock.now() < deadline) {
            await world.clock.sleep(POLL_MS);
            world.objects.rediscover();
        }
    }
}

function atNoReplicas(object: KubernetesObject): KubernetesObject {
    return { ...object, spec: { ...(object.spec as object), replicas: 0 } };
}

export function isNotBroughtBack(error: unknown): error is MigrationError {
    return error instanceof MigrationError && error.code === ErrorCode.NotBroughtBack;
}

function notBroughtBack(step: string, failed: readonly string[], made: readonly string[]): MigrationError {
    return new MigrationError({
        code: ErrorCode.NotBroughtBack,
        step,
        what: `somebody took away what the backup holds, and it cannot be made again: ${failed.join("; ")}${made.length > 0 ? `; made again: ${made.join(", ")}` : ""}`,
        remedy: "bring it back by hand, or remove what refuses it, then run `pulumi destroy` again; the journal stays until then. To do without it, run `pulumi state delete` on the resource and delete the journal's Secrets, their finalizer first",
    });
}
