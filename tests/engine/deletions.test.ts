// Delete order, on random dependency graphs: everything that needs a resource goes in an earlier layer.
import assert from "node:assert/strict";
import fc from "fast-check";
import { deleteLayers } from "../../sandbox/engine/deletions";
import { type ResourceState, requirements } from "../../sandbox/engine/state";

const resource = (name: string, dependencies: string[] = [], parent?: string): ResourceState => ({
    urn: name,
    custom: true,
    type: "a:b:C",
    dependencies,
    ...(parent ? { parent } : {}),
});

describe("delete order", () => {
    it("respects every dependency and forgets nothing", () => {
        const graphs = fc
            .array(fc.array(fc.nat(), { maxLength: 4 }), { maxLength: 12 })
            .map((lists) =>
                lists.map((list, index) =>
                    resource(`r${index}`, index === 0 ? [] : list.map((number) => `r${number % index}`)),
                ),
            );
        fc.assert(
            fc.property(graphs, (resources) => {
                const layers = deleteLayers(resources);
                const layerOf = new Map(
                    layers.flatMap((layer, index) => layer.map(({ urn }) => [urn, index] as const)),
                );
                assert.equal(layerOf.size, resources.length);
                for (const one of resources) {
                    for (const needed of requirements(one)) {
                        assert.ok(
                            (layerOf.get(one.urn) ?? 0) < (layerOf.get(needed) ?? 0),
                            `${one.urn} goes before ${needed}`,
                        );
                    }
                }
            }),
        );
    });

    it("deletes what depends on a component before the component's children", () => {
        const layers = deleteLayers([
            resource("component"),
            resource("child", [], "component"),
            resource("user", ["component"]),
        ]);
        assert.deepEqual(
            layers.map((layer) => layer.map(({ urn }) => urn)),
            [["user"], ["child"], ["component"]],
        );
    });
});
