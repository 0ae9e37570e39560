// What going back would do, step by step in the order it would happen. From the plan and the steps that were begun; pure.
import { counted } from "../../common/counted";
import { keyOf } from "../kubernetes/objectRef";
import { AddonStatus } from "../ports/world";
import { handingOver, isConverting, isShared, pausingOf, servicesOf, together } from "./handoverOrder";
import {
    DependencyTreatment,
    IdentityTreatment,
    MigrationStep,
    type Plan,
    type PlannedIdentity,
} from "./plan";

export interface UndoLine {
    readonly step: string;
    readonly does: readonly string[];
}

export function undoLines(plan: Plan, begun: readonly string[]): UndoLine[] {
    return [...begun]
        .reverse()
        .map((step) => ({ step, does: does(step as MigrationStep, plan) }))
        .filter(({ does }) => does.length > 0);
}

function does(step: MigrationStep, plan: Plan): readonly string[] {
    const { release, addon } = plan;
    const own = plan.objects.filter(({ part }) => part === addon.name);
    const dependencies = (treatment: DependencyTreatment) =>
        plan.dependencies.filter((dependency) => dependency.treatment === treatment);
    switch (step) {
        case MigrationStep.Dependencies:
            return dependencies(DependencyTreatment.Move).map(
                ({ title, addonName }) =>
                    `${title}: add-on ${addonName} is taken away with its objects kept, and their form under Helm comes back`,
            );
        case MigrationStep.RetireHelm:
            return [
                "objects that only Helm used are made again; Helm's labels and annotations come back on the rest",
                `${counted(release.records.length, "release record")} of ${release.namespace}/${release.name} become visible to Helm again`,
            ];
        case MigrationStep.Install:
            if (addon.existing !== undefined && addon.existing.status !== AddonStatus.CreateFailed)
                return [
                    `add-on ${addon.name} goes back to version ${addon.existing.version} and its former settings, and keeps running`,
                    `up to ${counted(own.length, "object")} of the release, and those of the add-on, get back the form they had, TLS Secrets byte for byte`,
                ];
            return [
                `add-on ${addon.name} is deleted with its objects kept, and its controllers are stopped`,
                `up to ${counted(own.length, "object")} get back the form they had under Helm, TLS Secrets byte for byte; what the add-on made is deleted`,
            ];
        case MigrationStep.Bridge:
            return handingOver(plan).map((one) => {
                const names = servicesOf(one).map(({ to }) => `Service ${to.namespace}/${to.name}`);
                const secret = isShared(one) ? `, ${keyOf(one.shared.nextSecret)}` : "";
                const held = isConverting(one) ? "" : ", and the Lease that it holds";
                return `${one.component}: ${names.join(", ")} and ${names.length === 1 ? "its" : "their"} EndpointSlices${secret}, which this move made${held}, are deleted`;
            });
        case MigrationStep.Redirect:
            return handingOver(plan).map((one) => {
                const names = servicesOf(one).map(({ from }) => `Service ${from.namespace}/${from.name}`);
                return `${one.component}: requests go to ${names.join(", ")} again, under the former certificate`;
            });
        case MigrationStep.HandOver:
            return handingOver(plan).flatMap((one) =>
                together(plan, one).map(
                    ({ component, workload }) =>
                        `${component}: ${workload.namespace}/${workload.name} serves again before the add-on's stops`,
                ),
            );
        case MigrationStep.ScaleDown:
            return pausingOf(plan).map(
                ({ component, workload, replicas }) =>
                    `${component}: ${workload.namespace}/${workload.name} is scaled back to ${counted(replicas, "replica")} and waited for`,
            );
        case MigrationStep.Prerequisites:
            return dependencies(DependencyTreatment.Install).map(
                ({ title, addonName }) =>
                    `${title}: add-on ${addonName}, which this move installed, is deleted`,
            );
        case MigrationStep.Tag:
            return plan.tags.resources.length === 0
                ? []
                : [
                      `the tag ${plan.tags.tag.key} is taken off ${counted(plan.tags.resources.length, "resource")}, or gets its former value back; other tags stay`,
                  ];
        case MigrationStep.Identities:
            return plan.identities.flatMap(undoOfIdentity);
        case MigrationStep.BackUp:
            return ["at the very end, backup and journal are removed from the cluster"];
        case MigrationStep.Lock:
        case MigrationStep.Verify:
        case MigrationStep.Finish:
            return [];
    }
}

function undoOfIdentity({ treatment, title, roleName, trust }: PlannedIdentity): readonly string[] {
    switch (treatment) {
        case IdentityTreatment.Given:
            return [];
        case IdentityTreatment.Reused:
            // A role whose trust the move leaves alone has nothing to get back.
            return trust === undefined
                ? []
                : [`${title} ${roleName} gets back its exact former trust policy`];
        case IdentityTreatment.Cloned:
            return [`${title} ${roleName}, which this move made, is deleted`];
    }
}
