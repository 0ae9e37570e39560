// Compares the models of now with those of the backup: nothing of a custom resource may be lost.

import { ErrorCode, MigrationError } from "../../../common/errors";
import { mapConcurrently } from "../../../common/mapConcurrently";
import { groupOf, kindOf, versionsOf } from "../../kubernetes/customResourceDefinitions";
import { customResourcesOf, definitionsIn } from "../../kubernetes/customResources";
import type { KubernetesObject, World } from "../../ports/world";
import type { Profile } from "../../profiles/profile";
import { type Backup, modelPods } from "../backup/backup";
import { missingModels, nameOfModel } from "./missingModels";

/** What the models were, as far as a comparison needs it. */
export type ModelsBefore = Pick<Backup, "objects" | "customResources" | "modelPods">;

export async function collectModels(world: World, profile: Profile): Promise<ModelsBefore> {
    const crds = await definitionsIn(world, profile.customResourceGroups);
    const customResources = await customResourcesOf(world, crds);
    return { objects: crds, customResources, modelPods: await modelPods(world, customResources) };
}

/**
 * `crds` are the models' own, as they are now. Every model of the backup is there with its fields, is readable in every served version, and its pods are the same.
 * One that a person deleted, or deleted and made again, is that person's decision: answered, a line each.
 */
export async function checkModels(
    world: World,
    crds: readonly KubernetesObject[],
    backup: ModelsBefore,
): Promise<readonly string[]> {
    const liveWithPods = async () => {
        const live = await customResourcesOf(world, crds);
        return { live, pods: await modelPods(world, live) };
    };
    const [{ live, pods }, missing] = await Promise.all([
        liveWithPods(),
        missingModels(world, backup.customResources, backup.objects),
        mapConcurrently(servedKinds(crds), ([apiVersion, kind]) => world.objects.list(apiVersion, kind)),
    ]);
    const now = new Map(live.map((resource) => [nameOfModel(resource), resource]));
    const problems = missing.lost.map((model) => `${nameOfModel(model)} is gone with its CRD or namespace`);
    const decisions = missing.deleted.map(
        (model) => `${nameOfModel(model)} was deleted meanwhile, and is not made again`,
    );
    for (const before of backup.customResources) {
        const after = now.get(nameOfModel(before));
        if (after === undefined) continue;
        if (after.metadata.uid !== before.metadata.uid) {
            decisions.push(`${nameOfModel(before)} was deleted and made again meanwhile`);
            continue;
        }
        const lost = lostFields(before.spec, after.spec, "spec");
        if (lost.length > 0) problems.push(`${nameOfModel(before)} no longer shows ${lost.join(", ")}`);
    }
    for (const [name, uid] of Object.entries(backup.modelPods)) {
        if (pods[name] !== uid)
            world.log.warn(
                `pod ${name} of a model is not the one from before the move; its Deployment replaced it`,
            );
    }
    if (problems.length === 0) return decisions;
    throw new MigrationError({
        code: ErrorCode.CustomResourceLost,
        step: "verify",
        what: problems.join("; "),
        why: "somebody may have run `helm uninstall` or deleted a CRD; or the add-on's version is older than the operator's, or somebody edited the models meanwhile",
        remedy: "do not write to these models; run `pulumi destroy`, which puts the former CRDs back before any write makes a loss permanent, and makes models again that went with theirs",
    });
}

/** Every served version of every kind: a list of each shows that it can be read. */
function servedKinds(crds: readonly KubernetesObject[]): (readonly [apiVersion: string, kind: string])[] {
    return crds.flatMap((crd) =>
        versionsOf(crd)
            .filter(({ served }) => served)
            .map(({ name }) => [`${groupOf(crd)}/${name}`, kindOf(crd)] as const),
    );
}

/** Paths that were there and are not any more; changed values are the user's business. */
function lostFields(before: unknown, after: unknown, path: string): string[] {
    if (typeof before !== "object" || before === null || Array.isArray(before))
        return after === undefined && before !== undefined ? [path] : [];
    if (typeof after !== "object" || after === null) return [path];
    return Object.entries(before).flatMap(([key, value]) =>
        lostFields(value, (after as Record<string, unknown>)[key], `${path}.${key}`),
    );
}
