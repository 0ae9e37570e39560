// Arguments, roles and bucket come in, the settings of the operator add-on go out as one object with outputs as leaves. Pure.
import * as pulumi from "@pulumi/pulumi";
import type { HyperPodInferenceAddonArgs } from "./args";
import { isLater } from "./knownValue";
import type { Roles } from "./roles";

/** A tree whose leaves may be outputs: what a preview knows already can be checked before the rest is there. */
export type SettingsTree = Record<string, unknown>;

export interface FoundByComponent {
    hyperpodClusterArn: pulumi.Output<string | undefined>;
    tlsBucketName: pulumi.Output<string>;
    roles: Roles;
}

export function configurationTree(
    args: HyperPodInferenceAddonArgs,
    found: FoundByComponent,
): pulumi.Input<SettingsTree> {
    const { arns } = found.roles;
    const ours: SettingsTree = {
        executionRoleArn: arns.execution,
        tlsCertificateS3Bucket: found.tlsBucketName,
        hyperpodClusterArn: found.hyperpodClusterArn,
        jumpstartGatedModelDownloadRoleArn: arns.gatedModel,
        alb: bundled(args.alb, { serviceAccount: { create: true, roleArn: arns.alb } }),
        keda: bundled(args.keda, { auth: { aws: { irsa: { enabled: true, roleArn: arns.keda } } } }),
    };
    return withAdditional(merge(ours, further(args, found.roles)), args.additionalConfiguration);
}

/** What the user asks for beside roles and bucket; a move lays it over the settings of the Helm release. */
export function userSettings(args: HyperPodInferenceAddonArgs, roles: Roles): pulumi.Input<SettingsTree> {
    const controllers = { alb: args.alb, keda: args.keda };
    return withAdditional(merge(controllers, further(args, roles)), args.additionalConfiguration);
}

/** What comes from another resource as a whole is merged once it is there. */
function withAdditional(
    settings: unknown,
    additional: pulumi.Input<SettingsTree> | undefined,
): pulumi.Input<SettingsTree> {
    return isLater(additional)
        ? pulumi.output(additional).apply((more) => pulumi.output(merge(settings, more) as SettingsTree))
        : (merge(settings, additional) as SettingsTree);
}

function further(args: HyperPodInferenceAddonArgs, { arns }: Roles): SettingsTree {
    const gateway = { serviceAccount: { roleArn: arns.gateway } };
    return {
        inferenceGateway: args.gateway && bundled(args.gateway, gateway),
        nodeSelector: args.nodeSelector,
        tolerations: args.tolerations,
        affinity: args.affinity,
        enableCustomServiceAccounts: args.enableCustomServiceAccounts,
    };
}

function bundled(part: { enabled?: boolean; tolerations?: unknown } | undefined, identity: object): object {
    if (part?.enabled === false) return { enabled: false };
    return { enabled: true, ...identity, tolerations: part?.tolerations };
}

/** `more` wins, key by key; a list or a value replaces what was there, and what is not set is left out. */
export function merge(base: unknown, more: unknown): unknown {
    if (more === undefined) return withoutUnset(base);
    if (!isObject(base) || !isObject(more)) return withoutUnset(more);
    const keys = [...new Set([...Object.keys(base), ...Object.keys(more)])];
    return withoutUnset(Object.fromEntries(keys.map((key) => [key, merge(base[key], more[key])])));
}

export function withoutUnset(value: unknown): unknown {
    if (!isObject(value)) return value;
    const set = Object.entries(value).filter(([, inside]) => inside !== undefined);
    return Object.fromEntries(set.map(([key, inside]) => [key, withoutUnset(inside)]));
}

function isObject(value: unknown): value is Record<string, unknown> {
    return value !== null && typeof value === "object" && !Array.isArray(value) && !isLater(value);
}
