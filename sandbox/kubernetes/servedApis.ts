// In: what was changed in the registry, and the aggregated APIs that answered then. Out: an API server that serves all of it. Writes nothing.
import { setTimeout as sleep } from "node:timers/promises";
import { type ApiClient, isStatus } from "./apiClient";
import { plain, type RegistryChange } from "./etcdContents";

const CRDS = "/registry/apiextensions.k8s.io/customresourcedefinitions/";
const API_SERVICES = "/apis/apiregistration.k8s.io/v1/apiservices";
const TIMEOUT_MS = 30_000;
const PAUSE_MS = 50;

interface Definition {
    spec: { group: string; names: { plural: string }; versions: { name: string; served: boolean }[] };
}

interface ApiService {
    metadata: { name: string };
    spec: { service?: unknown };
    status?: { conditions?: { type: string; status: string }[] };
}

/** Aggregated APIs that answer, by name. */
export async function answeringApis(client: ApiClient): Promise<string[]> {
    const { items } = await client.call<{ items: ApiService[] }>({ path: API_SERVICES });
    return items
        .filter(({ spec }) => spec.service !== undefined)
        .filter(({ status }) =>
            status?.conditions?.some(({ type, status: is }) => type === "Available" && is === "True"),
        )
        .map(({ metadata }) => metadata.name);
}

/** Until custom resources are served as their definitions say: the API server follows those a moment later. */
export async function waitForDefinitions(client: ApiClient, changes: RegistryChange[]): Promise<void> {
    for (const { key, before, after } of changes) {
        if (!plain(key).startsWith(CRDS)) continue;
        for (const [path, isWanted] of pathsOf(before, after))
            await until(`${path} ${isWanted ? "served" : "gone"}`, async () => {
                return (await isServed(client, path)) === isWanted;
            });
    }
}

export async function waitForApis(client: ApiClient, names: string[]): Promise<void> {
    await until(`${names.join(", ")} answering`, async () => {
        const answering = await answeringApis(client);
        return names.every((name) => answering.includes(name));
    });
}

function pathsOf(before: string | undefined, after: string | undefined): Map<string, boolean> {
    const paths = new Map<string, boolean>();
    for (const [text, isAfter] of [
        [before, false],
        [after, true],
    ] as const) {
        if (text === undefined) continue;
        const { spec } = JSON.parse(plain(text)) as Definition;
        for (const { name, served } of spec.versions)
            paths.set(`/apis/${spec.group}/${name}/${spec.names.plural}`, isAfter && served);
    }
    return paths;
}

/** Asked without a list: what is stored may need a conversion by pods that are not there yet. */
async function isServed(client: ApiClient, path: string): Promise<boolean> {
    const slash = path.lastIndexOf("/");
    const plural = path.slice(slash + 1);
    try {
        const { resources } = await client.call<{ resources: { name: string }[] }>({
            path: path.slice(0, slash),
        });
        return resources.some(({ name }) => name === plural);
    } catch (error) {
        if (isStatus(error, 404)) return false;
        throw error;
    }
}

async function until(what: string, done: () => Promise<boolean>): Promise<void> {
    const deadline = Date.now() + TIMEOUT_MS;
    while (!(await done())) {
        if (Date.now() > deadline) throw new Error(`waited ${TIMEOUT_MS / 1000} s for ${what}`);
        await sleep(PAUSE_MS);
    }
}
