// For people who move many clusters: the program of one of them. moveFleet.ts runs it once per cluster, each with a stack of its own.
import * as pulumi from "@pulumi/pulumi";
import * as hyperpod from "pulumi-hyperpod-inference";

// All arguments of the move; moveFleet.ts writes them from fleet.json.
const args = new pulumi.Config().requireObject<hyperpod.HelmToAddonMigrationArgs>("move");

// Protected: whoever destroys the stack by mistake puts no Helm release back. `undo` of moveFleet.ts does, as an update.
const move = new hyperpod.HelmToAddonMigration("move", args, { protect: true });

export const { phase, nextStep, addonVersion, pausedSeconds, warnings, drift } = move;
