// What users of the component can name.
export { CreateConflicts, DependencyMode, UpdateConflicts } from "../common/enums";
export type { HyperPodInferenceAddonArgs } from "./args";
export type { InferenceNodes } from "./childResources";
export { HyperPodInferenceAddon } from "./hyperPodInferenceAddon";
export type {
    AlbSettings,
    GatewaySettings,
    KedaSettings,
    MigrateFromHelm,
    Toleration,
} from "./nestedArgs";
export { ownerTagKey } from "./ownerTag";
