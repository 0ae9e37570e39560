// check, diff, read and update of the migration on the in-memory world: what previews show, what changes mean, how a move stops, goes back and becomes final.
import assert from "node:assert/strict";
import path from "node:path";
import { UNKNOWN } from "../../common/unknownValue";
import { ADDON, RELEASE } from "./memory/content";
import { assertDone, assertHarmless, assertSame, startOf, stateOf } from "./memory/expectations";
import { isIssued } from "./memory/sameButIssued";
import { MemoryStack } from "./memoryStack";

const { world, snapshot, state: start } = startOf();

function begin(inputs?: Record<string, unknown>): MemoryStack {
    world.restore(snapshot);
    return new MemoryStack(world, inputs);
}

describe("check", () => {
    it("shows the same plan twice, without a second look at the cluster in the same process", async () => {
        const stack = begin();
        const { lifecycle, mover } = stack.process();
        const first = await lifecycle.check({}, { clusterName: "demo" }, stack.log);
        const calls = mover.calls;
        const second = await lifecycle.check({}, { clusterName: "demo" }, stack.log);
        assert.ok(calls > 0);
        assert.equal(mover.calls, calls);
        assert.deepEqual(second, first);
        const other = await stack.process().lifecycle.check({}, { clusterName: "demo" }, stack.log);
        assert.deepEqual(other, first, "another process plans the same");
        assert.deepEqual(mover.writes, []);
    });

    it("makes no call at all when nothing changed since the last up", async () => {
        const stack = begin();
        assertDone(await stack.up());
        const { lifecycle, mover } = stack.process();
        const { failures } = await lifecycle.check(
            stack.resource?.inputs ?? {},
            { clusterName: "demo" },
            stack.log,
        );
        assert.deepEqual(failures, []);
        assert.equal(mover.calls, 0);
    });

    it("puts the plan off while an input is unknown, and makes it when it is known", async () => {
        const stack = begin();
        const { lifecycle, mover } = stack.process();
        const early = await lifecycle.check(
            {},
            { clusterName: "demo", tlsCertificateS3Bucket: UNKNOWN },
            stack.log,
        );
        assert.match((early.inputs.plan as string[])[0] ?? "", /known after `pulumi up`/);
        assert.equal(mover.calls, 0);
        const known = await lifecycle.check(early.inputs, { clusterName: "demo" }, stack.log);
        assert.ok((known.inputs.plan as string[]).length > 3);
    });

    it("shows the plan although the roles are still to be made, and names them when they are", async () => {
        const stack = begin();
        const { lifecycle } = stack.process();
        const roles = { executionRoleArn: UNKNOWN, albRoleArn: UNKNOWN, s3CsiRoleArn: UNKNOWN };
        const wishes = { clusterName: "demo", ...roles };
        const { inputs, failures } = await lifecycle.check({}, wishes, stack.log);
        assert.deepEqual(failures, []);
        const plan = (inputs.plan as string[]).join("\n");
        assert.match(plan, /identities +execution role as given, still to be made/);
        assert.match(plan, /scaleDown/);
        assert.doesNotMatch(plan, new RegExp(UNKNOWN));
        // A resource that has a plan keeps it until its wishes are known.
        const later = await lifecycle.check({ ...inputs, plan: ["an older plan"] }, wishes, stack.log);
        assert.match((later.inputs.plan as string[])[0] ?? "", /known after `pulumi up`/);
    });

    it("tells all bad inputs at once, before any call", async () => {
        const stack = begin();
        const { lifecycle, mover } = stack.process();
        const { failures } = await lifecycle.check(
            {},
            { clusterName: "", region: "x", commit: "yes", until: "later", clusterNam: 1 },
            stack.log,
        );
        assert.deepEqual(failures.map(({ property }) => property).sort(), [
            "clusterNam",
            "clusterName",
            "commit",
            "region",
            "until",
        ]);
        assert.equal(mover.calls, 0);
    });

    it("refuses a report that cannot be written, together with everything else", async () => {
        const stack = begin();
        const { lifecycle, mover } = stack.process();
        for (const [report, why] of [
            [__dirname, /is there and is no file/],
            [path.join(__filename, "below", "move.html"), /is no folder/],
            [path.join(__dirname, "n".repeat(300)), /ENAMETOOLONG/],
            [path.join(__dirname, "n".repeat(300), "move.html"), /ENAMETOOLONG/],
        ] as const) {
            const { failures } = await lifecycle.check(
                {},
                { clusterName: "demo", report, commit: "yes" },
                stack.log,
            );
            assert.deepEqual(failures.map(({ property }) => property).sort(), ["commit", "report"]);
            assert.match(failures.find(({ property }) => property === "report")?.reason ?? "", why);
        }
        assert.equal(mover.calls, 0);
    });

    for (const [property, value] of [
        ["clusterName", "other"],
        ["releaseName", "other"],
        ["releaseNamespace", "other"],
    ] as const)
        it(`refuses another ${property}, with the way out`, async () => {
            const stack = begin({
                clusterName: "demo",
                releaseName: RELEASE.name,
                releaseNamespace: RELEASE.namespace,
            });
            assertDone(await stack.up());
            const { failures } = await stack
                .process()
                .lifecycle.check(
                    stack.resource?.inputs ?? {},
                    { ...stack.inputs, [property]: value },
                    stack.log,
                );
            assert.deepEqual(
                failures.map((failure) => failure.property),
                [property],
            );
            assert.match(failures[0]?.reason ?? "", /add a second HelmToAddonMigration/);
        });

    it("names every blocker with its property, and writes nothing", async () => {
        const stack = new MemoryStack(
            startOf({
                status: "pending-upgrade",
                values: { stage: "gamma", keda: { resources: { limits: { cpu: 1 } } } },
            }).world,
        );
        const result = await stack.up();
        assert.equal(result.kind, "failed");
        assert.match(result.message, /releaseName: .*pending-upgrade.*\[HP111\]/);
        assert.match(result.message, /onUnsupportedSettings: .*keda\.resources\.limits\.cpu.*\[HP120\]/);
        assert.deepEqual(result.mover.writes, []);
        assert.equal(stack.resource, undefined);
    });
});

