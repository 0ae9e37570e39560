// A preview says what this update will do: where it stops, what is done, what going back takes, and that a commit is final.
import assert from "node:assert/strict";
import { Handover } from "../../common/enums";
import { awaitAddon } from "../../provider/operations/addon/wait";
import type { Plan } from "../../provider/plan/plan";
import { previewMove } from "../../provider/plan/preview";
import { orderOf } from "../../provider/plan/stepOrders";
import { AddonStatus } from "../../provider/ports/world";
import { dynamicMove } from "../../provider/pulumi/moveCalls";
import { ADDON } from "./memory/content";
import { assertDone, assertSame, startOf, stateOf } from "./memory/expectations";
import { journalOf } from "./memory/journalOf";
import { isIssuedOrRestored } from "./memory/sameButIssued";
import { MemoryStack } from "./memoryStack";

const { world, snapshot } = startOf();

async function previewed(stack: MemoryStack, changes: Record<string, unknown>): Promise<string[]> {
    const before = stack.resource?.inputs ?? {};
    const { lifecycle } = stack.process();
    const wanted = { ...stack.inputs, ...changes, journalKey: before.journalKey };
    const { inputs, failures } = await lifecycle.check(before, wanted, stack.log);
    assert.deepEqual(failures, []);
    return inputs.plan as string[];
}

/** The first line of each step. */
const steps = (lines: readonly string[]) => lines.filter((line) => /^[ \d]\d \S/.test(line));

describe("a preview", () => {
    let stack: MemoryStack;
    beforeEach(() => {
        world.restore(snapshot);
        stack = new MemoryStack(world);
    });

    it("begins with objects, pause and undo, in one line", async () => {
        const [summary = ""] = await previewed(stack, {});
        assert.match(
            summary,
            /^ {3}summary {7}33 objects; 5 controllers away .*; undo possible until it is committed$/,
        );
    });

    it("marks where it stops, and the rest as later; what was not paused yet is not", async () => {
        const lines = await previewed(stack, { until: "tag" });
        assert.match(lines[0] ?? "", /no pause; undo possible/);
        const text = steps(lines).join("\n");
        assert.match(lines.join("\n"), / 4 tag .*;(\n {16})? stops here\n 5 prerequisites later: /);
        assert.equal(steps(lines).filter((line) => / later: /.test(line)).length, 7, text);
        for (const line of lines) assert.ok(line.length <= 150, line);
    });

    it("says that a commit is final, before the move and after it", async () => {
        const before = await previewed(stack, { commit: true });
        assert.match(before[0] ?? "", /no undo afterwards/);
        assert.match(before.join("\n"), /11 finish {8}final: .*no undo/);
        assert.doesNotMatch(before.join("\n"), /journal stays/);
        assertDone(await stack.up());
        const after = await previewed(stack, { commit: true });
        assert.match(after.join("\n"), /the move is complete.*\n {3}commit .*no undo$/);
    });

    it("of a move that was stopped marks what is done and goes on from there", async () => {
        assertDone(await stack.up({ until: "scaleDown" }));
        const lines = await previewed(stack, { until: "verify" });
        assert.match(lines[0] ?? "", /continues at install, 6 of 11 steps done; /);
        assert.deepEqual(
            steps(lines).map((line) => / done$/.test(line)),
            Array.from({ length: 11 }, (_, index) => index < 6),
        );
        assert.match(lines.join(" ").replace(/ +/g, " "), / 8 verify .*; stops here 9 retireHelm later: /);
    });

    it("tells of pauses and handovers as long as they are to come, and no longer", async () => {
        const isTold = async () => (await previewed(stack, {})).some((line) => /^ {3}handover /.test(line));
        assertDone(await stack.up({ until: "scaleDown" }));
        assert.ok(await isTold());
        assertDone(await stack.up({ until: "install" }));
        assert.ok(!(await isTold()));
    });

    it("of the undo tells each step with what it does, newest first", async () => {
        assertDone(await stack.up({ until: "install" }));
        const lines = await previewed(stack, { desiredOwner: "Helm" });
        assert.match(lines[0] ?? "", /goes back to Helm, the newest of 7 steps first/);
        assert.match(lines[1] ?? "", /^ 1 undo install +add-on .* is deleted with its objects kept/);
        assert.match(lines.join("\n"), / 2 undo scaleDown .*scaled back to 1 replica/);
        assert.match(lines.at(-1) ?? "", /backup and journal are removed/);
    });

    it("counts the steps of the order that the plan follows", async () => {
        assertDone(await stack.up());
        const { plan } = journalOf(stack);
        const seamless = {
            ...plan,
            handover: { order: Handover.Seamless, asked: Handover.Auto, components: [] },
        } as Plan;
        for (const one of [plan, seamless]) {
            const order = orderOf(one);
            assert.match(previewMove(one, new Set(order), {}).join("\n"), /the move is complete/);
            const [summary = ""] = previewMove(one, new Set(order.slice(0, -1)), {});
            assert.match(
                summary,
                new RegExp(`continues at finish, ${order.length - 1} of ${order.length} steps done`),
            );
        }
        assert.match(previewMove(seamless, new Set(), {})[0] ?? "", /; no pause; /);
    });

    it("with nothing to go back from says so", async () => {
        assert.deepEqual(await previewed(stack, { desiredOwner: "Helm" }), [
            "nothing to do: Helm runs the operator",
        ]);
    });
});

