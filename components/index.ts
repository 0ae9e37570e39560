// What users of the component can name.
export { CreateConflicts, DependencyMode, UpdateConflicts } from "../common/enums";
export type { HyperPodInferenceAddonArgs } from "./args";
export type { InferenceNodes } from "./childResources";
export { HyperPodInferenceAddon } from "./hyperPodInferenceAddon";
export { ownerTagKey } from "./ownerTag";
export type {
    AlbSettings,
    GatewaySettings,
    KedaSettings,
    MigrateFromHelm,
    Toleration,
} from "./settings";
