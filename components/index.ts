// What users of the component can name.
export type { HyperPodInferenceAddonArgs } from "./args";
export { CreateConflicts, DependencyMode, UpdateConflicts } from "./enums";
export { HyperPodInferenceAddon } from "./hyperPodInferenceAddon";
export { ownerTag } from "./owner";
export type {
    AlbArgs,
    DependencyArgs,
    GatewayArgs,
    KedaArgs,
    MigrateFromHelmArgs,
    TolerationArgs,
} from "./settingsArgs";
