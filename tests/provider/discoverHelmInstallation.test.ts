// The discovery as a function: what it tells of an installation, of none, of one that moved; that it only reads.
import assert from "node:assert/strict";
import type { DiscoverHelmInstallationArgs } from "../../provider/installation/args";
import { discoverWith, SILENT } from "../../provider/installation/discoverWith";
import type { HelmInstallation } from "../../provider/installation/helmInstallation";
import { EXECUTION_ROLE, RELEASE, VALUES } from "./memory/content";
import { assertDone, assertSame, startOf, stateOf } from "./memory/expectations";
import { Mover } from "./memory/mover";
import { MemoryStack } from "./memoryStack";
import { connectMemory, type MemoryWorld } from "./memoryWorld";

describe("discoverHelmInstallation", () => {
    it("tells release, controllers, roles, models, dependencies, add-on and plan, and writes nothing", async () => {
        const { world, state } = startOf();
        const { found, mover } = await discovered(world);
        assert.deepEqual(mover.writes, []);
        assertSame(stateOf(world), state, "after a discovery");
        const [release] = found.releases;
        assert.ok(release);
        assert.equal(`${release.namespace}/${release.name}`, `${RELEASE.namespace}/${RELEASE.name}`);
        assert.equal(release.operatorVersion, "3.2");
        assert.equal(release.values.executionRoleArn, VALUES.executionRoleArn);
        assert.deepEqual(
            found.controllers.map(({ component, replicas }) => `${component} ${replicas}`).sort(),
            ["KEDA 1", "KEDA admission 1", "KEDA metrics 1", "load balancer controller 3", "operator 1"],
        );
        assert.equal(
            found.roles.find(({ property }) => property === "executionRoleArn")?.arn,
            EXECUTION_ROLE,
        );
        assert.equal(found.models.length, 3);
        assert.ok(found.models.every(({ uid, namespace }) => uid !== "" && namespace !== ""));
        assert.deepEqual(found.dependencies.map(({ key }) => key).sort(), [
            "certManager",
            "fsxCsi",
            "metricsServer",
            "s3Csi",
        ]);
        assert.equal(found.addon.chosenVersion, "v1.3.0-eksbuild.2");
        assert.ok((found.addon.why ?? "").length > 0);
        assert.deepEqual(found.blockers, []);
        assert.equal(found.canMove, true);
        assert.equal(found.begunMove, undefined);
        assert.deepEqual(JSON.parse(JSON.stringify(found)), found, "plain JSON");
    });

    it("plans exactly what the resource would do with the same arguments", async () => {
        const { world } = startOf();
        const { found } = await discovered(world, { skipDependenciesMigration: true });
        const stack = new MemoryStack(world, { clusterName: "demo", skipDependenciesMigration: true });
        assertDone(await stack.up());
        const [summary, ...steps] = (stack.resource?.inputs.plan ?? []) as string[];
        assert.match(summary ?? "", /summary/);
        assert.deepEqual(found.plan, steps);
    });

    it("lists every blocker with code and remedy, and what it could find out all the same", async () => {
        const { world } = startOf({ values: { operator: { extraArgs: ["--verbose"] } }, status: "failed" });
        const { found } = await discovered(world);
        const codes = found.blockers.map(({ code }) => code);
        assert.ok(codes.includes("HP111") && codes.includes("HP120"), codes.join(", "));
        assert.ok(found.blockers.every(({ what, remedy }) => what !== "" && remedy !== ""));
        assert.equal(found.canMove, false);
        assert.deepEqual(found.unsupportedSettings, ["operator.extraArgs"]);
        assert.equal(found.releases[0]?.status, "failed");
        assert.ok(found.plan.length > 0);
    });

    it("tells controllers and roles also when no add-on version fits", async () => {
        const { world } = startOf({ operator: "9.9" });
        const { found } = await discovered(world);
        assert.equal(found.addon.chosenVersion, undefined);
        assert.ok(found.blockers.some(({ code }) => code === "HP122"));
        assert.equal(found.controllers.length, 5);
        assert.equal(
            found.roles.find(({ property }) => property === "executionRoleArn")?.arn,
            EXECUTION_ROLE,
        );
        assert.deepEqual(found.plan, []);
    });

    it("names the move that was begun instead of blockers", async () => {
        const { world } = startOf();
        assertDone(await new MemoryStack(world).up());
        const { found } = await discovered(world);
        assert.deepEqual(found.begunMove, { release: RELEASE.name, namespace: RELEASE.namespace });
        assert.deepEqual(found.releases, []);
        assert.deepEqual(found.blockers, []);
        assert.equal(found.canMove, false);
        assert.equal(found.addon.installedStatus, "ACTIVE");
    });

    it("refuses wrong arguments, all at once", async () => {
        const { world } = startOf();
        await assert.rejects(
            discovered(world, { clusterName: "", executionRoleArn: "nope" }),
            /HP101|clusterName .*executionRoleArn/s,
        );
        await assert.rejects(
            discovered(world, { clusterName: "", executionRoleArn: "nope" }),
            /executionRoleArn/,
        );
    });
});

async function discovered(
    world: MemoryWorld,
    args: Partial<DiscoverHelmInstallationArgs> = {},
): Promise<{ found: HelmInstallation; mover: Mover }> {
    const mover = new Mover("discovery");
    const means = {
        connect: connectMemory(world, mover),
        clock: world.clock.forMover(() => false),
        log: SILENT,
    };
    return { found: await discoverWith(means, { clusterName: "demo", ...args }), mover };
}
