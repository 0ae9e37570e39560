// A sandbox comes in; from here on its controllers take as long as on real nodes, and elect leaders. Ends when somebody leads of each.
import { setTimeout as pause } from "node:timers/promises";
import { LEASES } from "../kubernetes/elections/elections";
import { requestJson } from "../kubernetes/requestJson";
import type { Sandbox } from "../sandboxHandle";

export interface NodeTimes {
    /** Until new pods are Ready. */
    readonly startUpMs: number;
    /** Until running pods see a changed Secret. */
    readonly secretDelayMs: number;
}

const CONTROLLERS = [...Object.keys(LEASES), "keda-metrics-apiserver", "keda-admission-webhooks"];
const ELECTED_MS = 30_000;
const LOOK_MS = 200;

export async function slowDown(sandbox: Sandbox, { startUpMs, secretDelayMs }: NodeTimes): Promise<void> {
    const { nodes } = sandbox;
    for (const image of CONTROLLERS) nodes.script({ image }, { readyAfterMs: startUpMs });
    nodes.secretsReachPodsAfter(secretDelayMs);
    nodes.electLeaders();
    const deadline = Date.now() + ELECTED_MS;
    while (!(await areLed(sandbox))) {
        if (Date.now() > deadline)
            throw new Error(`not every controller leads within ${ELECTED_MS / 1000} s`);
        await pause(LOOK_MS);
    }
}

async function areLed(sandbox: Sandbox): Promise<boolean> {
    const { items } = (await requestJson(sandbox, "GET", "/apis/coordination.k8s.io/v1/leases")) as {
        items: { metadata: { name: string }; spec?: { holderIdentity?: string } }[];
    };
    const led = items.filter(({ spec }) => spec?.holderIdentity).map(({ metadata }) => metadata.name);
    return Object.values(LEASES).every((name) => led.includes(name));
}
