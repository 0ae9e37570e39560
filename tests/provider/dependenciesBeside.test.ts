// Dependencies that do not need each other move beside each other; one that uses another's certificates waits for it. Cut off at any write they go on, or back.
import assert from "node:assert/strict";
import { MigrationStep } from "../../provider/plan/plan";
import { AddonStatus } from "../../provider/ports/world";
import {
    certManager,
    dependencyProfiles,
    fsxCsi,
    metricsServer,
    s3Csi,
} from "../../provider/profiles/dependencies";
import { connectWith } from "./memory/connectWith";
import { everyDependency, readyPods } from "./memory/dependencyContent";
import { assertDone, assertHarmless, assertSame, stateOf } from "./memory/expectations";
import { journalOf } from "./memory/journalOf";
import { backAt, killedAtEveryWrite } from "./memory/moments";
import type { Mover } from "./memory/mover";
import { MemoryStack } from "./memoryStack";

const ADDONS = dependencyProfiles.map(({ addonName }) => addonName);
/** What the simulated EKS takes for one add-on. */
const CREATING_MS = 11_000;
/** `all` for each write and each moment; otherwise one in so many. */
const EVERY = process.env.DEPENDENCY_KILLS === "all" ? 1 : 29;

/** Milliseconds that the last run of a step took. */
function lengthOf(stack: MemoryStack, direction: "forward" | "undo"): number {
    const { timeline = [] } = journalOf(stack).facts;
    const runs = timeline.filter(
        (one) => one.step === MigrationStep.Dependencies && one.direction === direction,
    );
    const { begin = 0, end = Number.NaN } = runs[runs.length - 1] ?? {};
    return end - begin;
}

describe("dependencies beside each other", () => {
    it("take as long as the longest of them, and one line says how far each is", async () => {
        const { world, state } = everyDependency();
        const searches: string[] = [];
        const counting = connectWith((connection) => {
            const { objects } = connection.world;
            const createdBy = objects.createdBy.bind(objects);
            const counted: typeof objects.createdBy = (manager, since, groups) => {
                searches.push(groups === undefined ? "the operator's" : "theirs");
                return createdBy(manager, since, groups);
            };
            Object.assign(objects, { createdBy: counted });
            return connection;
        });
        const stack = new MemoryStack(world, undefined, true, counting);
        assertDone(await stack.up());
        assert.deepEqual(searches, ["the operator's", "theirs"], "one search for all that end together");
        assert.ok(ADDONS.every((name) => world.data.addons.get(name)?.status === AddonStatus.Active));
        const took = lengthOf(stack, "forward");
        assert.ok(took >= CREATING_MS && took < CREATING_MS + 3_000, `${took} ms`);
        const line = stack.progress.find((one) => /dependencies: .*S3 CSI driver: /.test(one)) ?? "";
        const all = stack.progress.find((one) => one.split(" | ").length === ADDONS.length) ?? "";
        assert.match(line, /^\d+\/\d+ dependencies: /);
        assert.match(all, /S3 CSI driver: .* \| FSx CSI driver: .* \| cert-manager: .* \| metrics-server: /);
        assert.deepEqual(
            journalOf(stack).facts.warnings.filter((warning) => /nothing proves/.test(warning)),
            [],
            "what the others made in the same time is theirs",
        );
        assertDone(await stack.destroy());
        assertSame(stateOf(world), state, "after destroy");
        assertHarmless(world);
    });

    it("wait for one whose certificates they use, and are undone before it", async () => {
        const { world, state } = everyDependency(true);
        const stack = new MemoryStack(world);
        const seen: Record<string, string | undefined> = {};
        const { mover } = await stack.up({}, undefined, (one: Mover) => {
            one.onWrite = (number) => {
                if (one.writes[number - 1] === `create add-on ${metricsServer.addonName}`)
                    for (const { addonName } of [certManager, s3Csi])
                        seen[addonName] = world.data.addons.get(addonName)?.status;
            };
        });
        assert.equal(seen[certManager.addonName], "ACTIVE", mover.writes.join("\n"));
        assert.match(
            journalOf(stack).plan.lines.join("\n"),
            /metrics-server to add-on metrics-server \S+ after cert-manager/,
        );
        const { mover: back } = await stack.destroy();
        const removed = back.writes.filter((what) => /^remove add-on/.test(what));
        const place = (name: string) => removed.indexOf(`remove add-on ${name}`);
        assert.ok(place(metricsServer.addonName) >= 0);
        assert.ok(place(metricsServer.addonName) < place(certManager.addonName), removed.join("\n"));
        assertSame(stateOf(world), state, "after destroy");
    });

    it("all end when one fails: the others are done, what needs it is not begun, and two failures are both told", async () => {
        const { world, state } = everyDependency(true);
        for (const { addonName } of [fsxCsi, certManager])
            world.data.outcomes.set(addonName, "CREATE_FAILED");
        const stack = new MemoryStack(world);
        const { kind, message } = await stack.up();
        assert.equal(kind, "failed");
        assert.match(message, /^dependencies \(FSx CSI driver\): add-on aws-fsx-csi-driver is CREATE_FAILED/);
        assert.match(
            stack.warnings.join("\n"),
            /dependencies \(cert-manager\) failed as well: .*cert-manager is CREATE_FAILED/,
        );
        assert.equal(world.data.addons.get(s3Csi.addonName)?.status, AddonStatus.Active);
        assert.equal(world.data.addons.has(metricsServer.addonName), false);
        world.data.outcomes.clear();
        assertDone(await stack.up());
        assert.ok(ADDONS.every((name) => world.data.addons.get(name)?.status === AddonStatus.Active));
        assertDone(await stack.destroy());
        assertSame(stateOf(world), state, "after destroy");
    });

    it("killed at their writes go on to the end, or back to the start", async () => {
        const { world, state } = everyDependency(true);
        const stack = new MemoryStack(world);
        const forward = await killedAtEveryWrite(stack, (prepare) => stack.up({}, undefined, prepare));
        assertDone(forward.result);
        world.settle();
        const golden = readyPods(world, "s3-csi-node");
        const first = forward.result.mover.writes.findIndex((what) => /s3-csi-node/.test(what));
        const back = await killedAtEveryWrite(stack, (prepare) => stack.destroy(undefined, prepare));
        assertDone(back.result);
        const last = back.result.mover.writes.reduce(
            (found, what, index) => (/s3-csi|fsx-csi|cert-manager|metrics-server/.test(what) ? index : found),
            0,
        );
        // A destroy that was cut off is followed by another one.
        const cases = [
            ...forward.killed
                .filter(({ write }) => write > first)
                .flatMap((at) => [
                    { at, way: "on" },
                    { at, way: "back" },
                ]),
            ...back.killed.filter(({ write }) => write <= last + 1).map((at) => ({ at, way: "back" })),
        ];
        for (const { at, way } of cases.filter((_, index) => index % EVERY === 0)) {
            const next = backAt(world, at);
            world.settle();
            assertDone(way === "on" ? await next.up() : await next.destroy());
            world.settle();
            const where = `${at.moment} ${at.what} (${at.write}), ${way}`;
            if (way === "back") assertSame(stateOf(world), state, where);
            else {
                assert.deepEqual(readyPods(world, "s3-csi-node"), golden, where);
                assert.ok(
                    ADDONS.every((name) => world.data.addons.get(name)?.status === AddonStatus.Active),
                    where,
                );
            }
        }
    }).timeout(EVERY === 1 ? 1_800_000 : 120_000);
});
