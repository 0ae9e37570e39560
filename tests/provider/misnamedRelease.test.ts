// A release that was named and does not hold the operator is no release to move: refused before anything is written, with the name of the one that does.
import assert from "node:assert/strict";
import { RELEASE } from "./memory/content";
import { assertDone, startOf } from "./memory/expectations";
import { type RecordPayload, recordSecret } from "./memory/releases";
import { MemoryStack } from "./memoryStack";
import type { MemoryWorld } from "./memoryWorld";

const { world, snapshot } = startOf();
const BY = { manager: "helm", operation: "Update" } as const;
const HOLDER = `${RELEASE.namespace}/${RELEASE.name}`;

function install(inWorld: MemoryWorld, payload: Partial<RecordPayload>, name = "shop-cache"): void {
    const whole: RecordPayload = {
        chart: "shop-cache",
        chartVersion: "0.3.0",
        appVersion: "7.2",
        charts: ["shop-cache"],
        values: {},
        chartDefaults: {},
        objects: [],
        ...payload,
    };
    inWorld.store.create(recordSecret(name, "shop", 1, "deployed", whole), BY);
}

async function refused(inputs: object): Promise<string> {
    const { kind, message, mover } = await new MemoryStack(world, { clusterName: "demo", ...inputs }).up();
    assert.equal(kind, "failed", "the move was not refused");
    assert.deepEqual(mover.writes, [], "something was written");
    return message;
}

describe("a release that was named", () => {
    beforeEach(() => world.restore(snapshot));

    it("and holds another chart: refused with the name of the one that holds the operator", async () => {
        install(world, {});
        for (const inputs of [
            { releaseName: "shop-cache" },
            { releaseName: "shop-cache", releaseNamespace: "shop" },
        ])
            assert.match(
                await refused(inputs),
                new RegExp(
                    `releaseName: .*shop/shop-cache holds chart shop-cache and nothing of .*${HOLDER} holds it \\[HP110\\].*set \`releaseName\` to ${RELEASE.name}`,
                    "s",
                ),
            );
    });

    it("and is not there, or not there: refused in the same way", async () => {
        for (const inputs of [{ releaseName: "nobody" }, { releaseNamespace: "shop" }])
            assert.match(
                await refused(inputs),
                new RegExp(`by that name and namespace; ${HOLDER} holds it \\[HP110\\]`),
            );
    });

    it("and is the only one: nobody else is named", async () => {
        install(world, {});
        for (const { metadata } of world.store.all("Secret", RELEASE.namespace))
            if (metadata.labels?.owner === "helm")
                world.store.remove({
                    apiVersion: "v1",
                    kind: "Secret",
                    namespace: RELEASE.namespace,
                    name: metadata.name,
                });
        assert.match(await refused({ releaseName: "shop-cache" }), /nothing of \S+ \[HP110\].*helm list -A/s);
    });

    it("and holds a copy of the chart under another name: moved, known by its kinds", async () => {
        const records = world.store
            .all("Secret", RELEASE.namespace)
            .filter(({ metadata }) => metadata.labels?.owner === "helm");
        for (const { metadata, data } of records) {
            const { release } = data as { release: string };
            const payload = JSON.parse(Buffer.from(release, "base64").toString()) as RecordPayload;
            const renamed = { ...payload, chart: "acme-operator", charts: ["acme-operator"] };
            world.store.merge(
                { apiVersion: "v1", kind: "Secret", namespace: RELEASE.namespace, name: metadata.name },
                { data: { release: Buffer.from(JSON.stringify(renamed)).toString("base64") } },
                BY,
            );
        }
        assertDone(await new MemoryStack(world, { clusterName: "demo", releaseName: RELEASE.name }).up());
    });
});
