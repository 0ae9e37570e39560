// The kind Stack of the Pulumi Kubernetes Operator: its own, from a clone of it, and a structural schema that has the fields of the example alone, for tests that have no clone.
import { readFileSync } from "node:fs";
import path from "node:path";
import { load } from "js-yaml";

export interface Schema {
    readonly type?: string;
    readonly properties?: Readonly<Record<string, Schema>>;
    readonly required?: readonly string[];
    readonly items?: Schema;
    readonly additionalProperties?: Schema;
    readonly "x-kubernetes-preserve-unknown-fields"?: boolean;
}

const text: Schema = { type: "string" };
const flag: Schema = { type: "boolean" };
const anything: Schema = { "x-kubernetes-preserve-unknown-fields": true };
const object = (properties: Record<string, Schema>, required: string[] = []): Schema => ({
    type: "object",
    properties,
    required,
});
const list = (items: Schema): Schema => ({ type: "array", items });
const mapOf = (value: Schema): Schema => ({ type: "object", additionalProperties: value });

const spec = object(
    {
        preview: flag,
        stack: text,
        projectRepo: text,
        repoDir: text,
        commit: text,
        branch: text,
        backend: text,
        config: anything,
        envRefs: mapOf(
            object(
                {
                    type: text,
                    secret: object({ namespace: text, name: text, key: text }, ["key", "name"]),
                },
                ["type"],
            ),
        ),
        prerequisites: list(
            object({ name: text, requirement: object({ succeededWithinDuration: text }) }, ["name"]),
        ),
        refresh: flag,
        destroyOnFinalize: flag,
        serviceAccountName: text,
        workspaceTemplate: object({ spec: object({ image: text }) }),
    },
    ["stack"],
);

/** No registry has the operator. */
export function operatorsDefinition(clone: string): StackDefinition {
    const file = path.join(clone, "deploy/crds/pulumi.com_stacks.yaml");
    return load(readFileSync(file, "utf8")) as StackDefinition;
}

export interface StackDefinition {
    readonly spec: {
        readonly versions: readonly {
            readonly name: string;
            readonly schema: { readonly openAPIV3Schema: Schema };
        }[];
    };
}

/** Paths at which `ours` says something that `theirs` does not. */
export function differences(ours: Schema, theirs: Schema | undefined, at: string): string[] {
    if (theirs === undefined) return [`${at} is not theirs`];
    const keys = ["type", "required", "x-kubernetes-preserve-unknown-fields"] as const;
    const said = (schema: Schema, key: (typeof keys)[number]) =>
        JSON.stringify([schema[key] ?? []].flat().sort());
    const wrong = keys.filter((key) => said(ours, key) !== said(theirs, key));
    return [
        ...wrong.map((key) => `${at}: ${key}`),
        ...Object.entries(ours.properties ?? {}).flatMap(([name, schema]) =>
            differences(schema, theirs.properties?.[name], `${at}.${name}`),
        ),
        ...(["items", "additionalProperties"] as const).flatMap((name) => {
            const schema = ours[name];
            return schema === undefined ? [] : differences(schema, theirs[name], `${at}.${name}`);
        }),
    ];
}

export const stackDefinition = {
    apiVersion: "apiextensions.k8s.io/v1",
    kind: "CustomResourceDefinition",
    metadata: { name: "stacks.pulumi.com" },
    spec: {
        group: "pulumi.com",
        names: { kind: "Stack", listKind: "StackList", plural: "stacks", singular: "stack" },
        scope: "Namespaced",
        versions: [
            {
                name: "v1",
                served: true,
                storage: true,
                schema: { openAPIV3Schema: object({ spec }) },
            },
        ],
    },
};
