// A journal that is this stack's comes in; nothing goes out when all that it remembers is the release's, the add-on's and this cluster's, an error that names the rest otherwise. Before anything is written.
import { ErrorCode, MigrationError } from "../../common/errors";
import type { Connection } from "../connection/connection";
import type { Journal } from "../engine/journal";
import type { Backup } from "../operations/backup/backup";
import { beyondReach } from "../operations/backup/withinReach";
import { MigrationStep } from "../plan/plan";
import { dependencyProfiles } from "../profiles/dependencies";
import type { Profile } from "../profiles/profile";
import type { Replicas } from "../steps/scaleDown";

export async function assertWithinReach(
    { world, cluster }: Connection,
    journal: Journal,
    profile: Profile,
): Promise<void> {
    const { backup } = journal.contextOf(MigrationStep.BackUp, world).journal;
    const stopped = journal.memoryOf(MigrationStep.ScaleDown) as Replicas | undefined;
    const remembered = {
        plan: journal.plan,
        // Of an undo that was cut off while it removed the journal, nothing is left to write.
        backup: backup.exists() && !journal.isEmpty() ? await backup.read<Backup>() : undefined,
        stopped: (stopped?.workloads ?? []).map(({ ref }) => ref),
        grants: journal.direction === "forward" && !journal.isDone(MigrationStep.Identities),
    };
    const profiles = [profile, ...dependencyProfiles];
    const identities = [
        ...profiles.flatMap((one) => one.identities ?? []),
        ...dependencyProfiles.flatMap(({ identity }) => identity ?? []),
    ];
    const beyond = await beyondReach(world, remembered, { profiles, identities, cluster });
    if (beyond.length === 0) return;
    throw new MigrationError({
        code: ErrorCode.JournalBeyondRelease,
        step: "journal",
        what: `the journal remembers what neither the release, nor the add-on, nor this cluster has: ${beyond.join("; ")}`,
        remedy: "look who may write the Secrets of the release's namespace and this stack's state; when an object of the list is yours, make it by hand as it should be, and run the command again; nothing was changed",
    });
}
