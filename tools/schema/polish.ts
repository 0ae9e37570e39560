// What Pulumi's analyzer makes of the types comes in; the same with what TypeScript cannot say, for five languages, goes out. Pure.

import { ALWAYS_SECRET } from "../../provider/pulumi/alwaysSecret";
import { PACKAGE, pluginType } from "../../provider/pulumi/packageHome";

/** package.json, as far as it is told to users. */
export interface Manifest {
    readonly name: string;
    readonly version: string;
    readonly description: string;
    readonly homepage: string;
    readonly license: string;
    readonly repository: { readonly url: string };
    readonly keywords: readonly string[];
}

export interface Property {
    type?: string;
    $ref?: string;
    description?: string;
    plain?: boolean;
    optional?: boolean;
    secret?: boolean;
    items?: Property;
    additionalProperties?: Property;
}

export interface ObjectType {
    type?: string;
    properties?: Record<string, Property>;
    required?: string[];
    enum?: unknown[];
    description?: string;
}

export interface ResourceType extends ObjectType {
    inputProperties: Record<string, Property>;
    requiredInputs: string[];
    isComponent?: boolean;
}

export interface Schema {
    name: string;
    version: string;
    resources: Record<string, ResourceType>;
    types: Record<string, ObjectType>;
    [key: string]: unknown;
}

/** Gives access, or may: an SDK marks these whatever the program says. */
const SECRET = new Set<string>([...ALWAYS_SECRET, "keys"]);
/** TypeScript has one type of numbers; the typed languages have two. */
const INTEGER = /Minutes$|^tolerationSeconds$|^revision$/;
/** Parts of the way to an account: keys come from secrets, which are outputs. */
const ACCESS = /:(AwsAccess|AwsKeys|AssumedRole)$/;
/** Go and Python make types called Output and Args of every type. */
const RENAMED: Readonly<Record<string, string>> = { StepOutput: "StepProgress", BackupOutput: "Backup" };

export function polished(raw: Schema, manifest: Manifest): Schema {
    const properties = (bag: Record<string, Property> = {}) =>
        Object.fromEntries(
            Object.entries(bag).map(([name, property]) => [name, polishedOne(name, property)]),
        );
    const types = Object.entries(raw.types).map(([token, type]) => [
        token,
        type.properties === undefined
            ? type
            : {
                  ...type,
                  properties: ACCESS.test(token)
                      ? withoutPlain(properties(type.properties))
                      : properties(type.properties),
              },
    ]);
    const resources = Object.entries(raw.resources).map(([token, resource]) => [
        token,
        {
            ...resource,
            inputProperties: properties(resource.inputProperties),
            properties: properties(resource.properties),
        },
    ]);
    const { name, version, description } = raw;
    const schema = {
        name,
        version,
        displayName: "SageMaker HyperPod inference",
        description,
        publisher: "pulumi-hyperpod-inference",
        homepage: manifest.homepage,
        license: manifest.license,
        repository: manifest.repository.url.replace(/^git\+|\.git$/g, ""),
        pluginDownloadURL: "github://api.github.com/pulumi-hyperpod-inference",
        keywords: [...manifest.keywords, "kind/component", "category/cloud"],
        language: languages(manifest),
        resources: { ...Object.fromEntries(resources), ...importable() },
        types: Object.fromEntries(types),
    };
    return renamed(schema as unknown as Schema);
}

function withoutPlain(bag: Record<string, Property>): Record<string, Property> {
    return JSON.parse(JSON.stringify(bag, (key, value) => (key === "plain" ? undefined : value)));
}

function renamed(schema: Schema): Schema {
    const text = JSON.stringify(schema);
    const names = Object.keys(RENAMED).join("|");
    const tokens = new RegExp(`"((?:#/types/)?${PACKAGE}:index:)(${names})"`, "g");
    return JSON.parse(text.replace(tokens, (_, before, name) => `"${before}${RENAMED[name]}"`));
}

function polishedOne(name: string, { optional: _, ...property }: Property): Property {
    if (property.type === "number" && INTEGER.test(name)) return { ...property, type: "integer" };
    return { ...property, ...(SECRET.has(name) ? { secret: true } : {}) };
}

/** What `pulumi import` takes up from a cluster: the resource inside the component. */
function importable(): Record<string, ResourceType> {
    return {
        [pluginType("Move")]: {
            type: "object",
            description:
                "The move inside HelmToAddonMigration; programs make that one. Described here so that `pulumi import` can take up a move whose state is lost.",
            inputProperties: {
                clusterName: { type: "string", description: "Name of the EKS cluster." },
                region: { type: "string", description: "AWS Region of the cluster." },
                releaseName: { type: "string", description: "Name of the Helm release." },
                releaseNamespace: { type: "string", description: "Namespace of the Helm release." },
            },
            requiredInputs: ["clusterName"],
            properties: {
                phase: { type: "string", description: "How far the move has come." },
                addonVersion: { type: "string", description: "Version of the add-on." },
            },
            required: ["phase", "addonVersion"],
        },
    };
}

function languages({ name }: Manifest): Record<string, unknown> {
    const respectSchemaVersion = true;
    return {
        // An SDK that the CLI adds to a project is compiled there: by the project's own compiler, not by a TypeScript 4 beside it.
        nodejs: { packageName: `${name}-sdk`, typescriptVersion: "^5.0.0", respectSchemaVersion },
        python: {
            packageName: "pulumi_hyperpod_inference",
            pyproject: { enabled: true },
            respectSchemaVersion,
        },
        go: {
            importBasePath:
                "github.com/pulumi-hyperpod-inference/pulumi-hyperpod-inference/sdk/go/hyperpodinference",
            generateResourceContainerTypes: true,
            respectSchemaVersion,
        },
        csharp: { rootNamespace: "Pulumi", respectSchemaVersion },
        java: { basePackage: "com.pulumi", respectSchemaVersion },
    };
}
