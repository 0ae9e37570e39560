// Asks before a point of no easy return whether the add-on's generation serves: its workloads run, requests are answered, no model was lost. Changes nothing in the cluster.
import { ErrorCode, MigrationError } from "../../../common/errors";
import type { StepContext, StepJournal } from "../../engine/step";
import { inOneLook } from "../../kubernetes/cachedReads";
import { definitionsIn } from "../../kubernetes/customResources";
import { keyOf } from "../../kubernetes/objectRef";
import { readMetadata } from "../../kubernetes/readMetadata";
import type { ObjectRef, World } from "../../ports/world";
import type { Profile } from "../../profiles/profile";
import type { Backup } from "../backup/backup";
import { checkModels } from "../models/compareModels";
import { waitForAnswers } from "../models/probes";

const ANSWER_MS = 5 * 60_000;

/** Fails with what is missing; what people decided about their models is noted. */
export async function assertServes(
    { world, plan, journal }: StepContext<unknown>,
    profile: Profile,
    step: string,
    /** Runs at every look of a wait for requests to be answered. */
    meanwhile?: () => Promise<unknown>,
): Promise<void> {
    const workloads = journal.facts.workloads ?? [];
    const standing = async () => {
        const gone = await missingWorkloads(world, workloads);
        if (gone.length > 0) throw workloadsGone(plan.addon.name, gone, step);
        await world.workloads.waitAvailable(workloads, ANSWER_MS);
    };
    const now = inOneLook(world);
    const [crds, backup] = await Promise.all([
        definitionsIn(now, profile.customResourceGroups),
        journal.backup.read<Backup>(),
        standing(),
        waitForAnswers(now, profile, ANSWER_MS, [], meanwhile),
    ]);
    // After the wait: a look of its own.
    noteOnce(journal, await checkModels(inOneLook(world), crds, backup));
}

/** Workloads that the add-on had when it was installed and that are not there any more. */
export async function missingWorkloads(
    world: World,
    workloads: readonly ObjectRef[],
): Promise<readonly ObjectRef[]> {
    const live = await readMetadata(world, workloads);
    return workloads.filter((ref) => !live.has(keyOf(ref)));
}

/** Helm's controllers that somebody deleted since the plan, told once; after an installation it is the move that takes them away. */
export async function tellDeleted(
    { world, plan, journal }: StepContext<unknown>,
    step: string,
): Promise<void> {
    if (journal.facts.workloads !== undefined) return;
    const gone = await missingWorkloads(
        world,
        plan.controllers.map(({ workload }) => workload),
    );
    const lines = gone.map(
        ({ kind, namespace, name }) =>
            `somebody deleted ${kind} ${namespace}/${name}, which ran when the move was planned`,
    );
    for (const line of lines) if (!journal.facts.warnings.includes(line)) world.log.warn(`${step}: ${line}`);
    noteOnce(journal, lines);
}

/** Warnings that the outputs keep. */
export function noteOnce(journal: StepJournal, lines: readonly string[]): void {
    const { warnings } = journal.facts;
    const fresh = lines.filter((line) => !warnings.includes(line));
    if (fresh.length > 0) journal.note({ warnings: [...warnings, ...fresh] });
}

function workloadsGone(addon: string, gone: readonly ObjectRef[], step: string): MigrationError {
    return new MigrationError({
        code: ErrorCode.AddonFailed,
        step,
        what: `somebody deleted workloads of the add-on ${addon}: ${gone.map(keyOf).join(", ")}`,
        why: "with `helm uninstall` everything of the release goes, and with its namespace what the add-on has there",
        remedy: "run `pulumi up`, which has EKS apply the add-on again, or `pulumi destroy` to go back",
    });
}
