// What users of the component can name.
export type { HyperPodInferenceAddonArgs } from "./args";
export { CreateConflicts, DependencyMode, UpdateConflicts } from "./enums";
export { HyperPodInferenceAddon } from "./hyperPodInferenceAddon";
export { ownerTagKey } from "./owner";
export type {
    AlbSettings,
    DependencySettings,
    GatewaySettings,
    KedaSettings,
    MigrateFromHelm,
    Toleration,
} from "./settings";
