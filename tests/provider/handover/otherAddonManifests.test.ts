// Add-ons whose manifests differ from the chart's where a handover would look: other Services, and a certificate of the load balancer controller that cert-manager makes. And nodes as slow as they come. In memory.
import assert from "node:assert/strict";
import type { KubernetesObject } from "../../../provider/ports/world";
import { ADDON, addonContent } from "../memory/content";
import { assertDone, assertHarmless, assertSame, stateOf } from "../memory/expectations";
import { OPERATOR_NAMESPACE } from "../memory/operatorContent";
import type { Requests } from "../memory/requests";
import { isIssuedOrRestored } from "../memory/sameButIssued";
import { tlsData } from "../memory/serving";
import { MemoryStack } from "../memoryStack";
import { MemoryWorld } from "../memoryWorld";
import { INGRESSES, MODELS, SECRET_DELAY_MS, startUpOf } from "./slowWorld";

const INPUTS = { clusterName: "demo", allowAdmissionBypass: true };
const START_UP_MS = 60_000;
const isElected = ({ key }: { key: string }) => key.startsWith("coordination.k8s.io/Lease ");

/** With an add-on of other objects. */
function worldWith(
    change: (object: KubernetesObject) => readonly KubernetesObject[],
    { secretDelayMs = SECRET_DELAY_MS, startUpMs = START_UP_MS } = {},
): MemoryWorld {
    const addonObjects = (name: string) =>
        name === ADDON ? addonContent({})(name, "v1.3.0-eksbuild.2", {}).flatMap(change) : undefined;
    return new MemoryWorld(
        { addonObjects },
        { elections: true, secretDelayMs, startUpMs: startUpOf(startUpMs) },
    );
}

const OTHER_NAMES = new Map([
    ["hyperpod-inference-conversion-webhook", "inference-webhooks"],
    ["alb-webhook-service", "load-balancer-webhooks"],
]);

function withOtherServices(object: KubernetesObject): KubernetesObject[] {
    const { kind, metadata } = object;
    if (kind === "Secret" && metadata.name === "alb-tls") {
        const names = [`load-balancer-webhooks.${OPERATOR_NAMESPACE}.svc`];
        return [{ ...object, data: tlsData(`alb ${OPERATOR_NAMESPACE}`, names) } as KubernetesObject];
    }
    const renamed = (name: string) => OTHER_NAMES.get(name) ?? name;
    return [
        JSON.parse(JSON.stringify(object), function (this: { selector?: object }, key, value) {
            if (kind === "Service" && key === "metadata") return { ...value, name: renamed(value.name) };
            if (key === "service") return { ...value, name: renamed(value.name) };
            if (key === "dnsNames") return value.map((one: string) => one.replace(/^[^.]+/, renamed));
            return value;
        }) as KubernetesObject,
    ];
}

/** The chart has a Secret of its own; here nobody's key is in the manifest. */
function withIssuedAlbTls(object: KubernetesObject): KubernetesObject[] {
    const { kind, metadata } = object;
    const dnsNames = [`alb-webhook-service.${OPERATOR_NAMESPACE}.svc`];
    if (kind === "Secret" && metadata.name === "alb-tls")
        return [
            {
                apiVersion: "cert-manager.io/v1",
                kind: "Certificate",
                metadata: { name: "alb-serving", namespace: OPERATOR_NAMESPACE },
                spec: {
                    secretName: "alb-tls",
                    dnsNames,
                    issuerRef: { kind: "Issuer", name: "selfsigned-issuer" },
                },
            } as KubernetesObject,
        ];
    if (metadata.name !== "alb-webhook") return [object];
    const annotations = { "cert-manager.io/inject-ca-from": `${OPERATOR_NAMESPACE}/alb-serving` };
    const unsigned = JSON.parse(JSON.stringify(object), (key, value) =>
        key === "caBundle" ? undefined : value,
    ) as KubernetesObject;
    return [{ ...unsigned, metadata: { ...metadata, annotations } }];
}

async function thereAndBack(world: MemoryWorld) {
    const start = stateOf(world);
    const stack = new MemoryStack(world, INPUTS);
    const there = world.watchRequests();
    assertDone(await stack.up());
    world.settle(60_000);
    const afterwards = world.watchRequests();
    world.settle(60_000);
    assert.deepEqual([...afterwards.refused], [], "once it has moved");
    assertHarmless(world);
    const plan = ((stack.resource?.outputs.plan ?? []) as string[]).join(" ").replace(/\s+/g, " ");
    const back = world.watchRequests();
    assertDone(await stack.destroy());
    world.settle(120_000);
    assertHarmless(world);
    assertSame(stateOf(world), start, "after the undo", (one) => isElected(one) || isIssuedOrRestored(one));
    return { there, back, plan, warnings: stack.warnings.join("\n") };
}

/** As long as with a pause, and not for ever: nobody can know what an add-on brings before EKS applies it. */
function assertPaused(requests: Requests, kinds: readonly string[]): void {
    const seconds = requests.seconds();
    assert.deepEqual([...requests.refused.keys()].sort(), [...kinds].sort(), JSON.stringify(seconds));
    for (const kind of kinds)
        assert.ok((seconds[kind] ?? 0) < START_UP_MS / 1000 + 10, JSON.stringify(seconds));
}

describe("a handover to an add-on whose manifests differ from the chart's", () => {
    it("which calls its Services otherwise: their requests pause, it says so, and all is moved and goes back", async () => {
        const { there, warnings } = await thereAndBack(worldWith(withOtherServices));
        assertPaused(there, [MODELS, ...INGRESSES]);
        for (const name of OTHER_NAMES.keys())
            assert.match(
                warnings,
                new RegExp(`the add-on has no Service \\S+/${name}: requests go to one of another name`),
            );
    });

    it("whose load balancer controller has a certificate of cert-manager's: its requests alone pause, and all is moved and goes back", async () => {
        const { there, back } = await thereAndBack(worldWith(withIssuedAlbTls));
        assertPaused(there, INGRESSES);
        for (const [kind, { milliseconds }] of back.refused)
            assert.ok(INGRESSES.includes(kind) && milliseconds < 2_000, `${kind}: ${milliseconds} ms`);
    });

    it("on nodes that need 180 s for a pod and 90 s for a Secret: refuses nothing", async () => {
        const world = worldWith((one) => [one], { secretDelayMs: 90_000, startUpMs: 180_000 });
        const { there, back } = await thereAndBack(world);
        for (const { refused } of [there, back]) assert.deepEqual([...refused.keys()], []);
    });
});
