/**
 * Objects with generated names (ReplicaSets, Pods, ControllerRevisions of controllers) come in; one entry per owner goes out,
 * with their number and what they say. Pods and ReplicaSets come and go, so their field managers are not compared.
 */
import { canonicaliseTemplate, canonicalMetadata } from "./canonicalObject";
import type { Json, JsonObject } from "./capturedState";
import { isObject, normalise, sortByContent } from "./namedList";

const HASH_LABELS = ["pod-template-hash", "controller-revision-hash", "pod-template-generation", "job-name"];
const REVISION = "deployment.kubernetes.io/revision";

interface Owner {
    kind: string;
    name: string;
}

/** Adds to `into`, and gives the objects that have names of their own. */
export function groupGenerated(objects: JsonObject[], into: Record<string, unknown>): JsonObject[] {
    const deploymentOf = deploymentsByReplicaSet(objects);
    const groups = new Map<string, JsonObject[]>();
    const own: JsonObject[] = [];
    for (const object of objects) {
        const key = groupKey(object, deploymentOf);
        if (key === undefined) own.push(object);
        else groups.set(key, [...(groups.get(key) ?? []), object]);
    }
    for (const [key, members] of groups) into[key] = summarise(members);
    return own;
}

function groupKey(object: JsonObject, deploymentOf: Map<string, string>): string | undefined {
    const owner = controllerOf(object);
    if (owner === undefined) return undefined;
    const { namespace, nodeName } = placeOf(object);
    switch (object.kind) {
        case "ReplicaSet":
            return `apps/ReplicaSet ${namespace}/${owner.name}-*`;
        case "ControllerRevision":
            return `apps/ControllerRevision ${namespace}/${owner.name}-*`;
        case "Pod":
            if (owner.kind === "StatefulSet") return undefined;
            if (owner.kind === "DaemonSet") return `Pod ${namespace}/${owner.name}-* on ${nodeName}`;
            return `Pod ${namespace}/${deploymentOf.get(`${namespace}/${owner.name}`) ?? owner.name}-*`;
        default:
            return undefined;
    }
}

function deploymentsByReplicaSet(objects: JsonObject[]): Map<string, string> {
    const deployments = new Map<string, string>();
    for (const object of objects.filter((candidate) => candidate.kind === "ReplicaSet")) {
        const owner = controllerOf(object);
        if (owner) deployments.set(`${placeOf(object).namespace}/${placeOf(object).name}`, owner.name);
    }
    return deployments;
}

function summarise(members: JsonObject[]): JsonObject {
    const kind = members[0]?.kind;
    if (kind === "ReplicaSet") return { current: sortByContent(currentReplicaSets(members).map(replicaSet)) };
    if (kind === "ControllerRevision")
        return { current: revision(newest(members, (m) => Number(m.revision))) };
    const counts = new Map<string, number>();
    for (const text of members.map((member) => JSON.stringify(pod(member)))) {
        counts.set(text, (counts.get(text) ?? 0) + 1);
    }
    const pods = [...counts].sort(([a], [b]) => (a < b ? -1 : 1));
    return {
        count: members.length,
        pods: pods.map(([text, count]) => ({ count, pod: JSON.parse(text) as Json })),
    };
}

/** Old ReplicaSets at 0 are history. */
function currentReplicaSets(members: JsonObject[]): JsonObject[] {
    const running = members.filter((member) => isObject(member.spec) && Number(member.spec.replicas) > 0);
    return running.length > 0 ? running : [newest(members, (m) => Number(annotation(m, REVISION) ?? 0))];
}

function newest(members: JsonObject[], order: (member: JsonObject) => number): JsonObject {
    return members.reduce((best, member) => (order(member) > order(best) ? member : best));
}

function replicaSet(object: JsonObject): Json {
    const spec = isObject(object.spec) ? structuredClone(object.spec) : {};
    if (isObject(spec.template)) canonicaliseTemplate(spec.template);
    return normalise({ replicas: spec.replicas, template: spec.template });
}

function revision(object: JsonObject): Json {
    return normalise(object.data);
}

function pod(object: JsonObject): Json {
    const metadata = canonicalMetadata(isObject(object.metadata) ? object.metadata : {});
    const status = isObject(object.status) ? object.status : {};
    const labels = isObject(metadata.labels) ? { ...metadata.labels } : {};
    for (const label of HASH_LABELS) delete labels[label];
    const conditions = Array.isArray(status.conditions) ? status.conditions.filter(isObject) : [];
    return normalise({
        ...(metadata.deletionTimestamp ? { terminating: true } : {}),
        labels,
        annotations: metadata.annotations,
        spec: podSpec(isObject(object.spec) ? object.spec : {}),
        phase: status.phase,
        conditions: conditions.map(({ type, status: is }) => ({ type, status: is })),
    });
}

/** The token volume has a generated name, and which of the equal nodes a pod runs on is chance. */
function podSpec(spec: JsonObject): Json {
    const text = JSON.stringify({ ...spec, nodeName: undefined, hostname: undefined });
    return JSON.parse(text.replace(/"kube-api-access-[a-z0-9]{5}"/g, '"kube-api-access-*"')) as Json;
}

function controllerOf(object: JsonObject): Owner | undefined {
    const metadata = isObject(object.metadata) ? object.metadata : {};
    const owners = Array.isArray(metadata.ownerReferences) ? metadata.ownerReferences.filter(isObject) : [];
    const owner = owners.find((candidate) => candidate.controller === true);
    return owner ? { kind: String(owner.kind), name: String(owner.name) } : undefined;
}

function placeOf(object: JsonObject): { namespace: string; name: string; nodeName: string } {
    const metadata = isObject(object.metadata) ? object.metadata : {};
    const spec = isObject(object.spec) ? object.spec : {};
    const nodeName = String(spec.nodeName ?? "no node");
    return { namespace: String(metadata.namespace), name: String(metadata.name), nodeName };
}

function annotation(object: JsonObject, name: string): Json | undefined {
    const annotations = isObject(object.metadata) ? object.metadata.annotations : undefined;
    return isObject(annotations) ? annotations[name] : undefined;
}
