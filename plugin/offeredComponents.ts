// The one list of components that programs in other languages can make: the plugin makes what is exported here, and its schema is generated of it.
export { HyperPodInferenceAddon } from "../components";
export { HelmToAddonMigration } from "./helmToAddonMigration";
