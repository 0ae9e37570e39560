/** One Kubernetes object comes in as the API server gave it; what it says, without what the server adds on its own, goes out. */
import { createHash } from "node:crypto";
import type { Json, JsonObject } from "./capturedState";
import { canonicalManagers } from "./managedFields";
import { isObject, normalise } from "./namedList";

const SERVER_METADATA = ["uid", "resourceVersion", "creationTimestamp", "generation", "selfLink"];
/** Counters of controllers: they say how often something was changed, not what it is. */
const COUNTING_ANNOTATIONS = [
    "deployment.kubernetes.io/revision",
    "deprecated.daemonset.template.generation",
];
const UID_LABELS = ["controller-uid", "batch.kubernetes.io/controller-uid", "pod-template-hash"];
const LAST_APPLIED = "kubectl.kubernetes.io/last-applied-configuration";
const TIMESTAMP = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(\.\d+)?Z$/;
/** `ReplicaSet "keda-operator-7d5c8f9b4" has successfully progressed.` */
const REPLICA_SET_NAME = /(ReplicaSet "[^"]+)-[a-z0-9]+"/g;

export function canonicalObject(object: JsonObject): JsonObject {
    const copy = structuredClone(object);
    const managers = copy.metadata && isObject(copy.metadata) ? copy.metadata.managedFields : undefined;
    copy.metadata = canonicalMetadata(isObject(copy.metadata) ? copy.metadata : {});
    if (isObject(copy.status)) copy.status = withoutTimes(copy.status);
    canonicaliseKind(copy);
    const result = normalise(copy) as JsonObject;
    // After normalising, because field paths are not lists of things with names.
    if (Array.isArray(managers)) (result.metadata as JsonObject).managedFields = canonicalManagers(managers);
    return result;
}

export function canonicalMetadata(metadata: JsonObject): JsonObject {
    const kept: JsonObject = { ...metadata };
    for (const field of [...SERVER_METADATA, "managedFields"]) delete kept[field];
    // When does not matter; that the object is being deleted does.
    if (kept.deletionTimestamp !== undefined) kept.deletionTimestamp = "set";
    delete kept.deletionGracePeriodSeconds;
    if (Array.isArray(kept.ownerReferences)) {
        kept.ownerReferences = kept.ownerReferences.map((owner) => without(owner, ["uid"]));
    }
    for (const [field, keys] of [
        ["annotations", COUNTING_ANNOTATIONS],
        ["labels", UID_LABELS],
    ] as const) {
        if (!isObject(kept[field])) continue;
        kept[field] = without(kept[field], keys);
        if (Object.keys(kept[field] as JsonObject).length === 0) delete kept[field];
    }
    return kept;
}

function canonicaliseKind(object: JsonObject): void {
    const spec = isObject(object.spec) ? object.spec : {};
    switch (object.kind) {
        case "Secret":
            hashSecret(object);
            break;
        case "Lease":
            // Who holds the lock and since when; that the lock exists stays.
            object.spec = without(spec, ["holderIdentity", "renewTime", "acquireTime", "leaseTransitions"]);
            break;
        case "Job":
            delete spec.selector;
            if (isObject(spec.template)) canonicaliseTemplate(spec.template);
            break;
        case "PersistentVolume":
            if (spec.claimRef) spec.claimRef = without(spec.claimRef, ["uid", "resourceVersion"]);
            break;
    }
}

export function canonicaliseTemplate(template: JsonObject): void {
    template.metadata = canonicalMetadata(isObject(template.metadata) ? template.metadata : {});
}

/** Contents are compared, and never kept: a state can be printed and saved. */
function hashSecret(secret: JsonObject): void {
    for (const [key, value] of Object.entries(isObject(secret.data) ? secret.data : {})) {
        (secret.data as JsonObject)[key] = sha256(Buffer.from(String(value), "base64"));
    }
    const annotations = (secret.metadata as JsonObject).annotations;
    if (isObject(annotations) && typeof annotations[LAST_APPLIED] === "string") {
        annotations[LAST_APPLIED] = sha256(Buffer.from(annotations[LAST_APPLIED]));
    }
}

export function sha256(content: Uint8Array): string {
    return `sha256:${createHash("sha256").update(content).digest("hex")}`;
}

/** In a status: no times, no generations, no generated names. */
function withoutTimes(value: Json): Json {
    if (Array.isArray(value)) return value.map(withoutTimes);
    if (typeof value === "string") return value.replace(REPLICA_SET_NAME, '$1-*"');
    if (!isObject(value)) return value;
    const kept: JsonObject = {};
    for (const [key, child] of Object.entries(value)) {
        const time = typeof child === "string" && TIMESTAMP.test(child);
        if (!time && key !== "observedGeneration" && child !== undefined) kept[key] = withoutTimes(child);
    }
    return kept;
}

function without(value: Json, keys: readonly string[]): Json {
    if (!isObject(value)) return value;
    return Object.fromEntries(Object.entries(value).filter(([key]) => !keys.includes(key)));
}
