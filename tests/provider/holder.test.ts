// Who is known to be dead: only a process that could surely be seen from here if it lived.
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { holderIn, type ProcessLook, type ProcessView, thisProcess } from "../../provider/process/holder";

const here = (over: Partial<ProcessView> = {}, processes: Record<number, ProcessLook> = {}) =>
    holderIn({
        host: "node-1",
        bootId: "boot",
        pidNamespace: "pid:[1]",
        pid: 7,
        look: (pid) => processes[pid] ?? (pid === 7 ? { started: "100" } : "gone"),
        ...over,
    });

describe("the holder of a lock", () => {
    it("is dead when its id is free, or belongs to a process that started at another time", () => {
        const { identity } = here();
        assert.equal(here().isDead(`${identity}/random`), false);
        assert.equal(here({ pid: 8 }, { 8: { started: "1" }, 7: "gone" }).isDead(identity), true);
        assert.equal(here({ pid: 8 }, { 8: { started: "1" }, 7: { started: "200" } }).isDead(identity), true);
    });

    it("may live in another namespace of process ids, on another machine, or before this boot", () => {
        const { identity } = here();
        assert.equal(here({ pidNamespace: "pid:[2]" }).isDead(identity), undefined);
        assert.equal(here({ bootId: "other" }).isDead(identity), undefined);
        assert.equal(here({ pidNamespace: undefined }).isDead(identity), undefined);
        assert.equal(here({ bootId: undefined }).isDead(identity), undefined);
        assert.equal(here().isDead("somebody"), undefined);
    });

    it("is another container of the same pod network: the host's name alone says nothing", () => {
        const { identity } = here({ host: "node-1" });
        assert.equal(here({ host: "node-1", pidNamespace: "pid:[2]" }).isDead(identity), undefined);
        assert.equal(here({ host: "renamed", pid: 8 }, { 8: { started: "1" } }).isDead(identity), false);
    });

    it("may live when its process is hidden from this user", () => {
        const { identity } = here();
        assert.equal(here({ pid: 8 }, { 8: { started: "1" }, 7: "hidden" }).isDead(identity), undefined);
    });

    it("is seen alive and dead on this machine", async function () {
        if (process.platform !== "linux") this.skip();
        const { identity, isDead } = thisProcess();
        assert.equal(isDead(identity), false);
        const child = spawn(process.execPath, ["-e", "setInterval(() => undefined, 1000)"]);
        await once(child, "spawn");
        const ofChild = identity.replace(/\/\d+\/\d+$/, `/${child.pid}/0`);
        assert.equal(isDead(ofChild), true, "started at another time");
        child.kill("SIGKILL");
        await once(child, "exit");
        assert.equal(isDead(ofChild), true);
    });
});