describe("until", () => {
    const stops = ["backUp", "scaleDown", "install", "verify", "retireHelm"];

    it("W20: stops after the step, says what is next, and goes on step by step to the golden state", async () => {
        const whole = begin();
        assertDone(await whole.up());
        const golden = stateOf(world, true);
        const stack = begin();
        for (const until of stops) {
            assertDone(await stack.up({ until }));
            assert.ok(stack.resource);
            const { phase, nextStep, steps } = stack.resource.outputs as {
                phase: string;
                nextStep: string;
                steps: { name: string; state: string }[];
            };
            assert.equal(phase, "Stopped", until);
            assert.equal(steps.find(({ name }) => name === until)?.state, "done");
            assert.equal(
                steps.findIndex(({ name }) => name === nextStep),
                steps.findIndex(({ name }) => name === until) + 1,
                `after ${until} comes ${nextStep}`,
            );
            world.settle();
        }
        assertDone(await stack.up());
        assert.equal(stack.resource?.outputs.phase, "Moved");
        assert.equal(stack.resource.outputs.nextStep, "");
        assertSame(stateOf(world, true), golden, "after walking through", isIssued);
        assertHarmless(world);
    });

    for (const until of stops)
        it(`lets destroy go back from ${until}`, async () => {
            const stack = begin();
            assertDone(await stack.up({ until }));
            world.settle();
            assertDone(await stack.destroy());
            assertSame(stateOf(world), start, `back from ${until}`);
            assertHarmless(world);
        });
});

describe("desiredOwner", () => {
    it("goes back to Helm as an update that the preview lists, and forward again", async () => {
        const stack = begin();
        assertDone(await stack.up());
        const golden = stateOf(world, true);
        const { lifecycle } = stack.process();
        const preview = await lifecycle.check(
            stack.resource?.inputs ?? {},
            { ...stack.inputs, desiredOwner: "Helm" },
            stack.log,
        );
        assert.match(
            (preview.inputs.plan as string[]).join("\n"),
            /goes back to Helm.*\n 1 undo retireHelm .*\n(.*\n)* 2 undo install /,
        );
        const diff = await lifecycle.diff(stack.resource?.outputs ?? {}, preview.inputs, stack.log);
        assert.deepEqual(diff, { changes: true });
        for (let round = 0; round < 2; round++) {
            assertDone(await stack.up({ desiredOwner: "Helm" }));
            assert.equal(stack.resource?.outputs.phase, "OnHelm");
            assertSame(stateOf(world), start, "on Helm again");
            assert.deepEqual(
                (await stack.up({ desiredOwner: "Helm" })).mover.writes,
                [],
                "a second up changes nothing",
            );
            assertDone(await stack.up());
            assert.equal(stack.resource?.outputs.phase, "Moved");
            assertSame(stateOf(world, true), golden, "moved again", isIssued);
        }
        assertHarmless(world);
    });

    it("says that there is nothing to undo when no move was begun", async () => {
        const result = await begin({ clusterName: "demo", desiredOwner: "Helm" }).up();
        assert.equal(result.kind, "failed");
        assert.match(result.message, /no move was begun/);
        assert.deepEqual(result.mover.writes, []);
    });

    it("leaves the cluster alone when the resource goes while Helm is the owner", async () => {
        const stack = begin();
        assertDone(await stack.up());
        assertDone(await stack.up({ desiredOwner: "Helm" }));
        const destroyed = await stack.destroy();
        assertDone(destroyed);
        assert.deepEqual(destroyed.mover.writes, []);
        assertSame(stateOf(world), start, "after destroy");
    });
});

