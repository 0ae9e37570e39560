// Requests to the API server that take care of a crowded or failing one: no error is ever an empty answer (lists that fail, pages that expire, kinds that nobody answers for, an add-on of which nothing was found), and CRDs are written a few at a time.
import assert from "node:assert/strict";
import type { ApiRequest, KubernetesApi } from "../../provider/adapters/kubernetes/api";
import { ApiError } from "../../provider/adapters/kubernetes/api";
import { ApiDiscovery } from "../../provider/adapters/kubernetes/apiDiscovery";
import { KubernetesObjects } from "../../provider/adapters/kubernetes/objects";
import { RealPermissions } from "../../provider/adapters/permissions";
import { dependencyProfiles } from "../../provider/profiles/dependencies";
import { connectWith } from "./memory/connectWith";
import { startOf } from "./memory/expectations";
import { MemoryStack } from "./memoryStack";

interface Answer {
    readonly status: number;
    readonly body: unknown;
}

const kind = (resource: string, name: string) => ({
    resource,
    responseKind: { kind: name },
    scope: "Namespaced",
    verbs: ["list", "delete"],
});
const DISCOVERY: Record<string, unknown> = {
    "/api": { items: [] },
    "/apis": {
        items: [
            {
                metadata: { name: "apps" },
                versions: [{ version: "v1", resources: [kind("deployments", "Deployment")] }],
            },
            {
                metadata: { name: "apiextensions.k8s.io" },
                versions: [
                    {
                        version: "v1",
                        resources: [
                            {
                                ...kind("customresourcedefinitions", "CustomResourceDefinition"),
                                scope: "Cluster",
                                verbs: [],
                            },
                        ],
                    },
                ],
            },
            {
                metadata: { name: "x.example.com" },
                versions: [{ version: "v1", resources: [kind("widgets", "Widget")] }],
            },
        ],
    },
};

function objectsWith(answer: (request: ApiRequest) => Answer): KubernetesObjects {
    return objectsOn(async (request) => answer(request));
}

function objectsOn(answer: (request: ApiRequest) => Promise<Answer>): KubernetesObjects {
    const callForAnswer = async (request: ApiRequest) => {
        const known = DISCOVERY[request.path];
        const { status, body } = known === undefined ? await answer(request) : { status: 200, body: known };
        return { status, body, date: undefined };
    };
    const call = async (request: ApiRequest) => {
        const response = await callForAnswer(request);
        if (response.status >= 300) throw new ApiError(response.status, response.body, request);
        return response;
    };
    const api = { call, callForAnswer } as unknown as KubernetesApi;
    return new KubernetesObjects(api, new ApiDiscovery(api));
}

const made = (name: string) => ({
    metadata: { name, creationTimestamp: "2026-01-05T09:00:00Z", managedFields: [{ manager: "eks" }] },
});
const away: Answer = { status: 500, body: { message: "rpc error: code = Unavailable desc = EOF" } };

describe("a search for what EKS made", () => {
    it("fails when a built-in kind is not answered", async () => {
        const objects = objectsWith(({ path }) =>
            path.endsWith("/deployments") ? away : { status: 200, body: { items: [] } },
        );
        await assert.rejects(objects.createdBy("eks", ""), /rpc error/);
    });

    it("names the kinds of extensions that are not answered", async () => {
        const objects = objectsWith(({ path }) =>
            path.endsWith("/widgets") ? away : { status: 200, body: { items: [made("one")] } },
        );
        const { objects: found, unanswered } = await objects.createdBy("eks", "");
        assert.deepEqual(
            found.map(({ metadata }) => metadata.name),
            ["one"],
        );
        assert.deepEqual(unanswered, ["Widget of x.example.com/v1"]);
    });

    it("asks for kinds of extensions in the groups that may be meant alone", async () => {
        const asked: string[] = [];
        const objects = objectsWith(({ path }) => {
            asked.push(path);
            return { status: 200, body: { items: [] } };
        });
        await objects.createdBy("eks", "", ["cert-manager.io"]);
        assert.deepEqual(asked, ["/apis/apps/v1/deployments"]);
        await objects.createdBy("eks", "", ["x.example.com"]);
        assert.deepEqual(asked.slice(1).sort(), [
            "/apis/apps/v1/deployments",
            "/apis/x.example.com/v1/widgets",
        ]);
        assert.ok(dependencyProfiles.every(({ extensionGroups }) => extensionGroups !== undefined));
    });
});

