// Where the package's own resources live comes in once, at process start; their types, and what their registration must say, go out. Registers nothing.
import * as pulumi from "@pulumi/pulumi";
import { progressUrn } from "./progressUrn";
import { providerCode } from "./providerCode";

/** The package's own resources, by the last part of the type that they have in Pulumi's dynamic-provider process. */
export type OwnKind = keyof typeof DOORS;

/** Export of this package, and the name in it, that Pulumi's dynamic-provider process reaches a resource's methods by. These stand in users' states for ever. */
const DOORS = {
    HelmToAddonMigration: ["provider", "provider"],
    WayBack: ["provider", "wayBack"],
    InferenceCluster: ["health", "inferenceCluster"],
    AddonSettings: ["health", "addonSettings"],
    AddonHealth: ["health", "addonHealth"],
    TlsBucketRetention: ["health", "tlsBucketRetention"],
} as const;

export const PACKAGE = "hyperpod-inference";

/** Token of a resource of the plugin. */
export function pluginType(name: string): string {
    return `${PACKAGE}:index:${name}`;
}

/** Token that a resource has in Pulumi's dynamic-provider process. */
export function dynamicType(kind: OwnKind): string {
    return `pulumi-nodejs:dynamic/hyperpod:${kind}`;
}

/** In the plugin the component that other languages make has the name of the dynamic resource, which is called after what it does. */
export function pluginTypeOf(kind: OwnKind): string {
    return pluginType(kind === "HelmToAddonMigration" ? "Move" : kind);
}

/** What a registration says besides the resource's own inputs and options. */
export interface Registration {
    readonly type: string;
    readonly inputs: pulumi.Inputs;
    readonly options: pulumi.CustomResourceOptions;
}

type Registrar = (kind: OwnKind, name: string, options: pulumi.CustomResourceOptions) => Registration;

/** For programs in TypeScript: a constant line stands in the state, which loads the installed package. */
const dynamicHome: Registrar = (kind, name, options) => {
    const [door, method] = DOORS[kind];
    const type = dynamicType(kind);
    const tellsProgress = door === "provider";
    return {
        type,
        inputs: {
            __provider: providerCode(door, method),
            // Live progress is told under this name; the SDK keeps `urn` for itself.
            ...(tellsProgress ? { __progressUrn: progressUrn(name, type, options.parent) } : {}),
            // Taken away again by check, so that the inputs of a preview and of an update are the same.
            ...(kind === "HelmToAddonMigration" && pulumi.runtime.isDryRun() ? { tellPlan: true } : {}),
        },
        options: {
            // What an update will do is told as lines; the difference between two plans says nothing.
            hideDiffs: ["__provider", ...(kind === "HelmToAddonMigration" ? ["plan"] : [])],
            // A stack that went on with the plugin comes back; there a component is around the move and what its undo needs.
            aliases: [
                { type: pluginTypeOf(kind) },
                ...(tellsProgress
                    ? [{ type: pluginTypeOf(kind), parent: urnOfComponent(options.parent) }]
                    : []),
            ],
        },
    };
};

/** A URN tells of the parent its types alone, so any name will do. */
function urnOfComponent(parent: pulumi.Resource | undefined): pulumi.Output<string> {
    return pulumi.createUrn("any", pluginType("HelmToAddonMigration"), parent);
}

let home: Registrar = dynamicHome;

/** For the plugin: its resources are first-class, and served by the process that registers them. `provider` is unknown before Pulumi has configured the process. */
export function liveInPlugin(provider: () => pulumi.ProviderResource | undefined): void {
    inPlugin = true;
    home = (kind, _name, { aliases = [] }) => {
        const own = provider();
        const type = dynamicType(kind);
        return {
            type: pluginTypeOf(kind),
            inputs: {},
            options: {
                ...(own === undefined ? {} : { provider: own }),
                // A stack that began with the dynamic resource goes on.
                aliases: [{ type }, ...aliases.filter(isAlias).map((alias) => ({ ...alias, type }))],
            },
        };
    };
}

/** Whether this process serves programs of other languages. */
export function isInPlugin(): boolean {
    return inPlugin;
}

let inPlugin = false;

function isAlias(alias: unknown): alias is pulumi.Alias {
    return typeof alias === "object" && !pulumi.Output.isInstance(alias) && !(alias instanceof Promise);
}

/** A resource of ours must not be given the provider of another package. */
export function register(
    kind: OwnKind,
    name: string,
    { provider: _foreign, ...given }: pulumi.CustomResourceOptions,
): Registration {
    const { type, inputs, options } = home(kind, name, given);
    return { type, inputs, options: pulumi.mergeOptions(given, { deleteBeforeReplace: true, ...options }) };
}
