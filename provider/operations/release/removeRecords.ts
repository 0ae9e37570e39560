// The plan of a move that becomes final in; the release's records, which only an undo needs, are gone afterwards. A record that Helm sees is somebody's, and stays.
import { mapConcurrently } from "../../../common/mapConcurrently";
import { RECORD_LABEL, RECORD_LABEL_VALUE, recordsSelector } from "../../kubernetes/helmMarks";
import type { Plan } from "../../plan/plan";
import type { World } from "../../ports/world";

export async function removeRecords(world: World, { release }: Plan): Promise<void> {
    const { namespace } = release;
    const found = await world.objects.list("v1", "Secret", {
        namespace,
        labelSelector: recordsSelector(release.name),
        metadataOnly: true,
    });
    const retired = found.filter(
        ({ metadata }) =>
            release.records.includes(metadata.name) && metadata.labels?.[RECORD_LABEL] !== RECORD_LABEL_VALUE,
    );
    await mapConcurrently(retired, ({ metadata: { name, uid, resourceVersion } }) =>
        world.objects.remove(
            { apiVersion: "v1", kind: "Secret", namespace, name },
            { ...(uid ? { uid } : {}), ...(resourceVersion ? { resourceVersion } : {}) },
        ),
    );
}
