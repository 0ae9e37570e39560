// The draft of a plan and the tags that its undo must remember in; whether the journal would grow beyond what can be read again out. Pure.

import type { Blocker } from "../../common/blocker";
import { ErrorCode } from "../../common/errors";
import type { FoundOwned } from "../discovery/awsResourcesOfModels";
import type { PlanDraft } from "./plan";

/** Half of what a journal may unpack to: roles and pauses are remembered beside it. */
const MOST_BYTES = 32 * 1024 * 1024;

export function journalSizeBlockers(draft: PlanDraft, { resources }: FoundOwned): Blocker[] {
    const bytes = [draft, resources].reduce((sum, part) => sum + Buffer.byteLength(JSON.stringify(part)), 0);
    if (bytes <= MOST_BYTES) return [];
    const megabytes = Math.ceil(bytes / 1024 / 1024);
    return [
        {
            code: ErrorCode.JournalTooLarge,
            property: "clusterName",
            what: `the journal of this move would hold ${megabytes} MiB, the tags of ${resources.length} resources among them; ${MOST_BYTES / 1024 / 1024} MiB can be read again for an undo`,
            remedy: "remove tags that nobody needs from the models' load balancers and certificates, or models that are not used, then run `pulumi up`",
        },
    ];
}
