// The draft of a plan comes in; whether the journal that its undo needs would grow beyond what can be read again goes out. Pure.

import type { Blocker } from "../../common/blocker";
import { counted } from "../../common/counted";
import { ErrorCode } from "../../common/errors";
import { UNPACKED_LIMIT_BYTES } from "../../common/unpackedLimit";
import type { PlanDraft } from "./plan";
import { overwrittenTags } from "./tagsOfModels";

/** Half of what a journal may unpack to: roles and pauses are remembered beside it. */
const MOST_BYTES = UNPACKED_LIMIT_BYTES / 2;

export function journalSizeBlockers(draft: PlanDraft): Blocker[] {
    const kept = [draft, overwrittenTags(draft.tags)];
    const bytes = kept.reduce((sum, part) => sum + Buffer.byteLength(JSON.stringify(part)), 0);
    if (bytes <= MOST_BYTES) return [];
    const megabytes = Math.ceil(bytes / 1024 / 1024);
    return [
        {
            code: ErrorCode.JournalTooLarge,
            property: "clusterName",
            what: `the journal of this move would hold ${megabytes} MiB, with ${counted(draft.objects.length, "object")}, and the tag for ${counted(draft.tags.resources.length, "resource")} of models; ${MOST_BYTES / 1024 / 1024} MiB can be read again for an undo`,
            remedy: "remove models that are not used, then run `pulumi up`",
        },
    ];
}
