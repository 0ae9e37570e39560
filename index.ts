// The only public door of the package: what is exported here is the API.
export * from "./components";
export {
    type DiscoverHelmInstallationArgs,
    discoverHelmInstallation,
} from "./provider/discoverHelmInstallation";
export {
    type DiscoverHelmInstallationOutputArgs,
    discoverHelmInstallationOutput,
} from "./provider/discoverHelmInstallationOutput";
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
} from "./provider/helmInstallation";
export { HelmToAddonMigration, type HelmToAddonMigrationArgs } from "./provider/helmToAddonMigration";
export { DependencyChoice, Owner, UnsupportedSettings } from "./provider/inputs";
export { type BackupOutput, MigrationPhase, type MovedFrom, type StepOutput } from "./provider/outputs";
export { MigrationStep } from "./provider/plan";
export { type MoveReportOptions, writeMoveReport } from "./provider/report/writeMoveReport";
