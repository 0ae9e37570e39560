// Ports whose calls to the API server are each asked of the given roles first, as RBAC does: who lacks a right is refused, and every question is kept.

import { ApiError } from "../../../provider/adapters/kubernetes/api";
import { refTo } from "../../../provider/kubernetes/objectRef";
import type {
    KubernetesObject,
    ObjectRef,
    Objects,
    Permissions,
    ProbeRequest,
} from "../../../provider/ports/world";
import { connectWith } from "./connectWith";
import { groupOfApi } from "./kinds";

export interface Right {
    readonly verb: string;
    readonly group: string;
    readonly resource: string;
    readonly namespace?: string;
    readonly name?: string;
}

export interface Asked extends Right {
    readonly isAllowed: boolean;
}

interface Rule {
    readonly apiGroups: readonly string[];
    readonly resources: readonly string[];
    readonly verbs: readonly string[];
    readonly resourceNames?: readonly string[];
}

/** Of a manifest: a List as JSON. */
export interface RoleManifest {
    readonly items: readonly (KubernetesObject & { readonly rules?: readonly Rule[] })[];
}

export function grants({ items }: RoleManifest, right: Right): boolean {
    return items.some(
        ({ kind, metadata, rules = [] }) =>
            (kind === "ClusterRole" || (kind === "Role" && metadata.namespace === right.namespace)) &&
            rules.some((rule) => allows(rule, right)),
    );
}

function allows({ apiGroups, resources, verbs, resourceNames }: Rule, right: Right): boolean {
    const fits = (patterns: readonly string[], value: string) =>
        patterns.includes("*") || patterns.includes(value);
    return (
        fits(apiGroups, right.group) &&
        fits(resources, right.resource) &&
        fits(verbs, right.verb) &&
        (resourceNames === undefined || resourceNames.includes(right.name ?? ""))
    );
}

export function underRoles(manifest: RoleManifest, asked: Asked[]): ReturnType<typeof connectWith> {
    const isAllowed = (right: Right) => {
        const granted = grants(manifest, right);
        asked.push({ ...right, isAllowed: granted });
        return granted;
    };
    const must = (verb: string, ref: Omit<ObjectRef, "name"> & { name?: string }) => {
        const { apiVersion, kind, namespace, name } = ref;
        const right = {
            verb,
            group: groupOfApi(apiVersion),
            resource: pluralOf(kind),
            ...(namespace === undefined ? {} : { namespace }),
            // The API server does not know the name of what is created.
            ...(name === undefined || verb === "create" ? {} : { name }),
        };
        if (isAllowed(right)) return;
        const message = `cannot ${verb} resource ${right.resource} in namespace ${namespace ?? "-"}`;
        throw new ApiError(403, { reason: "Forbidden", message }, { method: "GET", path: kind });
    };
    return connectWith((connection) => {
        for (const objects of [connection.world.objects, connection.lock.objects])
            check(objects, must, isAllowed);
        const permissions: Permissions = {
            allows: async (right) => grants(manifest, right),
            deniedInAws: async () => [],
        };
        return { ...connection, world: { ...connection.world, permissions } };
    });
}

type Must = (verb: string, ref: Omit<ObjectRef, "name"> & { name?: string }) => void;

function check(objects: Objects, must: Must, isAllowed: (right: Right) => boolean): void {
    const { read, exists, list, createdBy, create, replace, merge, remove, probe } = objects;
    const written = (verb: string, ref: ObjectRef) => {
        must(verb, ref);
        if (/^(Cluster)?Role$/.test(ref.kind)) must("escalate", { ...ref, name: "" });
    };
    Object.assign(objects, {
        read: async (ref: ObjectRef) => {
            must("get", ref);
            return read.call(objects, ref);
        },
        exists: async (ref: ObjectRef) => {
            must("get", ref);
            return exists.call(objects, ref);
        },
        list: async (...[apiVersion, kind, options]: Parameters<Objects["list"]>) => {
            const { namespace } = options ?? {};
            must("list", { apiVersion, kind, ...(namespace === undefined ? {} : { namespace }) });
            return list.call(objects, apiVersion, kind, options);
        },
        createdBy: async (...parts: Parameters<Objects["createdBy"]>) => {
            must("list", { apiVersion: "any.example/v1", kind: "Thing" });
            return createdBy.apply(objects, parts);
        },
        create: async (object: KubernetesObject) => {
            written("create", refTo(object));
            return create.call(objects, object);
        },
        replace: async (...[object, form]: Parameters<Objects["replace"]>) => {
            const isThere = await exists.call(objects, refTo(object));
            written(isThere ? "update" : "create", refTo(object));
            return replace.call(objects, object, form);
        },
        merge: async (ref: ObjectRef, patch: unknown) => {
            must("patch", ref);
            return merge.call(objects, ref, patch);
        },
        remove: async (...[ref, options]: Parameters<Objects["remove"]>) => {
            must("delete", ref);
            return remove.call(objects, ref, options);
        },
        probe: async (request: ProbeRequest) => {
            const right = rightOf(request);
            if (right === undefined || isAllowed(right)) return probe.call(objects, request);
            return { status: 403, message: `cannot ${right.verb} resource "${right.resource}"` };
        },
    });
}

function rightOf({ method, path }: ProbeRequest): Right | undefined {
    const [, group = "", namespace, resource, name] =
        /^\/(?:api|apis\/([^/]+))\/v[^/]+\/(?:namespaces\/([^/]+)\/)?([^/]+)(?:\/([^/]+))?$/.exec(path) ?? [];
    if (resource === undefined) return undefined;
    const verb = { GET: name === undefined ? "list" : "get", POST: "create", PATCH: "patch" }[method];
    return {
        verb,
        group,
        resource,
        ...(namespace === undefined ? {} : { namespace }),
        ...(name === undefined ? {} : { name }),
    };
}

function pluralOf(kind: string): string {
    const lower = kind.toLowerCase();
    if (lower.endsWith("y")) return `${lower.slice(0, -1)}ies`;
    return lower.endsWith("s") && !lower.endsWith("params")
        ? `${lower}es`
        : lower.endsWith("params")
          ? lower
          : `${lower}s`;
}
