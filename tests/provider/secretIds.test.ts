// A secret name of a cluster or a release: it stands in no id, which the engine shows and writes as it is, nor in the open in an output.
import assert from "node:assert/strict";
import { discreetWayBack } from "../../provider/pulumi/redactSecrets";
import { WITHHELD } from "../../provider/pulumi/secretValues";
import { WayBackLifecycle } from "../../provider/pulumi/wayBack";
import { assertDone, assertSame, startOf, stateOf } from "./memory/expectations";
import { MemoryStack } from "./memoryStack";

const CLUSTER = "planted-cluster";
const INPUTS = { clusterName: CLUSTER, secretInputs: ["clusterName"] };

describe("ids of a move whose cluster is a secret", () => {
    it("do not hold its name: after a move, a refresh, a failure and a move that went on", async () => {
        const { world, state } = startOf();
        const stack = new MemoryStack(world, INPUTS);
        const failed = await stack.up({}, { write: 20, moment: "before", kind: "fail", times: 500 });
        assert.equal(failed.kind, "failed");
        assert.ok(stack.resource?.id.includes(`cluster/${WITHHELD}/`), stack.resource?.id);
        assert.doesNotMatch(stack.resource?.id ?? CLUSTER, /planted/);
        assertDone(await stack.up());
        assert.doesNotMatch(stack.resource?.id ?? CLUSTER, /planted/);
        assertDone(await stack.refresh());
        assert.doesNotMatch(stack.resource?.id ?? CLUSTER, /planted/);
        assertDone(await stack.destroy());
        assertSame(stateOf(world), state, "after the undo");
        const created = new MemoryStack(world, INPUTS);
        assertDone(await created.up({ until: "lock" }));
        assert.doesNotMatch(created.resource?.id ?? CLUSTER, /planted/);
    });

    it("nor those of the undo, whose ARN of the cluster is a secret then", async () => {
        const stack = new MemoryStack(startOf().world, INPUTS);
        const wayBack = discreetWayBack(new WayBackLifecycle(stack.host()));
        const { id, outs } = await wayBack.create({ ...INPUTS, journalKey: "k" }, stack.log);
        assert.equal(id, `${WITHHELD}/way-back`);
        const open = Object.entries(outs).filter(([, value]) => typeof value === "string");
        assert.doesNotMatch(JSON.stringify(open), /planted/);
        const updated = wayBack.update({ ...INPUTS, clusterArn: `arn:.../${CLUSTER}` }, INPUTS);
        assert.notEqual(typeof updated.outs.clusterArn, "string");
        const shown = discreetWayBack(new WayBackLifecycle(stack.host()));
        const plain = await shown.create({ clusterName: "demo" }, stack.log);
        assert.equal(plain.id, "demo/way-back");
    });
});
