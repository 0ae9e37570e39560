// In: the path of a kind's objects. Out: all of them, page by page, as of one moment. Never half a list.

import type { KubernetesObject, ListOptions } from "../../ports/world";
import { ApiError, type KubernetesApi } from "./api";

const METADATA_ONLY = "application/json;as=PartialObjectMetadataList;g=meta.k8s.io;v=v1";
const PAGE = "500";
/** A list of many pages begins again when its token expired; one that always does is told. */
const MAX_RESTARTS = 3;

export async function readPages(
    api: KubernetesApi,
    path: string,
    type: { readonly apiVersion: string; readonly kind: string },
    { labelSelector, fieldSelector, mayBeOld, metadataOnly }: ListOptions,
): Promise<KubernetesObject[]> {
    const found: KubernetesObject[] = [];
    let next: string | undefined;
    let restarts = 0;
    for (;;) {
        const pages = mayBeOld ? { resourceVersion: "0" } : { limit: PAGE, continue: next };
        const query = { ...pages, labelSelector, fieldSelector };
        const accept = metadataOnly ? { accept: METADATA_ONLY } : {};
        const { status, body } = await api.callForAnswer({ method: "GET", path, query, ...accept });
        if (status === 410 && next !== undefined && restarts++ < MAX_RESTARTS) {
            // The snapshot that the pages were cut from is gone: what was read of it is half a list.
            found.length = 0;
            next = undefined;
            continue;
        }
        if (status >= 300) throw new ApiError(status, body, { method: "GET", path });
        const page = body as { items: KubernetesObject[]; metadata?: { continue?: string } };
        // Items of a list carry neither apiVersion nor kind.
        for (const item of page.items ?? []) found.push({ ...item, ...type });
        next = page.metadata?.continue || undefined;
        if (next === undefined) return found;
    }
}
