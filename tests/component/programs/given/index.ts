// The tests' program: ARGS (JSON) in, the component with these arguments out; those of LATER come from outputs, as another resource would give them.
import * as pulumi from "@pulumi/pulumi";
import * as hyperpod from "pulumi-hyperpod-inference";

const read = (name: string) => JSON.parse(process.env[name] ?? "{}") as Record<string, unknown>;

const later = Object.entries(read("LATER")).map(([name, value]) => [
    name,
    pulumi.output(new Promise((resolve) => setTimeout(() => resolve(value), 50))),
]);
const args = { ...read("ARGS"), ...Object.fromEntries(later) };

const inference = new hyperpod.HyperPodInferenceAddon(
    "inference",
    args as unknown as hyperpod.HyperPodInferenceAddonArgs,
);

export const status = inference.addonStatus;
