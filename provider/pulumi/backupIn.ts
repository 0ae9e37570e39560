// A journal comes in, the backup that it holds goes out. Writes nothing.
import type { Journal } from "../engine/journal";
import type { Backup } from "../operations/backup/backup";
import { MigrationStep } from "../plan/plan";
import type { World } from "../ports/world";

/** Undefined when the move was cut off before the backup was complete; then nothing was changed yet. */
export async function backupIn(journal: Journal, world: World): Promise<Backup | undefined> {
    const { backup } = journal.contextOf(MigrationStep.BackUp, world).journal;
    return backup.exists() ? backup.read<Backup>() : undefined;
}
