// The type and the arguments of a component come in, the component and its outputs by name go out. Runs inside Pulumi's own Construct.
import type * as pulumi from "@pulumi/pulumi";
import { pluginType } from "../provider/pulumi/packageHome";
import { withSettings } from "./awsProvider";
import * as offered from "./offeredComponents";
import schema from "./schema.json";

/** What the arguments are, each component checks itself. */
type Component = new (
    name: string,
    args: never,
    options: pulumi.ComponentResourceOptions,
) => pulumi.ComponentResource;

const COMPONENTS: ReadonlyMap<string, Component> = new Map(
    Object.entries(offered).map(([name, component]) => [pluginType(name), component]),
);

export async function construct(
    name: string,
    type: string,
    args: pulumi.Inputs,
    options: pulumi.ComponentResourceOptions,
): Promise<pulumi.provider.ConstructResult> {
    const Component = COMPONENTS.get(type);
    if (Component === undefined) throw new Error(`this plugin has no component ${type}`);
    const component = new Component(name, args as never, await settled(options));
    const { properties } = (schema.resources as Record<string, { properties: object }>)[type] ?? {
        properties: {},
    };
    const outputs = component as unknown as Record<string, unknown>;
    return {
        urn: component.urn,
        state: Object.fromEntries(Object.keys(properties).map((output) => [output, outputs[output]])),
    };
}

/** Pulumi's Construct tells times that were not set as empty texts, the one for deletions by a name of its protocol, and a provider without its settings. */
async function settled(options: pulumi.ComponentResourceOptions): Promise<pulumi.ComponentResourceOptions> {
    const { customTimeouts, providers, ...rest } = options;
    const given = (customTimeouts ?? {}) as { create?: string; update?: string; pb_delete?: string };
    const times = Object.entries({
        create: given.create,
        update: given.update,
        delete: given.pb_delete,
    }).filter(([, time]) => time);
    return {
        ...rest,
        ...(times.length > 0 ? { customTimeouts: Object.fromEntries(times) } : {}),
        ...(providers === undefined
            ? {}
            : { providers: await withSettings(providers as Record<string, pulumi.ProviderResource>) }),
    };
}
