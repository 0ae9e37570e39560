// Somebody creates the very add-on that a move is about to create, in the console: it is never taken for the move's own, and an undo leaves it and its objects where they are.
import assert from "node:assert/strict";
import { AddonStatus } from "../../provider/ports/world";
import { ADDON, RELEASE } from "./memory/content";
import { assertDone, startOf } from "./memory/expectations";
import type { Mover } from "./memory/mover";
import { OPERATOR_NAMESPACE } from "./memory/operatorContent";
import { MemoryStack } from "./memoryStack";

const { world, snapshot } = startOf();
const VERSION = "v1.3.0-eksbuild.2";

function begin(): MemoryStack {
    world.restore(snapshot);
    return new MemoryStack(world);
}

/** As the console does it: without any tag. */
function createInConsole(name: string, version: string): void {
    const { addons, now, wakeUps } = world.data;
    if (addons.has(name)) return;
    addons.set(name, {
        name,
        version,
        configurationValues: "",
        issues: [],
        tags: {},
        token: "console",
        updates: {},
        status: AddonStatus.Creating,
        work: { kind: "create", startedAt: now, preserve: false, applied: 0, mode: "OVERWRITE" },
    });
    wakeUps.add(now);
}

/** Right before the write that the expression names. */
const rightBefore = (what: RegExp, act: () => void) => (mover: Mover) => {
    mover.onWrite = (number) => {
        if (what.test(mover.writes[number - 1] ?? "")) act();
    };
};

/** By their replicas: two generations beside each other never come to rest. */
function helmsRunning(): string[] {
    return world.store
        .all("Deployment")
        .filter(
            ({ metadata, spec }) =>
                metadata.name.startsWith(RELEASE.name) && (spec as { replicas: number }).replicas > 0,
        )
        .map(({ metadata }) => metadata.name)
        .sort();
}

describe("an add-on that somebody else creates during a move", () => {
    for (const [when, what] of [
        ["while Helm's controllers stop", /^merge Deployment kube-system\/keda-operator$/],
        ["right before the move's own CreateAddon", new RegExp(`^create add-on ${ADDON}`)],
    ] as const)
        it(`the operator's, ${when}: up says so and Helm's serve again; destroy leaves it, and tells`, async () => {
            const stack = begin();
            const controllers = helmsRunning();
            const up = await stack.up(
                {},
                undefined,
                rightBefore(what, () => createInConsole(ADDON, VERSION)),
            );
            assert.equal(up.kind, "failed");
            assert.match(
                up.message,
                /somebody else created the add-on .* since the move was planned .*\[HP124\]/,
            );
            assert.deepEqual(helmsRunning(), controllers);
            assertDone(await stack.destroy());
            assert.equal(world.data.addons.get(ADDON)?.token, "console");
            const ref = { apiVersion: "apps/v1", kind: "Deployment", namespace: OPERATOR_NAMESPACE };
            assert.ok(world.store.raw({ ...ref, name: "hyperpod-inference-controller-manager" }));
            assert.deepEqual(helmsRunning(), controllers);
            assert.match(
                stack.warnings.join("\n"),
                /it is left as it is, with its objects, and works beside Helm's/,
            );
        });

    it("one that a move brings because it is missing: it is used, and stays after the undo", async () => {
        for (const when of [/^create Secret .*backup-0$/, /^create add-on metrics-server/]) {
            const stack = begin();
            const up = await stack.up(
                {},
                undefined,
                rightBefore(when, () => createInConsole("metrics-server", "v0.8.0-eksbuild.2")),
            );
            assertDone(up);
            assertDone(await stack.destroy());
            assert.equal(world.data.addons.get("metrics-server")?.token, "console", String(when));
            const { namespace, name } = { namespace: "kube-system", name: "metrics-server-addon" };
            assert.ok(world.store.raw({ apiVersion: "apps/v1", kind: "Deployment", namespace, name }));
        }
    });
});
