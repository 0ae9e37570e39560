// The plan as people read it in `pulumi preview`: one numbered line per step, with counts and names. Pure.

import { UNKNOWN } from "../../common/unknown";
import { AddonStatus } from "../ports/world";
import {
    DependencyTreatment,
    IdentityTreatment,
    MigrationStep,
    type Plan,
    type PlannedDependency,
    type PlannedIdentity,
    type PlannedObject,
} from "./plan";
import { countTags } from "./tags";
import { wrapLine } from "./wrapLine";

export type PlanDraft = Omit<Plan, "lines">;

/** Pods of the operator are not Ready before this on real nodes: the chart's start-up probe waits. */
const OPERATOR_STARTUP_SECONDS = 180;

export function describePlan(plan: PlanDraft): string[] {
    const { release, addon } = plan;
    const own = plan.objects.filter(({ part }) => part === addon.name);
    const models = plan.customResources.reduce((sum, { count }) => sum + count, 0);
    const rows: [MigrationStep, string][] = [
        [MigrationStep.Lock, `one mover for release ${release.namespace}/${release.name}`],
        [
            MigrationStep.BackUp,
            `release revision ${release.revision} (${release.records.length} records, chart ${release.chart} ${release.chartVersion}), ${plan.objects.length} objects, ${counted(models, "custom resource")}`,
        ],
        [MigrationStep.Identities, plan.identities.map(describeIdentity).join("; ") || "no IAM role"],
        [
            MigrationStep.Tag,
            countTags(plan.tags) === ""
                ? "nothing to tag"
                : `${plan.tags.tag.key}=${plan.tags.tag.value} on ${countTags(plan.tags)} of the models, beside the tags that are there`,
        ],
        [
            MigrationStep.Prerequisites,
            describeDependencies(plan, DependencyTreatment.Install) || "nothing is missing",
        ],
        [
            MigrationStep.ScaleDown,
            plan.controllers
                .map(({ workload, replicas }) => `${workload.name} ${replicas} -> 0`)
                .join(", ") || "nothing runs",
        ],
        [
            MigrationStep.Install,
            `${describeAddon(addon)} (${addon.whyVersion}); takes up to ${counted(fields(own), "field")} from Helm on up to ${counted(own.length, "object")}; ${describePause(addon)}`,
        ],
        [MigrationStep.Verify, `${describeModels(plan)}; ingress creation and external metrics answer`],
        [
            MigrationStep.RetireHelm,
            `objects that only Helm uses go (${kinds(own)}); ${counted(release.records.length, "release record")} hidden from Helm, kept for the way back`,
        ],
        [MigrationStep.Dependencies, describeDependencies(plan, DependencyTreatment.Move) || "none moves"],
        [
            MigrationStep.Finish,
            "the journal stays in the cluster and in this stack until the move is undone or committed",
        ],
    ];
    return [
        ...rows.map(([step, text], index) => `${String(index + 1).padStart(2)} ${step.padEnd(13)} ${text}`),
        ...plan.leftAlone.map((line) => `   left alone    ${line}`),
        ...plan.warnings.map((line) => `   note          ${line}`),
    ].flatMap(wrapLine);
}

/** What becomes of one that is there already stands first. */
function describeAddon({ name, version, existing }: Plan["addon"]): string {
    if (existing === undefined) return `${name} ${version}`;
    const found = `${name} ${existing.version} is there already (${existing.status})`;
    if (existing.status === AddonStatus.CreateFailed)
        return `${found}: it is deleted, its objects kept, and created as ${version}`;
    return `${found}: it is taken over by an update ${existing.version === version ? "of its settings" : `to ${version}`}`;
}

function describePause({ existing }: Plan["addon"]): string {
    return existing?.status === AddonStatus.Active
        ? "its controllers go on meanwhile"
        : `controllers pause for at least ${OPERATOR_STARTUP_SECONDS} s on real nodes`;
}

/** "execution role demo-operator copied as SageMakerHyperPodInference-demo-1a2b3c4d (why)". */
function describeIdentity({
    title,
    treatment,
    roleName,
    source,
    why,
    bucketPolicy,
}: PlannedIdentity): string {
    const buckets = bucketPolicy === undefined ? "" : " with an inline policy for the models' TLS buckets";
    switch (treatment) {
        case IdentityTreatment.Given:
            return roleName === UNKNOWN
                ? `${title} as given, still to be made`
                : `${title} ${roleName} as given`;
        case IdentityTreatment.Reused:
            return `${title} ${roleName} goes on${buckets}`;
        case IdentityTreatment.Cloned:
            return `${title} ${source?.split("/").pop() ?? ""} is copied as ${roleName}${buckets} (${why})`;
    }
}

function describeDependencies({ dependencies, objects }: PlanDraft, wanted: DependencyTreatment): string {
    const describe = ({ title, addonName, version }: PlannedDependency) => {
        const count = objects.filter(({ part }) => part === addonName);
        const taken =
            count.length === 0
                ? ""
                : ` (${counted(count.length, "object")}, up to ${counted(fields(count), "field")} from Helm)`;
        return `${title} to add-on ${addonName} ${version}${taken}`;
    };
    return dependencies
        .filter(({ treatment }) => treatment === wanted)
        .map(describe)
        .join("; ");
}

function fields(objects: readonly PlannedObject[]): number {
    return objects.reduce((sum, { helmFields = 0 }) => sum + helmFields, 0);
}

function describeModels({ customResources }: PlanDraft): string {
    return (
        customResources
            .map(({ kind, count, servedVersions }) => `${count} ${kind} (${servedVersions.join(", ")})`)
            .join(", ") || "no models"
    );
}

function counted(count: number, noun: string): string {
    return `${count} ${noun}${count === 1 ? "" : "s"}`;
}

function kinds(objects: readonly PlannedObject[]): string {
    const deployments = objects.filter(({ kind }) => kind === "Deployment").length;
    const accounts = objects.filter(({ kind }) => kind === "ServiceAccount").length;
    return `${counted(deployments, "deployment")}, up to ${counted(accounts, "service account")}, roles and services of the same release`;
}
