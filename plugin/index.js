// For `pulumi package add` of this folder, by path or from the repository: starts the published plugin. Exports nothing, or Pulumi's SDK would serve it a second time.
require("pulumi-resource-hyperpod-inference");
