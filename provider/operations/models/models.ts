// Compares the models of now with those of the backup: nothing of a custom resource may be lost.

import { ErrorCode, MigrationError } from "../../../common/errors";
import { groupOf, kindOf, versionsOf } from "../../kubernetes/customResourceDefinitions";
import { customResourcesOf, definitionsIn } from "../../kubernetes/customResources";
import type { KubernetesObject, World } from "../../ports/world";
import type { Profile } from "../../profiles/profile";
import { type Backup, modelPods } from "../backup/backup";

/** What the models were, as far as a comparison needs it. */
export type ModelsBefore = Pick<Backup, "customResources" | "modelPods">;

export async function collectModels(world: World, profile: Profile): Promise<ModelsBefore> {
    const crds = await definitionsIn(world, profile.customResourceGroups);
    const customResources = await customResourcesOf(world, crds);
    return { customResources, modelPods: await modelPods(world, customResources) };
}

/** Every model of the backup is there with its UID and its fields, is readable in every served version, and its pods are the same. */
export async function checkModels(world: World, profile: Profile, backup: ModelsBefore): Promise<void> {
    const crds = await definitionsIn(world, profile.customResourceGroups);
    const now = new Map(
        (await customResourcesOf(world, crds)).map((resource) => [keyOfModel(resource), resource]),
    );
    const problems: string[] = [];
    for (const before of backup.customResources) {
        const after = now.get(keyOfModel(before));
        if (after === undefined) problems.push(`${keyOfModel(before)} is gone`);
        else if (after.metadata.uid !== before.metadata.uid)
            problems.push(`${keyOfModel(before)} was deleted and made again`);
        else {
            const lost = lostFields(before.spec, after.spec, "spec");
            if (lost.length > 0) problems.push(`${keyOfModel(before)} no longer shows ${lost.join(", ")}`);
        }
    }
    for (const crd of crds) {
        for (const { name } of versionsOf(crd).filter(({ served }) => served)) {
            await world.objects.list(`${groupOf(crd)}/${name}`, kindOf(crd));
        }
    }
    const pods = await modelPods(world, [...now.values()]);
    for (const [name, uid] of Object.entries(backup.modelPods)) {
        if (pods[name] !== uid)
            world.log.warn(
                `pod ${name} of a model is not the one from before the move; its Deployment replaced it`,
            );
    }
    if (problems.length === 0) return;
    throw new MigrationError({
        code: ErrorCode.CustomResourceLost,
        step: "verify",
        what: problems.join("; "),
        why: "the add-on's version may be older than the operator's, or somebody edited the models meanwhile",
        remedy: "do not write to these models; run `pulumi destroy`, which puts the former schemas back before any write makes the loss permanent",
    });
}

function keyOfModel({ kind, metadata }: KubernetesObject): string {
    return `${kind} ${metadata.namespace ?? ""}/${metadata.name}`;
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
