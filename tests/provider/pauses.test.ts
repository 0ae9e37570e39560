// How long each controller was away and each kind of request was refused: measured one by one, in the output, in the journal and in the report's timeline.
import assert from "node:assert/strict";
import type { ClusterRight } from "../../provider/ports/world";
import { groupsOf } from "../../provider/report/spans";
import { connectWith } from "./memory/connectWith";
import { assertDone, startOf } from "./memory/expectations";
import { journalOf } from "./memory/journalOf";
import { OPERATOR_NAMESPACE } from "./memory/operatorContent";
import { MemoryStack } from "./memoryStack";
import { MemoryWorld } from "./memoryWorld";

const START_UP_SECONDS: Readonly<Record<string, number>> = {
    "hyperpod-inference-controller-manager": 40,
    "hyperpod-inference-alb": 15,
    "keda-operator": 6,
};
const SECONDS_OF: Readonly<Record<string, number>> = {
    operator: 40,
    "load balancer controller": 15,
    KEDA: 6,
};
/** A look may come so much later, after the pods of before have ended. */
const LATE_SECONDS = 4;

describe("pauses of a move", () => {
    let stack: MemoryStack;
    before(async () => {
        const startUpMs = Object.fromEntries(
            Object.entries(START_UP_SECONDS).map(([name, seconds]) => [
                `${OPERATOR_NAMESPACE}/${name}`,
                seconds * 1000,
            ]),
        );
        const world = new MemoryWorld({}, { startUpMs });
        stack = new MemoryStack(world, { clusterName: "demo", skipDependenciesMigration: true });
        assertDone(await stack.up());
    });
    const paused = () => stack.resource?.outputs.pausedSeconds as Readonly<Record<string, number>>;

    for (const [component, seconds] of Object.entries(SECONDS_OF))
        it(`${component}: until its own pods of the add-on work, not until the last ones do`, () => {
            const away = paused()[component] ?? 0;
            assert.ok(away >= seconds && away <= seconds + LATE_SECONDS, `${away} s`);
        });

    it("requests by kind, writes of models among them", () => {
        for (const kind of ["models through the old version", "writing models"]) {
            const refused = paused()[kind] ?? 0;
            assert.ok(refused >= 36 && refused <= 44, `${kind}: ${refused} s of ${JSON.stringify(paused())}`);
        }
        const ingresses = paused()["ingress creation"] ?? 0;
        assert.ok(ingresses > 0 && ingresses <= 15 + LATE_SECONDS, `${ingresses} s`);
        assert.ok("external metrics" in paused());
    });

    it("of writes are not told where this principal may not ask", async () => {
        const { world, snapshot } = startOf();
        for (const may of [true, false]) {
            world.restore(snapshot);
            const allows = async ({ verb, group }: ClusterRight) =>
                may || verb !== "patch" || group !== "inference.sagemaker.aws.amazon.com";
            const connect = connectWith((connection) => ({
                ...connection,
                world: { ...connection.world, permissions: { allows, deniedInAws: async () => [] } },
            }));
            const other = new MemoryStack(
                world,
                { clusterName: "demo", skipDependenciesMigration: true },
                true,
                connect,
            );
            assertDone(await other.up());
            const seconds = other.resource?.outputs.pausedSeconds as Readonly<Record<string, number>>;
            assert.equal("writing models" in seconds, may);
        }
    });

    it("stand in the report's timeline, each with its own length", () => {
        const [group] = groupsOf(journalOf(stack).facts);
        const shown = [...(group?.controllers ?? []), ...(group?.requests ?? [])];
        const seconds = Object.entries(paused()).filter(([, length]) => length > 0);
        assert.deepEqual(
            shown.map(({ label, milliseconds }) => `${label} ${milliseconds / 1000}`).sort(),
            seconds.map(([label, length]) => `${label} ${length}`).sort(),
        );
        const lengths = (group?.controllers ?? []).map(({ begin, end }) => end - begin);
        assert.ok(new Set(lengths).size > 2, lengths.join());
    });
});
