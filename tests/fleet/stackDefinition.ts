// The Stack of the Pulumi Kubernetes Operator, as far as the example uses it: a structural schema written for this test after the operator's public API, not the operator's own.
const text = { type: "string" };
const flag = { type: "boolean" };
const object = (properties: Record<string, object>, required: string[] = []) => ({
    type: "object",
    properties,
    required,
});
const list = (items: object) => ({ type: "array", items });
const mapOf = (value: object) => ({ type: "object", additionalProperties: value });

const spec = object(
    {
        preview: flag,
        stack: text,
        projectRepo: text,
        repoDir: text,
        commit: text,
        branch: text,
        backend: text,
        config: mapOf(text),
        envRefs: mapOf(
            object(
                {
                    type: { type: "string", enum: ["Env", "FS", "Secret", "Literal"] },
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
                schema: { openAPIV3Schema: object({ spec }, ["spec"]) },
            },
        ],
    },
};
