// In: a sandbox's own folder and its keys. Out: the baselines that it finds: its own, and those all sandboxes share. Saves nothing.
import { resolve } from "node:path";
import { Baselines } from "./kubernetes/baselines";
import type { ClusterPki } from "./kubernetes/clusterPki";

/** Shared ones are of these sources and these keys. */
export function baselinesOf(own: string, pki: ClusterPki): Baselines {
    return new Baselines(own, resolve(__dirname, "../.cache/baselines"), [__dirname, pki.directory]);
}
