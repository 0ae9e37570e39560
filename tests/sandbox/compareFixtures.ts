/** A small API server over plain HTTP that lists given objects, with aggregated discovery and pages of two. */
import { mkdtempSync, writeFileSync } from "node:fs";
import * as http from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { JsonObject } from "../../sandbox/compare/capturedState";

export interface FakeApiServer {
    kubeconfig: string;
    requests: string[];
    stop(): Promise<void>;
}

interface Resource {
    resource: string;
    kind: string;
    verbs?: string[];
    objects?: JsonObject[];
    /** Answers before the first real one. */
    failures?: number[];
}

/** Keys are "v1" or "group/version", in the server's order of preference. */
export async function startFakeApiServer(resources: Record<string, Resource[]>): Promise<FakeApiServer> {
    const requests: string[] = [];
    const server = http.createServer((request, response) => {
        const url = new URL(request.url ?? "/", "http://fake");
        requests.push(request.url ?? "");
        const { status, body } = answer(resources, url);
        response.writeHead(status, { "content-type": "application/json" });
        response.end(JSON.stringify(body));
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", () => resolve()));
    const kubeconfig = join(mkdtempSync(join(tmpdir(), "compare-")), "kubeconfig");
    writeFileSync(kubeconfig, JSON.stringify(kubeconfigFor((server.address() as AddressInfo).port)));
    const stop = () =>
        new Promise<void>((resolve) => {
            server.close(() => resolve());
            server.closeAllConnections();
        });
    return { kubeconfig, requests, stop };
}

function kubeconfigFor(port: number): object {
    return {
        apiVersion: "v1",
        kind: "Config",
        "current-context": "fake",
        clusters: [
            {
                name: "fake",
                cluster: { server: `http://127.0.0.1:${port}`, "insecure-skip-tls-verify": true },
            },
        ],
        users: [{ name: "fake", user: { token: "secret-token" } }],
        contexts: [{ name: "fake", context: { cluster: "fake", user: "fake" } }],
    };
}

function answer(resources: Record<string, Resource[]>, url: URL): { status: number; body: unknown } {
    if (url.pathname === "/api")
        return { status: 200, body: discovery(resources, (key) => !key.includes("/")) };
    if (url.pathname === "/apis")
        return { status: 200, body: discovery(resources, (key) => key.includes("/")) };
    for (const [key, kinds] of Object.entries(resources)) {
        const prefix = key.includes("/") ? `/apis/${key}` : `/api/${key}`;
        for (const kind of kinds) {
            if (url.pathname !== `${prefix}/${kind.resource}`) continue;
            const failure = kind.failures?.shift();
            return failure === undefined ? page(kind.objects ?? [], url) : { status: failure, body: {} };
        }
    }
    return {
        status: 404,
        body: { kind: "Status", message: "the server could not find the requested resource" },
    };
}

function page(objects: JsonObject[], url: URL): { status: number; body: unknown } {
    const start = Number(url.searchParams.get("continue") ?? 0);
    const next = start + 2 < objects.length ? { continue: String(start + 2) } : {};
    return { status: 200, body: { metadata: next, items: objects.slice(start, start + 2) } };
}

function discovery(resources: Record<string, Resource[]>, select: (key: string) => boolean): object {
    const groups = new Map<string, object[]>();
    for (const [key, kinds] of Object.entries(resources).filter(([name]) => select(name))) {
        const [group, version] = key.includes("/") ? key.split("/") : ["", key];
        const versions = groups.get(group ?? "") ?? [];
        const listed = kinds.map(({ resource, kind, verbs = ["get", "list"] }) => ({
            resource,
            responseKind: { group, version, kind },
            verbs,
        }));
        versions.push({ version, resources: listed, freshness: "Current" });
        groups.set(group ?? "", versions);
    }
    return { items: [...groups].map(([name, versions]) => ({ metadata: { name }, versions })) };
}
