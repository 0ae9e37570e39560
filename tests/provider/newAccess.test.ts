// A new way to the cluster, of a move that has nothing else to do: stored by the next update, used by every call after it.
import assert from "node:assert/strict";
import type { ConnectionRequest } from "../../provider/adapters/openCluster";
import { startOf } from "./memory/expectations";
import { MemoryStack } from "./memoryStack";
import { connectMemory } from "./memoryWorld";

const { world, snapshot } = startOf();

describe("a new way to the same cluster", () => {
    let asked: ConnectionRequest[];
    const recording: typeof connectMemory = (there, mover) => {
        const connect = connectMemory(there, mover);
        return (request, ...rest) => {
            asked.push(request);
            return connect(request, ...rest);
        };
    };
    const first = {
        clusterName: "demo",
        kubeconfig: "/runner/job-1/kubeconfig",
        roleArn: "arn:aws:iam::123456789012:role/old",
        lockTimeoutMinutes: 1,
    };
    const second = {
        kubeconfig: "/runner/job-2/kubeconfig",
        roleArn: undefined,
        access: { keys: { accessKeyId: "AKIA1", secretAccessKey: "s3cret" } },
        lockTimeoutMinutes: 9,
    };

    beforeEach(() => {
        world.restore(snapshot);
        asked = [];
    });

    it("is stored by an update that does not touch the cluster, and used by refresh and destroy", async () => {
        const stack = new MemoryStack(world, first, true, recording);
        assert.equal((await stack.up()).kind, "done");
        asked = [];
        assert.equal((await stack.up(second)).kind, "done");
        assert.deepEqual(asked, [], "the update asked nobody");
        for (const call of ["refresh", "destroy"] as const) {
            asked = [];
            assert.equal((await stack[call]()).kind, "done", call);
            assert.ok(asked.length > 0, call);
            for (const { kubeconfig, roleArn, access } of asked)
                assert.deepEqual(
                    { kubeconfig, roleArn, access },
                    { kubeconfig: second.kubeconfig, roleArn: undefined, access: second.access },
                    call,
                );
        }
    });

    it("is none for a provider of another home, which updates without any change: nothing is written", async () => {
        const stack = new MemoryStack(world, first);
        assert.equal((await stack.up()).kind, "done");
        const { mover, lifecycle } = stack.process();
        const { inputs = {}, outputs = {} } = stack.resource ?? {};
        const updated = await lifecycle.update(outputs, inputs, stack.log);
        assert.deepEqual(mover.writes, []);
        assert.equal(updated.phase, "Moved");
        assert.deepEqual(updated.drift, outputs.drift);
    });

    it("is no change when only the order of its parts differs", async () => {
        const access = { endpoints: { eks: "http://a", sts: "http://b" } };
        const stack = new MemoryStack(world, { clusterName: "demo", access });
        assert.equal((await stack.up()).kind, "done");
        const { lifecycle } = stack.process();
        const turned = { clusterName: "demo", access: { endpoints: { sts: "http://b", eks: "http://a" } } };
        const diff = await lifecycle.diff(stack.resource?.outputs ?? {}, turned, stack.log);
        assert.deepEqual(diff, { changes: false });
    });
});