describe("writes of CRDs", () => {
    it("go two at a time, with more time than others; one that fails lets the next one go", async () => {
        let [running, most] = [0, 0];
        const limits = new Map<string, number | undefined>();
        const objects = objectsOn(async ({ path, timeoutMs }) => {
            most = Math.max(most, ++running);
            limits.set(path, timeoutMs);
            await new Promise((next) => setTimeout(next, 2));
            running -= 1;
            return path.endsWith("/crd1") ? away : { status: 200, body: { metadata: { name: "x" } } };
        });
        const write = (kind: string, apiVersion: string, name: string) =>
            objects.merge({ apiVersion, kind, name }, {}).then(
                () => "written",
                () => "failed",
            );
        const names = ["crd0", "crd1", "crd2", "crd3", "crd4"];
        const ends = await Promise.all(
            names.map((name) => write("CustomResourceDefinition", "apiextensions.k8s.io/v1", name)),
        );
        assert.deepEqual(ends, ["written", "failed", "written", "written", "written"]);
        assert.equal(most, 2);
        assert.ok([...limits.values()].every((limit) => (limit ?? 0) > 30_000));
        limits.clear();
        await write("Deployment", "apps/v1", "a");
        assert.deepEqual([...limits.values()], [undefined]);
    });
});

describe("a list of many pages", () => {
    it("begins again when its token expired, and holds everything once", async () => {
        let expired = false;
        const objects = objectsWith(({ query }) => {
            if (query?.continue === undefined)
                return { status: 200, body: { items: [made("a")], metadata: { continue: "next" } } };
            if (!expired) {
                expired = true;
                return { status: 410, body: { message: "The provided continue parameter is too old" } };
            }
            return { status: 200, body: { items: [made("b")] } };
        });
        const found = await objects.list("apps/v1", "Deployment");
        assert.deepEqual(
            found.map(({ metadata }) => metadata.name),
            ["a", "b"],
        );
    });

    it("that always expires is told", async () => {
        const objects = objectsWith(({ query }) =>
            query?.continue === undefined
                ? { status: 200, body: { items: [made("a")], metadata: { continue: "next" } } }
                : { status: 410, body: { message: "too old" } },
        );
        await assert.rejects(objects.list("apps/v1", "Deployment"), /too old/);
    });
});

describe("a question about rights", () => {
    const permissions = (answer: Answer) =>
        new RealPermissions(
            { callForAnswer: async () => ({ ...answer, date: undefined }) } as unknown as KubernetesApi,
            {} as ConstructorParameters<typeof RealPermissions>[1],
        ).allows({ verb: "get", group: "", resource: "pods" });

    it("that is not answered is not taken for allowed", async () => {
        await assert.rejects(permissions(away), /rpc error/);
        assert.equal(await permissions({ status: 403, body: {} }), true);
        assert.equal(await permissions({ status: 201, body: { status: { allowed: false } } }), false);
    });
});

describe("an add-on of which nothing was found", () => {
    it("has failed, although EKS says ACTIVE", async () => {
        const { world } = startOf();
        const connect = connectWith((connection) => {
            Object.assign(connection.world.objects, {
                createdBy: async () => ({ objects: [], unanswered: [] }),
            });
            return connection;
        });
        const { kind: end, message } = await new MemoryStack(
            world,
            { clusterName: "demo", skipDependenciesMigration: true },
            true,
            connect,
        ).up();
        assert.equal(end, "failed");
        assert.match(message, /none of the workloads .* was found.*\[HP220\]/s);
    });
});
