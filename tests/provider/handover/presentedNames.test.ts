// Whether pods present a certificate is read from the pods, each of them: late Secrets, drains and pods that never do are told apart.
import assert from "node:assert/strict";
import { waitForNames } from "../../../provider/operations/handover/presentedNames";
import { RELEASE } from "../memory/content";
import { assertSame } from "../memory/expectations";
import { OPERATOR_NAMESPACE } from "../memory/operatorContent";
import { tlsData } from "../memory/serving";
import { MemoryWorld } from "../memoryWorld";
import { processOf } from "./killed";

const BY = { manager: "test", operation: "Update" } as const;
const NAME = "alb-webhook-service";
const NAMES = [RELEASE.namespace, OPERATOR_NAMESPACE].map((namespace) => `${NAME}.${namespace}.svc`);
const SECRET = { apiVersion: "v1", kind: "Secret", namespace: RELEASE.namespace, name: "alb-tls" };

const request = (timeoutMs: number, meanwhile: () => Promise<unknown> = async () => undefined) => ({
    migrationId: "0123456789abcdef",
    namespace: OPERATOR_NAMESPACE,
    service: { apiVersion: "v1", kind: "Service", namespace: RELEASE.namespace, name: NAME },
    names: NAMES,
    timeoutMs,
    meanwhile,
});
const change = (world: MemoryWorld) => world.store.merge(SECRET, { data: tlsData("alb", NAMES) }, BY);

describe("the names that pods present", () => {
    it("are waited for in every pod that runs, as late as Secrets reach it, and nothing is left behind", async () => {
        const world = new MemoryWorld({}, { secretDelayMs: 20_000, reloadMs: 10_000 });
        change(world);
        const before = world.capture();
        const { ports } = await processOf(world);
        const begun = world.data.now;
        let looks = 0;
        await waitForNames(
            ports,
            request(60_000, async () => (looks += 1)),
        );
        const waited = world.data.now - begun;
        assert.ok(waited >= 30_000 && waited < 32_000, `${waited} ms`);
        assert.ok(looks > 50, `${looks} looks`);
        assertSame(world.capture(), before, "afterwards");
    });

    it("are those of the pods that are there now: a drained pod is asked no more, its successor is", async () => {
        const world = new MemoryWorld({}, { secretDelayMs: 20_000 });
        change(world);
        const { ports } = await processOf(world);
        let looks = 0;
        const drain = async () => {
            if (looks++ !== 5) return;
            for (const pod of world.store.all("Pod", RELEASE.namespace))
                if (pod.metadata.labels?.app === `${RELEASE.name}-alb`)
                    world.store.remove({ ...pod, ...pod.metadata });
        };
        const begun = world.data.now;
        await waitForNames(ports, request(60_000, drain));
        assert.ok(world.data.now - begun < 10_000, "new pods mount what is there");
    });

    it("that never come are an error that says what is presented instead", async () => {
        const world = new MemoryWorld();
        const { ports } = await processOf(world);
        await assert.rejects(
            waitForNames(ports, request(5_000)),
            /waited 5 s .* they present: alb-webhook-service\.kube-system\.svc; alb/,
        );
    });
});
