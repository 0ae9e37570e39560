// Looks whether the release is still the one that was planned and backed up. Writes nothing.
import { ErrorCode, MigrationError } from "../../../common/errors";
import { RECORD_LABEL, RECORD_LABEL_VALUE, recordsSelector } from "../../kubernetes/helmMarks";
import type { MigrationStep, Plan } from "../../plan/plan";
import type { World } from "../../ports/world";

/** A revision that the plan does not know has objects that the backup does not know: none of them may go. */
export async function assertReleaseUnchanged(world: World, plan: Plan, step: MigrationStep): Promise<void> {
    const { release } = plan;
    const unknown = (await recordsSeenByHelm(world, plan)).filter((name) => !release.records.includes(name));
    if (unknown.length > 0)
        throw changed(plan, step, `was changed with helm since it was planned: ${unknown.sort().join(", ")}`);
}

/** A backup of what somebody has taken away holds nothing. */
export async function assertReleaseThere(world: World, plan: Plan, step: MigrationStep): Promise<void> {
    await assertReleaseUnchanged(world, plan, step);
    const seen = await recordsSeenByHelm(world, plan);
    if (plan.release.records.some((name) => seen.includes(name))) return;
    throw changed(plan, step, "was uninstalled since it was planned");
}

async function recordsSeenByHelm(world: World, { release }: Plan): Promise<readonly string[]> {
    const records = await world.objects.list("v1", "Secret", {
        namespace: release.namespace,
        labelSelector: `${recordsSelector(release.name)},${RECORD_LABEL}=${RECORD_LABEL_VALUE}`,
        metadataOnly: true,
    });
    return records.map(({ metadata }) => metadata.name);
}

function changed({ release }: Plan, step: MigrationStep, how: string): MigrationError {
    return new MigrationError({
        code: ErrorCode.ReleaseChanged,
        step,
        what: `release ${release.namespace}/${release.name} ${how}`,
        why: "what it consists of now is in neither the plan nor the backup",
        remedy: "run `pulumi destroy`, which goes back and keeps what was changed, then `pulumi up`, which plans anew",
    });
}
