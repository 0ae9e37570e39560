// A fifth dependency costs one profile: a toy that nothing outside provider/profiles has heard of moves to its add-on and back.
import assert from "node:assert/strict";
import type { KubernetesObject } from "../../provider/ports/world";
import { type DependencyProfile, dependency, dependencyProfiles } from "../../provider/profiles/dependencies";
import type { DependencyKey } from "../../provider/profiles/dependencyInputs";
import { findAbsent } from "../../provider/resources/absentDependencies";
import { catalogue } from "./memory/content";
import { addonWith, workload } from "./memory/dependencyContent";
import { assertDone, assertHarmless, assertSame, startOf, stateOf } from "./memory/expectations";
import { MemoryStack } from "./memoryStack";

const ADDON = "toy-driver";
const SIGN = { apiVersion: "storage.k8s.io/v1", kind: "CSIDriver", name: "toy.example.com" } as const;

const toy = dependency({
    // SDKs of other languages need keys by name; for TypeScript too a real one stands in dependencyInputs.ts.
    key: "toy" as DependencyKey,
    title: "toy driver",
    addonName: ADDON,
    addonNamespace: "kube-system",
    chart: "toy-driver",
    chartAliases: ["toy"],
    minimumVersion: "v1.0.0-eksbuild.1",
    presence: SIGN,
    addonNames: /^toy-/,
    addonWorkloads: [{ kind: "Deployment", name: "toy-controller" }],
    valuesKey: "toy",
    notCarried: /^enabled$/,
    names: /^toy-/,
});

describe("a profile of a dependency that is new", () => {
    const profiles = dependencyProfiles as DependencyProfile[];
    const versions = catalogue.versions as Record<string, string[]>;

    before(() => {
        profiles.push(toy);
        versions[ADDON] = ["v1.2.0-eksbuild.1"];
    });
    after(() => {
        profiles.splice(profiles.indexOf(toy), 1);
        delete versions[ADDON];
    });

    it("is all that its move, its settings and its undo need", async () => {
        const { world, state: start } = startOf({
            values: { toy: { enabled: true } },
            dependencies: [
                { ...SIGN, metadata: { name: SIGN.name } },
                workload("Deployment", "toy-controller", "hyperpod-inference-operator"),
            ],
            addonObjects: addonWith(ADDON, [workload("Deployment", "toy-controller", "add-on")]),
        });
        const images = () =>
            world.store
                .all("Deployment")
                .filter(({ metadata }) => metadata.name === "toy-controller")
                .map(imageOf);
        const stack = new MemoryStack(world);
        assert.deepEqual(images(), ["csi:hyperpod-inference-operator"]);

        const moved = await stack.up();
        assertDone(moved);
        assert.match(JSON.stringify(stack.resource?.outputs.plan), /toy driver/);
        assert.deepEqual(images(), ["csi:add-on"]);
        assert.equal(world.data.addons.get(ADDON)?.version, "v1.2.0-eksbuild.1");
        assertHarmless(world);

        assertDone(await stack.destroy());
        assertSame(stateOf(world), start, "after the undo");
    });

    it("says by which object it shows that it is there", async () => {
        const looked: unknown[] = [];
        const objects = {
            read: async (ref: unknown) => {
                looked.push(ref);
                return undefined;
            },
        };
        const [problem] = await findAbsent(objects, ["toy"]);
        assert.deepEqual(looked, [SIGN]);
        assert.match(problem?.reason ?? "", /the cluster has no CSIDriver toy\.example\.com/);
    });
});

function imageOf({ spec }: KubernetesObject): string {
    const { template } = spec as { template: { spec: { containers: { image: string }[] } } };
    return template.spec.containers.map(({ image }) => image).join();
}
