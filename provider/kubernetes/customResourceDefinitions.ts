// Reads CustomResourceDefinitions: groups, versions, and which fields a schema would prune. Pure.
import type { KubernetesObject } from "../ports/world";

export interface DefinedVersion {
    readonly name: string;
    readonly served: boolean;
    readonly storage: boolean;
    readonly schema?: { readonly openAPIV3Schema?: Schema };
}

export interface Schema {
    readonly type?: string;
    readonly properties?: Readonly<Record<string, Schema>>;
    readonly additionalProperties?: Schema | boolean;
    readonly items?: Schema;
    readonly "x-kubernetes-preserve-unknown-fields"?: boolean;
    readonly "x-kubernetes-embedded-resource"?: boolean;
}

interface DefinitionShape {
    readonly spec: {
        readonly group: string;
        readonly names: { readonly kind: string; readonly plural: string };
        readonly versions: readonly DefinedVersion[];
    };
}

function specOf(crd: KubernetesObject): DefinitionShape["spec"] {
    return (crd as unknown as DefinitionShape).spec;
}
export function groupOf(crd: KubernetesObject): string {
    return specOf(crd).group;
}
export function kindOf(crd: KubernetesObject): string {
    return specOf(crd).names.kind;
}
export function pluralOf(crd: KubernetesObject): string {
    return specOf(crd).names.plural;
}
export function versionsOf(crd: KubernetesObject): readonly DefinedVersion[] {
    return specOf(crd).versions;
}
export function storageVersionOf(crd: KubernetesObject): string {
    return versionsOf(crd).find((version) => version.storage)?.name ?? "";
}

/** Paths of `object` that the API server would drop under the schema: present in the object, named nowhere. */
export function prunedFields(object: KubernetesObject, schema: Schema | undefined): string[] {
    if (schema === undefined) return [];
    // apiVersion, kind and metadata are never pruned.
    return Object.entries(object)
        .filter(([key]) => !["apiVersion", "kind", "metadata"].includes(key))
        .flatMap(([key, value]) => unnamed(value, schema.properties?.[key], key, schema));
}

function unnamed(value: unknown, schema: Schema | undefined, path: string, parent: Schema): string[] {
    if (schema === undefined) {
        if (parent["x-kubernetes-preserve-unknown-fields"]) return [];
        const { additionalProperties } = parent;
        if (additionalProperties === true) return [];
        if (typeof additionalProperties === "object") return unnamed(value, additionalProperties, path, {});
        return [path];
    }
    if (Array.isArray(value)) {
        const { items } = schema;
        return items === undefined
            ? []
            : value.flatMap((item, index) => unnamed(item, items, `${path}[${index}]`, {}));
    }
    if (typeof value !== "object" || value === null) return [];
    if (!schema.properties && !schema.additionalProperties && schema["x-kubernetes-preserve-unknown-fields"])
        return [];
    return Object.entries(value).flatMap(([key, child]) =>
        unnamed(child, schema.properties?.[key], `${path}.${key}`, schema),
    );
}