describe("a preview whose inputs did not change", () => {
    /** As Pulumi's dynamic-provider process does it: what is told to people, and whether there is an update. */
    async function toldBy(
        stack: MemoryStack,
    ): Promise<{ readonly told: string[]; readonly changes: boolean }> {
        assert.ok(stack.resource);
        const { id, inputs: olds, outputs } = stack.resource;
        const told: string[] = [];
        const log = { ...stack.log, tell: async (text: string) => void told.push(text) };
        const { provider } = dynamicMove(stack.host(), () => log);
        const own = { __provider: "x", __progressUrn: "urn" };
        const wanted = { ...stack.inputs, journalKey: olds.journalKey, ...own, tellPlan: true };
        const { inputs } = await provider.check({ ...olds, ...own }, wanted);
        const { changes } = await provider.diff(id, { ...outputs, ...own }, inputs);
        return { told, changes };
    }

    let stack: MemoryStack;
    beforeEach(() => {
        world.restore(snapshot);
        stack = new MemoryStack(world);
    });

    it("of a move that failed says where it goes on; the failure itself was told once", async () => {
        const failure = { write: 14, moment: "before", kind: "fail", times: 99 } as const;
        const { kind, message } = await stack.up({}, failure);
        assert.equal(kind, "failed");
        assert.deepEqual(
            stack.warnings.filter((line) => line.includes(message.split("\n")[0] ?? "")),
            [],
        );
        const { told, changes } = await toldBy(stack);
        assert.ok(changes);
        assert.equal(told.length, 1, told.join("\n"));
        assert.match(
            told[0] ?? "",
            /^what this update will do:\n {3}summary {7}continues at \w+, [1-9]\d* of 11 steps done; .*(\n.*)*\n 1 lock +done\n/,
        );
    });

    it("of what a refresh found changed names it", async () => {
        assertDone(await stack.up());
        assert.deepEqual(await toldBy(stack), { told: [], changes: false });
        world.data.addons.delete(ADDON);
        assertDone(await stack.refresh());
        const { told, changes } = await toldBy(stack);
        assert.ok(changes);
        assert.match(
            told.join("\n"),
            /summary +the move is complete; what was changed since then .*\n +drift +the add-on is gone$/,
        );
    });

    it("of a destroy that was cut off says what it undid, and goes forward again with this update", async () => {
        assertDone(await stack.up());
        const golden = stateOf(world, true);
        const moved = { data: world.snapshot(), saved: stack.save() };
        const { writes } = (await stack.destroy()).mover;
        for (let write = 4; write < writes.length - 12; write += 9) {
            world.restore(moved.data);
            stack.load(moved.saved);
            assert.equal((await stack.destroy({ write, moment: "after", kind: "crash" })).kind, "crashed");
            const { told, changes } = await toldBy(stack);
            const what = `after write ${write} (${writes[write - 1]})`;
            assert.ok(changes, what);
            assert.match(
                told.join("\n"),
                /^what this update will do:\n {3}summary {7}continues at \w+, .*(\n.*)*\n {3}drift +an undo was begun: step \w+ is not done any more$/,
                what,
            );
            assertDone(await stack.up());
            assertSame(stateOf(world, true), golden, what, isIssuedOrRestored);
            assert.deepEqual(await toldBy(stack), { told: [], changes: false }, what);
        }
    });

    it("of a cluster that cannot be asked says so, and changes nothing", async () => {
        assertDone(await stack.up());
        const unreachable = new MemoryStack(world, stack.inputs, true, () => async () => {
            throw Object.assign(new Error("connect ECONNREFUSED"), { code: "ECONNREFUSED" });
        });
        unreachable.load(stack.save());
        assert.deepEqual(await toldBy(unreachable), { told: [], changes: false });
        assert.match(unreachable.warnings.join("\n"), /could not be looked at, .*connect ECONNREFUSED/);
    });
});

describe("progress", () => {
    it("says how far the move is, and ends with what was reached", async () => {
        world.restore(snapshot);
        const stack = new MemoryStack(world);
        assertDone(await stack.up({ until: "tag" }));
        assert.ok(stack.progress.includes("3/11 identities: started"));
        assert.match(stack.progress.at(-1) ?? "", /^stopped after tag, .* goes on with prerequisites$/);
        assertDone(await stack.up());
        assert.match(stack.progress.at(-1) ?? "", /^11\/11 finish: .* runs in place of release/);
        assertDone(await stack.destroy());
        assert.ok(stack.progress.includes("1/11 undo finish: started"));
        assert.match(stack.progress.at(-1) ?? "", /^undone: release .* is Helm's again$/);
    });

    it("of a wait that lasts names the pods that are waited for, and their reasons, and asks for them seldom", async () => {
        let time = 0;
        let asked = 0;
        const lines: string[] = [];
        const eks = {
            clock: {
                now: () => time,
                sleep: async (milliseconds: number) => {
                    time += milliseconds;
                },
            },
            log: { progress: (line: string) => void lines.push(line), warn: () => undefined },
            addons: {
                describe: async (name: string) => ({
                    name,
                    status: time < 120_000 ? AddonStatus.Creating : AddonStatus.Active,
                    issues: [],
                }),
            },
            workloads: {
                refusedPods: async () => [],
                startingOfEks: async () => [],
                failingPods: async () => {
                    asked += 1;
                    return ["a", "b", "c", "d", "e"].map((pod) => ({
                        told: `pod x/${pod}: ImagePullBackOff`,
                        isUnscheduled: false,
                    }));
                },
            },
        };
        await awaitAddon(eks as never, { addonName: "addon", addonNamespace: "x" }, 600_000);
        const last = lines.at(-1) ?? "";
        assert.match(
            last,
            /^install: add-on CREATING for \d+ s; pod x\/a: ImagePullBackOff; .*pod x\/c: .*; 2 more pods$/,
        );
        assert.doesNotMatch(lines[0] ?? "", /pod/);
        assert.ok(asked >= 3 && asked <= 8, `${asked} times`);
    });
});
