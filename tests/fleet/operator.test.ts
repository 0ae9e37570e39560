// The operator's objects say the same as fleet.json: the same clusters, in the same waves, each after the whole wave before it.
import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import path from "node:path";
import { readFleet } from "../../examples/fleet/fleetFile";
import { EXAMPLE, operatorObjects, type StackObject, stackObjects } from "./operatorObjects";

describe("the fleet for the Pulumi Kubernetes Operator", () => {
    const fleet = readFleet(path.join(EXAMPLE, "fleet.json"));
    const byName = new Map(stackObjects().map((one): [string, StackObject] => [one.metadata.name, one]));

    it("has the clusters of fleet.json with the same arguments", () => {
        const moves = Object.fromEntries(
            [...byName].map(([name, { spec }]) => [name, JSON.parse(spec.config["fleet:move"] ?? "{}")]),
        );
        const wanted = fleet.waves.flatMap(({ until, clusters }) =>
            clusters.map(({ stack, args }) => [
                stack,
                { ...args, ...(until === undefined ? {} : { until }) },
            ]),
        );
        assert.deepEqual(moves, Object.fromEntries(wanted));
    });

    it("waits for the whole wave before", () => {
        for (const [index, wave] of fleet.waves.entries())
            for (const { stack } of wave.clusters) {
                const { metadata, spec } = byName.get(stack) ?? assert.fail(stack);
                const before = fleet.waves[index - 1]?.clusters.map((one) => one.stack) ?? [];
                assert.equal(metadata.labels.wave, wave.name);
                assert.deepEqual((spec.prerequisites ?? []).map(({ name }) => name).sort(), before.sort());
            }
    });

    it("only looks at first, never takes a move back by a deleted object, and finds its program", () => {
        for (const { spec } of byName.values()) {
            assert.equal(spec.preview, true);
            assert.equal(spec.destroyOnFinalize, false);
            assert.ok(existsSync(path.join(EXAMPLE, "../..", spec.repoDir, "Pulumi.yaml")));
            assert.ok(
                operatorObjects().some(
                    ({ kind, metadata }) =>
                        kind === "ServiceAccount" && metadata.name === spec.serviceAccountName,
                ),
            );
        }
    });
});