describe("commit", () => {
    const recordsOf = () =>
        world.store
            .list("v1", "Secret", { namespace: RELEASE.namespace, labelSelector: `name=${RELEASE.name}` })
            .map(({ metadata }) => metadata.name);

    it("that was cut off is finished by the next up", async () => {
        for (let died = 1; ; died++) {
            const stack = begin();
            assertDone(await stack.up());
            const first = await stack.up({ commit: true }, { write: died, moment: "after", kind: "crash" });
            if (first.kind === "crashed") assertDone(await stack.up({ commit: true }));
            assert.equal(stack.resource?.outputs.phase, "Committed");
            assert.deepEqual(recordsOf(), [], `died at write ${died}`);
            if (first.kind === "done") return assert.ok(died > 3);
        }
    });

    it("removes the journal, and destroy then leaves the add-on where it is", async () => {
        const stack = begin();
        assertDone(await stack.up());
        assertDone(await stack.up({ commit: true }));
        assert.equal(stack.resource?.outputs.phase, "Committed");
        assert.equal(stack.resource.outputs.journal, undefined);
        assert.deepEqual(
            world.store.list("v1", "Secret", {
                labelSelector: "app.kubernetes.io/component=migration-journal",
            }),
            [],
        );
        assert.deepEqual(recordsOf(), [], "Helm does not see them, and nothing needs them any more");
        const committed = stateOf(world);
        assertDone(await stack.destroy());
        assertSame(stateOf(world), committed, "after destroy");
        assert.equal(world.data.addons.get(ADDON)?.status, "ACTIVE");
        assertHarmless(world);
    });
});

describe("read", () => {
    const drifts: readonly (readonly [what: string, says: RegExp, change: () => void])[] = [
        ["the add-on was deleted", /add-on is gone/, () => world.data.addons.delete(ADDON)],
        ["the add-on is DEGRADED", /add-on is DEGRADED/, () => setStatus("DEGRADED")],
        [
            "the version was changed outside",
            /v1\.4\.0-eksbuild\.1/,
            () => patch({ version: "v1.4.0-eksbuild.1" }),
        ],
        [
            "Helm's record came back",
            /Helm sees release/,
            () =>
                world.store.merge(
                    {
                        apiVersion: "v1",
                        kind: "Secret",
                        namespace: RELEASE.namespace,
                        name: `sh.helm.release.v1.${RELEASE.name}.v2`,
                    },
                    { metadata: { labels: { owner: "helm" } } },
                    { manager: "kubectl", operation: "Update" },
                ),
        ],
    ];

    for (const [what, says, change] of drifts)
        it(`tells that ${what}, and the next up repairs it`, async () => {
            const stack = begin();
            assertDone(await stack.up());
            assertDone(await stack.refresh());
            assert.deepEqual(stack.resource?.outputs.drift, []);
            change();
            assertDone(await stack.refresh());
            assert.match((stack.resource.outputs.drift as string[]).join("\n"), says);
            assertDone(await stack.up());
            assertDone(await stack.refresh());
            assert.deepEqual(stack.resource.outputs.drift, []);
            assertHarmless(world);
        });

    it("tells that a killed destroy was begun, and the next up moves again", async () => {
        const stack = begin();
        const up = await stack.up();
        assertDone(up);
        const golden = stateOf(world, true);
        await stack.destroy({ write: 25, moment: "after", kind: "crash" });
        assertDone(await stack.refresh());
        assert.match(String(stack.resource?.outputs.drift), /an undo was begun/);
        assertDone(await stack.up());
        assertSame(stateOf(world, true), golden, "after up", isIssued);
    });

    it("tells that a killed move was begun from Helm, and desiredOwner Helm undoes it", async () => {
        const stack = begin();
        assertDone(await stack.up());
        assertDone(await stack.up({ desiredOwner: "Helm" }));
        await stack.up({}, { write: 30, moment: "after", kind: "crash" });
        assertDone(await stack.refresh());
        assert.match(String(stack.resource?.outputs.drift), /a move was begun/);
        assertDone(await stack.up({ desiredOwner: "Helm" }));
        assertSame(stateOf(world), start, "on Helm again");
        assertHarmless(world);
    });

    function setStatus(status: string): void {
        patch({ status });
    }

    function patch(change: object): void {
        const addon = world.data.addons.get(ADDON);
        assert.ok(addon);
        world.data.addons.set(ADDON, { ...addon, ...change });
    }
});
