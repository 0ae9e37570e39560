// One process of the plugin moves cluster after cluster of a large stack: what it held for those that are done is let go.
import assert from "node:assert/strict";
import { heldByStack } from "./heldByStack";

const COUNT = Number(process.env.CLUSTERS ?? 14);

describe("many clusters in one stack", function () {
    this.timeout(600_000);

    it(`hold no more memory after ${COUNT} than after a few: planned, moved, refreshed`, async () => {
        const { objectsPerCluster, mebibytesPerCluster } = await heldByStack(COUNT);
        console.log(
            `      ${objectsPerCluster.toFixed(1)} objects a cluster, ${(mebibytesPerCluster * 1024).toFixed(0)} KiB, most of it compiled code and what is learnt of it`,
        );
        assert.ok(objectsPerCluster < 25, `${objectsPerCluster} objects a cluster`);
        assert.ok(mebibytesPerCluster < 0.25, `${mebibytesPerCluster} MiB a cluster`);
    });
});
