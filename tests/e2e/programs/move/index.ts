// The tests' program: MOVE_ARGS (JSON) in, a HelmToAddonMigration with these arguments out; a list gives as many of them. MOVE_SECRETS names those that are given as secrets.
import * as pulumi from "@pulumi/pulumi";
import * as hyperpod from "pulumi-hyperpod-inference";

const given = JSON.parse(process.env.MOVE_ARGS ?? '{"clusterName":"demo"}') as
    | hyperpod.HelmToAddonMigrationArgs
    | hyperpod.HelmToAddonMigrationArgs[];

const secrets = JSON.parse(process.env.MOVE_SECRETS ?? "[]") as string[];

function withSecrets(args: hyperpod.HelmToAddonMigrationArgs): hyperpod.HelmToAddonMigrationArgs {
    const given = Object.entries(args).map(([name, value]) => [
        name,
        secrets.includes(name) ? pulumi.secret(value) : value,
    ]);
    return Object.fromEntries(given) as hyperpod.HelmToAddonMigrationArgs;
}

const [first] = [given]
    .flat()
    .map(
        (args, index) =>
            new hyperpod.HelmToAddonMigration(`move${index === 0 ? "" : index}`, withSecrets(args)),
    );

export const phase = first?.phase;
export const plan = first?.plan;
export const steps = first?.steps;
export const nextStep = first?.nextStep;
export const addonVersion = first?.addonVersion;
export const addonConfiguration = first?.addonConfiguration;
export const pausedSeconds = first?.pausedSeconds;
export const warnings = first?.warnings;
export const drift = first?.drift;
