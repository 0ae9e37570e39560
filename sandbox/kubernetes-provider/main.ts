// The stand-in kubernetes plugin as a process.
import { runPlugin } from "../aws-provider/plugin";
import { KubernetesProvider } from "./kubernetesProvider";

/** The SDK asks for at least this version. */
const { version } = require("@pulumi/kubernetes/package.json") as { version: string };

runPlugin(new KubernetesProvider(), { name: "kubernetes", version });
