// Workloads of the release in; what people set on them past Helm, and the add-on's own form takes away, out: one line each. Pure.

import { sameJson } from "../../common/canonicalJson";
import { isTree, own } from "../../common/tree";
import type { Discovery } from "../discovery/discover";
import { isUsualManager } from "../kubernetes/fieldManagers";
import { keyOf, refTo } from "../kubernetes/objectRef";
import type { KubernetesObject, Release } from "../ports/world";
import type { PlannedObject } from "./plan";

const WORKLOADS = ["Deployment", "DaemonSet", "StatefulSet"];

/** A field that somebody owns: its name for people, and its value here and there. */
interface Field {
    readonly name: string;
    readonly live: unknown;
    readonly rendered: unknown;
}

/** `moving` says whether the add-on of this part brings its own form of the object. */
export function setByHand(
    release: Release,
    objects: readonly PlannedObject[],
    { live }: Pick<Discovery, "live">,
    moving: (part: string) => boolean,
): string[] {
    const parts = new Map(objects.map(({ part, helmFields: _, ...ref }) => [keyOf(ref), part]));
    return release.objects
        .filter((object) => WORKLOADS.includes(object.kind) && moving(parts.get(keyOf(refTo(object))) ?? ""))
        .flatMap((rendered) => linesOf(rendered, live.get(keyOf(refTo(rendered)))))
        .sort();
}

function linesOf(rendered: KubernetesObject, live: KubernetesObject | undefined): string[] {
    const fields = new Map<string, string[]>();
    for (const { manager = "", fieldsV1 } of live?.metadata.managedFields ?? []) {
        if (isUsualManager(manager)) continue;
        const owned = fieldsOf(own(fieldsV1, "f:spec"), own(live, "spec"), own(rendered, "spec"), "");
        const set = owned.filter((field) => !sameJson(field.live, field.rendered)).map(told);
        if (set.length > 0) fields.set(manager, [...(fields.get(manager) ?? []), ...set]);
    }
    const { namespace, name } = rendered.metadata;
    return [...fields].map(
        ([manager, set]) =>
            `${manager} set ${set.join(", ")} on ${rendered.kind} ${namespace}/${name} past Helm: lost, as the add-on brings its own form; the undo brings it back`,
    );
}

/** Only sizes are quoted: what else stands in a workload may be a secret. */
function told({ name, live, rendered }: Field): string {
    const isSize = /^replicas$|\.resources\./.test(name) && !isTree(live);
    const chart = rendered === undefined ? "none" : String(rendered);
    return isSize ? `${name} ${String(live)} (chart: ${chart})` : name;
}

/** Of the tree in `managedFields`: `f:` is a field, `k:` an entry of a list by its keys, `.` the thing itself. */
function fieldsOf(owned: unknown, live: unknown, rendered: unknown, name: string): Field[] {
    if (!isTree(owned)) return [];
    const below = Object.entries(owned).flatMap(([key, deeper]) => {
        if (key.startsWith("f:")) {
            const field = key.slice(2);
            // `kubectl rollout restart` writes it, and nothing is lost with it.
            if (field === "kubectl.kubernetes.io/restartedAt") return [];
            const path = name === "" ? field : `${name}.${field.replaceAll(".", "\\.")}`;
            return fieldsOf(deeper, own(live, field), own(rendered, field), shortened(path));
        }
        if (!key.startsWith("k:")) return [];
        const keys: unknown = JSON.parse(key.slice(2));
        const [a, b] = [entryOf(live, keys), entryOf(rendered, keys)];
        return fieldsOf(deeper, a, b, `${name}[${Object.values(keys as object).join(" ")}]`);
    });
    const isField = Object.keys(owned).every((key) => key === ".");
    return isField ? [{ name, live, rendered }] : below;
}

function shortened(path: string): string {
    return path.replace(/^template\.spec\./, "");
}

function entryOf(list: unknown, keys: unknown): unknown {
    if (!Array.isArray(list) || !isTree(keys)) return undefined;
    return list.find((entry) => Object.entries(keys).every(([key, value]) => own(entry, key) === value));
}
