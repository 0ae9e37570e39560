/** A Kubernetes request comes in (and the start of its body, for the name of a new object); its verb, object and effect go out. */
import { objectName } from "./objectName";
import { type Classified, type Effect, headerOf, type KubernetesResource, type RequestHead } from "./request";

const REVIEW_GROUPS = new Set(["authorization.k8s.io", "authentication.k8s.io"]);

/** A POST to a collection names its object in the body only. */
export function needsKubernetesBody(head: RequestHead): boolean {
    const resource = parsePath(head.url.split("?")[0] ?? "");
    return head.method === "POST" && resource !== undefined && resource.name === undefined;
}

export function classifyKubernetes(head: RequestHead, body: Buffer): Classified {
    const [path = "", query = ""] = head.url.split("?", 2);
    const parameters = new URLSearchParams(query);
    const resource = parsePath(path);
    if (resource === undefined) {
        const reads = head.method === "GET" || head.method === "HEAD";
        const verb = head.method.toLowerCase();
        return { side: "kubernetes", verb, what: `${verb} ${path}`, effect: reads ? "read" : "write" };
    }
    if (resource.name === undefined && head.method === "POST") {
        const name = objectName(body);
        if (name !== undefined) resource.name = name;
    }
    const verb = verbOf(head, parameters, resource);
    return {
        side: "kubernetes",
        verb,
        what: `${verb} ${describeResource(resource)}`,
        effect: effectOf(head.method, parameters, resource),
        resource,
    };
}

function describeResource(r: KubernetesResource): string {
    return [r.resource, r.namespace, r.name, r.subresource].filter((part) => part !== undefined).join("/");
}

function effectOf(method: string, parameters: URLSearchParams, resource: KubernetesResource): Effect {
    if (method === "GET" || method === "HEAD" || method === "OPTIONS") return "read";
    if (parameters.getAll("dryRun").includes("All")) return "read";
    if (REVIEW_GROUPS.has(resource.group)) return "read";
    // A TokenRequest answers with a token and stores nothing.
    if (resource.resource === "serviceaccounts" && resource.subresource === "token") return "read";
    const lease = resource.group === "coordination.k8s.io" && resource.resource === "leases";
    return lease && (method === "PUT" || method === "PATCH") ? "leaseRenewal" : "write";
}

function verbOf(head: RequestHead, parameters: URLSearchParams, resource: KubernetesResource): string {
    switch (head.method) {
        case "POST":
            return "create";
        case "PUT":
            return "update";
        case "PATCH":
            return headerOf(head, "content-type").startsWith("application/apply-patch") ? "apply" : "patch";
        case "DELETE":
            return resource.name === undefined ? "deletecollection" : "delete";
        default: {
            const watch = parameters.get("watch");
            if (watch !== null && watch !== "0" && watch !== "false") return "watch";
            return resource.name === undefined ? "list" : "get";
        }
    }
}

/** `/api/v1/...` or `/apis/<group>/<version>/...`; anything else (`/version`, `/healthz`, discovery) is no resource. */
function parsePath(path: string): KubernetesResource | undefined {
    const parts = path.split("/").filter(Boolean).map(decodeURIComponent);
    const core = parts[0] === "api";
    if (!core && parts[0] !== "apis") return undefined;
    const [group, version, ...rest] = core ? ["", ...parts.slice(1)] : parts.slice(1);
    // The old spelling of a watch: /api/v1/watch/namespaces/x/pods.
    if (rest[0] === "watch") rest.shift();
    if (group === undefined || version === undefined || rest[0] === undefined) return undefined;
    const namespaced = rest[0] === "namespaces" && rest[2] !== undefined && !isNamespaceSubresource(rest);
    const [resource, name, ...sub] = namespaced ? rest.slice(2) : rest;
    if (resource === undefined) return undefined;
    return {
        group,
        version,
        resource,
        ...(namespaced && rest[1] !== undefined ? { namespace: rest[1] } : {}),
        ...(name !== undefined ? { name } : {}),
        ...(sub.length > 0 ? { subresource: sub.join("/") } : {}),
    };
}

function isNamespaceSubresource(rest: string[]): boolean {
    return rest.length === 3 && (rest[2] === "status" || rest[2] === "finalize");
}
