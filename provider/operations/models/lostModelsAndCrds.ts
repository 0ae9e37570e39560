// The backup of a move comes in; models and CRDs of it that somebody took away since go out. Writes nothing.
import { groupOf } from "../../kubernetes/customResourceDefinitions";
import { keyOf, refTo } from "../../kubernetes/objectRef";
import { readMetadata } from "../../kubernetes/readMetadata";
import type { World } from "../../ports/world";
import type { Profile } from "../../profiles/profile";
import type { Backup } from "../backup/backup";
import { missingModels, nameOfModel } from "./missingModels";

/** CRDs of the models that are not there any more, and models that went with a CRD or a namespace; a line each. */
export async function lostModelsAndCrds(
    world: World,
    { customResourceGroups }: Profile,
    { objects, customResources }: Backup,
): Promise<string[]> {
    const definitions = objects.filter(
        (object) =>
            object.kind === "CustomResourceDefinition" && customResourceGroups.includes(groupOf(object)),
    );
    const [live, { lost }] = await Promise.all([
        readMetadata(world, definitions.map(refTo)),
        missingModels(world, customResources, objects),
    ]);
    const gone = definitions.filter((definition) => !live.has(keyOf(refTo(definition))));
    return [
        ...gone.map(({ metadata }) => `CustomResourceDefinition ${metadata.name} is gone`),
        ...lost.map((model) => `model ${nameOfModel(model)} went with its CRD or its namespace`),
    ];
}
