/** A list of things that have names comes in; the same things by name go out, because their order means nothing. */
import type { Json, JsonObject } from "./capturedState";

type Naming = (item: JsonObject) => Json | undefined;

const byName: Naming = (item) => item.name;
const byPort: Naming = (item) => {
    const port = item.name ?? item.containerPort ?? item.port;
    return port === undefined ? undefined : `${port}/${item.protocol ?? "TCP"}`;
};

const NAMINGS: Record<string, Naming> = {
    containers: byName,
    initContainers: byName,
    containerStatuses: byName,
    initContainerStatuses: byName,
    volumes: byName,
    volumeMounts: (item) => item.mountPath,
    env: byName,
    imagePullSecrets: byName,
    secrets: byName,
    ports: byPort,
    webhooks: byName,
    matchConditions: byName,
    versions: byName,
    conditions: (item) => item.type,
    ownerReferences: (item) => `${item.kind}/${item.name}`,
    subjects: (item) => `${item.kind}/${item.namespace ?? ""}/${item.name}`,
    Tags: (item) => item.Key,
    Statement: (item) => item.Sid,
};

/** Lists whose items have no name, but no order either. */
const UNORDERED = new Set([
    "finalizers",
    "Statement",
    "SubnetIds",
    "RouteTableIds",
    "ClientIDList",
    "ThumbprintList",
]);

/** Gives `undefined` when the order counts, or when the names are missing or not unique. */
function nameItems(field: string, items: Json[]): JsonObject | undefined {
    const naming = NAMINGS[field];
    if (naming === undefined || items.length === 0) return undefined;
    const named: JsonObject = {};
    for (const item of items) {
        const name = isObject(item) ? naming(item) : undefined;
        if (typeof name !== "string" && typeof name !== "number") return undefined;
        if (named[`[${name}]`] !== undefined) return undefined;
        named[`[${name}]`] = item;
    }
    return Object.fromEntries(Object.entries(named).sort(([a], [b]) => (a < b ? -1 : 1)));
}

function isUnordered(field: string): boolean {
    return UNORDERED.has(field);
}

export function isObject(value: unknown): value is JsonObject {
    return typeof value === "object" && value !== null && !Array.isArray(value);
}

export function sortByContent(items: Json[]): Json[] {
    return items
        .map((item) => ({ item, text: JSON.stringify(item) }))
        .sort((a, b) => (a.text < b.text ? -1 : a.text > b.text ? 1 : 0))
        .map(({ item }) => item);
}

/** The same value with sorted keys and without `undefined`, with named lists by name; this is what gets compared. */
export function normalise(value: Json | undefined, field = ""): Json {
    if (Array.isArray(value)) {
        const items = value.map((item) => normalise(item));
        return nameItems(field, items) ?? (isUnordered(field) ? sortByContent(items) : items);
    }
    if (!isObject(value)) return value ?? null;
    const sorted: JsonObject = {};
    for (const key of Object.keys(value).sort()) {
        if (value[key] !== undefined) sorted[key] = normalise(value[key], key);
    }
    return sorted;
}
