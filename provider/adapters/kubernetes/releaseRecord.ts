// A Helm release record as its Secret's data field holds it comes in, base64 of base64(gzip(JSON)); the record and the objects of its manifests go out. Pure; what is wrong with a record is said without quoting it.

import { gunzipSync } from "node:zlib";
import { loadAll } from "js-yaml";
import { isTree, own } from "../../../common/tree";
import { UNPACKED_LIMIT_BYTES } from "../../../common/unpackedLimit";
import type { KubernetesObject } from "../../ports/world";
import { HELM_SCHEMA } from "./helmYaml";

/** A chart right below the release's own. */
export interface ChartInside {
    readonly name: string;
    readonly alias?: string;
}

/** What of a record is read here. */
export interface StoredRelease {
    name: string;
    namespace: string;
    version: number;
    info?: { status?: string };
    chart?: {
        metadata?: {
            name?: string;
            version?: string;
            appVersion?: string;
            dependencies?: ChartInside[] | null;
        };
        values?: Record<string, unknown> | null;
    };
    config?: Record<string, unknown> | null;
    manifest?: string;
}

/** The Secret's data field carries base64 of what Helm itself encoded as base64(gzip(JSON)); very old records are not compressed. */
export function decodeRelease(field: string): StoredRelease {
    const stored = Buffer.from(Buffer.from(field, "base64").toString("latin1"), "base64");
    const json =
        stored[0] === 0x1f && stored[1] === 0x8b
            ? gunzipSync(stored, { maxOutputLength: UNPACKED_LIMIT_BYTES })
            : stored;
    const release: unknown = JSON.parse(json.toString("utf8"));
    if (!isRelease(release)) throw new Error("not a release");
    return release;
}

/** Whether everything that is read of it has the form that Helm gives it. */
function isRelease(record: unknown): record is StoredRelease {
    if (!isTree(record)) return false;
    const { name, namespace, version, info = {}, chart = {}, config, manifest } = record;
    const metadata = own(chart, "metadata") ?? {};
    const texts = [
        namespace,
        manifest,
        own(info, "status"),
        ...["name", "version", "appVersion"].map((key) => own(metadata, key)),
    ];
    const trees = [config, own(chart, "values")];
    const dependencies = own(metadata, "dependencies") ?? undefined;
    return (
        typeof name === "string" &&
        typeof version === "number" &&
        [info, chart, metadata].every(isTree) &&
        texts.every((text) => text === undefined || typeof text === "string") &&
        trees.every((tree) => (tree ?? undefined) === undefined || isTree(tree)) &&
        (dependencies === undefined || (Array.isArray(dependencies) && dependencies.every(isTree)))
    );
}

/** As Helm reads them: of a key that is written twice the last one counts. What is wrong with a manifest is never quoted: it may be a Secret's. */
export function documentsIn(manifest: string): (KubernetesObject | null | undefined)[] {
    try {
        return loadAll(manifest, { json: true, schema: HELM_SCHEMA }) as (
            | KubernetesObject
            | null
            | undefined
        )[];
    } catch (error) {
        const { mark } = error as { mark?: { line?: number } };
        throw new Error(
            `a manifest of the release is no YAML${mark?.line === undefined ? "" : ` (line ${mark.line + 1} of it)`}`,
        );
    }
}
