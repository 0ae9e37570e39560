// A journal that is this stack's comes in; nothing goes out when all that it remembers is the release's, the add-on's and this cluster's, an error that names the rest otherwise. Before anything is written.
import { ErrorCode, MigrationError } from "../../common/errors";
import type { Connection } from "../connection/connection";
import type { Journal } from "../engine/journal";
import { beyondReach } from "../operations/backup/memoryWithinReach";
import { MigrationStep } from "../plan/plan";
import { dependencyProfiles } from "../profiles/dependencies";
import type { Profile } from "../profiles/profile";
import type { Replicas } from "../steps/scaleDown";
import { backupIn } from "./backupIn";

export async function assertWithinReach(
    { world, cluster }: Connection,
    journal: Journal,
    profile: Profile,
): Promise<void> {
    assertSameCluster(cluster, journal);
    const stopped = journal.memoryOf(MigrationStep.ScaleDown) as Replicas | undefined;
    const remembered = {
        plan: journal.plan,
        // Of an undo that was cut off while it removed the journal, nothing is left to write.
        backup: journal.isEmpty() ? undefined : await backupIn(journal, world),
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
        remedy: "look who may write the Secrets of the release's namespace and this stack's state. When an object of the list is yours, give it by hand what the list says (`kubectl edit`, `kubectl create`) and run the command again; what it is not to keep can be taken away after the undo. Nothing was changed",
    });
}

/** A namesake that was made after the moved one was deleted has its ARN, and issues tokens under another name. */
function assertSameCluster({ arn, oidcIssuer }: Connection["cluster"], { plan }: Journal): void {
    const former = plan.cluster.oidcIssuer;
    if (!former || !oidcIssuer || bare(former) === bare(oidcIssuer)) return;
    throw new MigrationError({
        code: ErrorCode.ClusterNotFound,
        step: "journal",
        what: `the cluster ${arn} was deleted and made again under its name since the move began`,
        why: `the moved one issued tokens as ${former}, this one as ${oidcIssuer}`,
        remedy: "nothing of the move is in this cluster: take the migration and its `way-back` resource out of the state with `pulumi state delete <urn>`, then run `pulumi up`. Roles and tags in AWS stay as the move left them; nothing was changed",
    });
}

function bare(issuer: string): string {
    return issuer.replace(/^https:\/\//, "");
}
