// The only public door of the package: what is exported here is the API.

export { DependencyChoice, Handover, Owner, UnsupportedSettings } from "./common/enums";
export * from "./components";
export type { DiscoverHelmInstallationArgs } from "./provider/installation/args";
export { discoverHelmInstallation } from "./provider/installation/discoverHelmInstallation";
export {
    type DiscoverHelmInstallationOutputArgs,
    discoverHelmInstallationOutput,
} from "./provider/installation/discoverHelmInstallationOutput";
export type {
    FoundAddon,
    FoundBlocker,
    FoundCluster,
    FoundController,
    FoundDependencyFacts,
    FoundModel,
    FoundMove,
    FoundRelease,
    FoundRole,
    FoundTaggedResource,
    HelmInstallation,
} from "./provider/installation/helmInstallation";
export { MigrationStep } from "./provider/plan/plan";
export type {
    Dependencies,
    DependencyChoices,
    DependencySettings,
} from "./provider/profiles/dependencyInputs";
export { HelmToAddonMigration, type HelmToAddonMigrationArgs } from "./provider/pulumi/helmToAddonMigration";
export {
    type BackupOutput,
    MigrationPhase,
    type MovedFrom,
    type StepOutput,
} from "./provider/pulumi/outputs";
export { type MoveReportOptions, writeMoveReport } from "./provider/report/writeMoveReport";
