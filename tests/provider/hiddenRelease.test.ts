// An installation whose release records are not Secrets: found by Helm's marks, and refused in words that say what to do.
import assert from "node:assert/strict";
import { findReleases } from "../../provider/discovery/releases";
import type { KubernetesObject, Release, ReleaseFilter, World } from "../../provider/ports/world";
import { hyperPodInference } from "../../provider/profiles/hyperPodInference";
import { RELEASE } from "./memory/content";
import { startOf } from "./memory/expectations";
import { MemoryStack } from "./memoryStack";
import type { MemoryWorld } from "./memoryWorld";

const BY_HELM = { manager: "helm", operation: "Update" as const };

/** Takes the records away, and answers what they were. */
function withoutRecords(world: MemoryWorld): KubernetesObject[] {
    const records = world.store.all("Secret").filter(({ metadata }) => metadata.labels?.owner === "helm");
    assert.ok(records.length > 0);
    for (const { apiVersion, kind, metadata } of records)
        world.store.remove({
            apiVersion,
            kind,
            namespace: metadata.namespace as string,
            name: metadata.name,
        });
    return records;
}

async function refusal(world: MemoryWorld): Promise<string> {
    const { kind, message, mover } = await new MemoryStack(world).up();
    assert.equal(kind, "failed");
    assert.deepEqual(mover.writes, []);
    return message;
}

describe("a release that has the chart two umbrellas deep", () => {
    it("is the one that a user names, though its record does not list the chart", async () => {
        const deep = {
            charts: ["acme", "hyperpod-helm-chart"],
            objects: [],
            sources: ["acme/charts/hyperpod-helm-chart/charts/hyperpod-inference-operator/templates/a.yaml"],
        } as unknown as Release;
        const releases = { find: async () => [deep] };
        const found = await findReleases(
            { releases } as unknown as World,
            hyperPodInference,
            { name: "acme" },
            Promise.resolve([]),
        );
        assert.deepEqual(found, { releases: [deep], unrelated: [], others: [] });
    });
});

describe("a release among many others", () => {
    it("is looked for first where marks on controllers point, whatever these are called; a named one is asked for by its name", async () => {
        const { world } = startOf();
        const annotations = { "meta.helm.sh/release-name": "shop", "meta.helm.sh/release-namespace": "shop" };
        const shop = { apiVersion: "apps/v1", kind: "Deployment", metadata: { name: "shop", annotations } };
        const workloads = [...world.store.all("Deployment"), shop];
        const asked: ReleaseFilter[] = [];
        const releases = {
            find: async (_: string, filter: ReleaseFilter) => {
                asked.push(filter);
                return [];
            },
        };
        const find = (filter: { name?: string }) =>
            findReleases(
                { releases } as unknown as World,
                hyperPodInference,
                filter,
                Promise.resolve(workloads),
            );
        await find({});
        const likely = (await asked[0]?.likely) ?? [];
        assert.deepEqual(
            [...new Set(likely.map(({ namespace, name }) => `${namespace}/${name}`))],
            [`${RELEASE.namespace}/${RELEASE.name}`],
        );
        await find({ name: "acme" });
        assert.equal(asked[1]?.likely, undefined);
        assert.ok((await asked[2]?.likely)?.length, "the others are looked for in the same way");
    });
});

describe("a release whose records are not Secrets", () => {
    it("is named when they are ConfigMaps, with the way to get them where a move needs them", async () => {
        const { world } = startOf();
        for (const { metadata, data } of withoutRecords(world))
            world.store.create(
                {
                    apiVersion: "v1",
                    kind: "ConfigMap",
                    metadata: {
                        name: metadata.name,
                        namespace: metadata.namespace as string,
                        labels: metadata.labels ?? {},
                    },
                    data,
                },
                BY_HELM,
            );
        const message = await refusal(world);
        assert.match(
            message,
            /of Helm release kube-system\/hyperpod-inference-operator, whose records are ConfigMaps \(HELM_DRIVER=configmap\)/,
        );
        assert.match(message, /\[HP110\]/);
        assert.match(
            message,
            /helm get values hyperpod-inference-operator .*helm upgrade --install hyperpod-inference-operator <chart> -n kube-system/s,
        );
    });

    it("is named when no object holds them, as with HELM_DRIVER=sql", async () => {
        const { world } = startOf();
        withoutRecords(world);
        assert.match(await refusal(world), /are no Secrets of namespace kube-system \(HELM_DRIVER=sql/);
    });

    it("is not suspected where nothing carries Helm's marks", async () => {
        const { world } = startOf();
        withoutRecords(world);
        const marked = world.store
            .all("Deployment")
            .filter(({ metadata }) => metadata.labels?.["app.kubernetes.io/managed-by"] === "Helm");
        for (const { apiVersion, kind, metadata } of marked)
            world.store.merge(
                { apiVersion, kind, namespace: metadata.namespace as string, name: metadata.name },
                { metadata: { labels: { "app.kubernetes.io/managed-by": null } } },
                BY_HELM,
            );
        assert.match(await refusal(world), /no Helm release of chart hyperpod-inference-operator was found/);
    });
});
