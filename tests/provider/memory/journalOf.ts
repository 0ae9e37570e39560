// What the state of a stack holds of the journal, unpacked.
import assert from "node:assert/strict";
import { unpack } from "../../../provider/engine/compressedText";
import type { JournalDocument } from "../../../provider/engine/journalDocument";
import type { Backup } from "../../../provider/operations/backup/backup";
import type { JournalCopy } from "../../../provider/ports/journalStore";
import type { MemoryStack } from "../memoryStack";

export function journalOf(stack: MemoryStack): JournalDocument {
    return unpack(copyOf(stack).document) as JournalDocument;
}

export function backupOf(stack: MemoryStack): Backup {
    const { backup } = copyOf(stack);
    assert.ok(backup, "the state holds no backup");
    return unpack(backup) as Backup;
}

function copyOf({ resource }: MemoryStack): JournalCopy {
    assert.ok(resource, "the stack holds no resource");
    return resource.outputs.journal as JournalCopy;
}
