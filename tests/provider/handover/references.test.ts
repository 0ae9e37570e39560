// What is shared points at the new Services before the add-on comes, at no moment refused, and back again with its former owners.
import assert from "node:assert/strict";
import { refTo } from "../../../provider/kubernetes/objectRef";
import { type Bridge, buildBridge, removeBridges } from "../../../provider/operations/handover/bridge";
import {
    pointToNew,
    pointToOld,
    referencesToOld,
} from "../../../provider/operations/handover/serviceReferences";
import type { KubernetesObject, ObjectRef, World } from "../../../provider/ports/world";
import { RELEASE } from "../memory/content";
import { GROUP, OPERATOR_NAMESPACE } from "../memory/operatorContent";
import { decode, type FakeCertificate, signerData } from "../memory/serving";
import { MemoryWorld } from "../memoryWorld";
import { processOf, surviveKills } from "./killed";

const BY = { manager: "test", operation: "Update" } as const;
const ID = "0123456789abcdef";
const service = (namespace: string, name: string): ObjectRef => ({
    apiVersion: "v1",
    kind: "Service",
    namespace,
    name,
});
const moved = (name: string): Bridge => ({
    from: service(RELEASE.namespace, name),
    to: service(OPERATOR_NAMESPACE, name),
});
const conversion = (prefix: string) => service(OPERATOR_NAMESPACE, `${prefix}-conversion-webhook`);
const BRIDGES: readonly Bridge[] = [
    moved("alb-webhook-service"),
    moved("keda-operator-metrics-apiserver"),
    moved("keda-admission-webhooks"),
    { from: conversion("hyperpod-inference-operator"), to: conversion("hyperpod-inference") },
];

/** As if the certificates had both names already, from the authorities that are trusted now. */
function worldWithBothNames(): MemoryWorld {
    const world = new MemoryWorld();
    for (const [namespace, name] of [
        [RELEASE.namespace, "alb-tls"],
        [RELEASE.namespace, "kedaorg-certs"],
        [OPERATOR_NAMESPACE, "webhook-server-cert"],
    ] as const) {
        const ref = { apiVersion: "v1", kind: "Secret", namespace, name };
        const { data } = world.store.raw(ref) as unknown as { data: Record<string, string> };
        const ca = Buffer.from(data["ca.crt"] ?? "", "base64").toString();
        const { dnsNames } = decode(data["tls.crt"]) as FakeCertificate;
        const both = BRIDGES.flatMap(({ from, to }) => [from, to]).map(
            (one) => `${one.name}.${one.namespace}.svc`,
        );
        const names = [...new Set([...dnsNames, ...both])];
        world.store.merge(ref, { data: signerData(ca, names) }, BY);
    }
    // Nobody issues another one in this test.
    for (const name of ["cert-manager", "cert-manager-cainjector"])
        world.store.merge(
            { apiVersion: "apps/v1", kind: "Deployment", namespace: "cert-manager", name },
            { spec: { replicas: 0 } },
            BY,
        );
    world.settle();
    return world;
}
const found = async (ports: World) =>
    referencesToOld(
        ports,
        (await ports.objects.list(
            "apiextensions.k8s.io/v1",
            "CustomResourceDefinition",
        )) as KubernetesObject[],
        BRIDGES,
    );

describe("references to Services", () => {
    it("are found by the Service they name, whatever they are called", async () => {
        const { ports } = await processOf(new MemoryWorld());
        assert.deepEqual(
            (await found(ports)).map(({ kind, metadata }) => `${kind} ${metadata.name}`).sort(),
            [
                "APIService v1beta1.external.metrics.k8s.io",
                `CustomResourceDefinition inferenceendpointconfigs.${GROUP}`,
                `CustomResourceDefinition jumpstartmodels.${GROUP}`,
                "MutatingWebhookConfiguration alb-webhook",
                "ValidatingWebhookConfiguration alb-webhook",
                "ValidatingWebhookConfiguration keda-admission",
            ],
        );
    });

    it("go to the new Services and back without one request refused", async () => {
        const world = worldWithBothNames();
        const { ports } = await processOf(world);
        for (const bridge of BRIDGES) await buildBridge(ports, ID, bridge);
        const requests = world.watchRequests();
        const former = await found(ports);
        await pointToNew(ports, former.map(refTo), BRIDGES);
        world.settle(5_000);
        assert.deepEqual(await found(ports), [], "nothing names an old Service any more");
        await pointToOld(ports, former, BRIDGES);
        world.settle(5_000);
        assert.deepEqual([...requests.refused], []);
        assert.ok(requests.looks > 12, `${requests.looks} looks`);
    });

    it("without the bridge would be refused: the world tells", async () => {
        const world = worldWithBothNames();
        const { ports } = await processOf(world);
        const requests = world.watchRequests();
        await pointToNew(ports, (await found(ports)).map(refTo), BRIDGES);
        // Whoever asks for values waits that long.
        world.settle(11_000);
        assert.deepEqual([...requests.refused.keys()].sort(), [
            "external metrics",
            "ingress creation",
            "models through the old version",
            "target group bindings",
            "values of external metrics",
        ]);
    });

    it("are written on top of what somebody else wrote meanwhile", async () => {
        const world = worldWithBothNames();
        const { ports, mover } = await processOf(world);
        const former = await found(ports);
        const alb = former.find(({ kind }) => kind === "MutatingWebhookConfiguration");
        assert.ok(alb);
        let isWritten = false;
        mover.onWrite = () => {
            if (isWritten) return;
            isWritten = true;
            world.store.merge(refTo(alb), { metadata: { labels: { team: "platform" } } }, BY);
        };
        await pointToNew(ports, [refTo(alb)], BRIDGES);
        const live = world.store.raw(refTo(alb)) as unknown as {
            webhooks: { clientConfig: { service: { namespace: string } } }[];
        } & KubernetesObject;
        assert.equal(live.metadata.labels?.team, "platform");
        assert.equal(live.webhooks[0]?.clientConfig.service.namespace, OPERATOR_NAMESPACE);
    });

    it("survive a kill at any write, and go back with their former owners", async () => {
        const world = worldWithBothNames();
        const { ports } = await processOf(world);
        const former = await found(ports);
        const kills = await surviveKills(world, world.snapshot(), {
            apply: async (again) => {
                for (const bridge of BRIDGES) await buildBridge(again, ID, bridge);
                await pointToNew(again, former.map(refTo), BRIDGES);
            },
            undo: async (again) => {
                await pointToOld(again, former, BRIDGES);
                await removeBridges(again, ID, BRIDGES);
            },
        });
        assert.ok(kills >= 2 * (14 + 14), `${kills} kills`);
    });
});
