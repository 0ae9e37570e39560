// Objects that name Services, and pairs of Services, come in; requests go to the other one of each pair: conversion of CRDs, admission webhooks, aggregated APIs. Written on top of what was read, and back the same way.
import { keyOf, refTo, restoreFieldManagers } from "../../kubernetes/restore";
import type { KubernetesObject, ObjectRef, World } from "../../ports/world";
import type { Bridge } from "./bridge";

const REGISTRATION = "admissionregistration.k8s.io/v1";
/** Kinds besides CRDs whose objects name a Service. */
const KINDS = [
    [REGISTRATION, "MutatingWebhookConfiguration"],
    [REGISTRATION, "ValidatingWebhookConfiguration"],
    ["apiregistration.k8s.io/v1", "APIService"],
] as const;
/** Somebody wrote it meanwhile: on top of that, a few times. */
const TRIES = 5;

interface ServiceName {
    readonly namespace: string;
    readonly name: string;
}

interface ClientConfig {
    readonly service?: ServiceName;
}

interface Shape {
    readonly webhooks?: readonly { readonly clientConfig?: ClientConfig }[];
    readonly spec?: {
        readonly service?: ServiceName;
        readonly conversion?: { readonly webhook?: { readonly clientConfig?: ClientConfig } };
    };
}

/** Those of `crds` and of all webhook configurations and aggregated APIs that name one of the old Services. */
export async function referencesToOld(
    world: World,
    crds: readonly KubernetesObject[],
    bridges: readonly Bridge[],
): Promise<readonly KubernetesObject[]> {
    const others = await Promise.all(KINDS.map(([apiVersion, kind]) => world.objects.list(apiVersion, kind)));
    return [...crds, ...others.flat()].filter((object) => patchOf(object, forward(bridges)) !== undefined);
}

/** Writes nothing where it points there already. */
export async function pointToNew(
    world: World,
    objects: readonly ObjectRef[],
    bridges: readonly Bridge[],
): Promise<void> {
    await Promise.all(objects.map((ref) => redirect(world, ref, forward(bridges))));
}

/** Also gives the fields back to whom they belonged to, where nothing else changed. */
export async function pointToOld(
    world: World,
    former: readonly KubernetesObject[],
    bridges: readonly Bridge[],
): Promise<void> {
    const back = new Map(bridges.map(({ from, to }) => [nameOf(to), from]));
    await Promise.all(
        former.map(async (object) => {
            await redirect(world, refTo(object), back);
            await restoreFieldManagers(world, object, await world.objects.read(refTo(object)));
        }),
    );
}

type Targets = ReadonlyMap<string, ObjectRef>;

function forward(bridges: readonly Bridge[]): Targets {
    return new Map(bridges.map(({ from, to }) => [nameOf(from), to]));
}

async function redirect(world: World, ref: ObjectRef, targets: Targets): Promise<void> {
    for (let attempt = 1; ; attempt++) {
        const live = await world.objects.read(ref);
        if (live === undefined) throw new Error(`${keyOf(ref)} is gone`);
        const patch = patchOf(live, targets);
        if (patch === undefined) return;
        const { resourceVersion = "" } = live.metadata;
        try {
            await world.objects.merge(ref, { ...patch, metadata: { resourceVersion } });
            return;
        } catch (error) {
            if ((error as { status?: number }).status !== 409 || attempt >= TRIES) throw error;
        }
    }
}

/** Undefined when it names none of the Services. */
function patchOf(object: KubernetesObject, targets: Targets): object | undefined {
    const { webhooks, spec } = object as Shape;
    if (webhooks !== undefined) {
        const next = webhooks.map((webhook) => {
            const service = redirected(webhook.clientConfig?.service, targets);
            return service === undefined
                ? webhook
                : { ...webhook, clientConfig: { ...webhook.clientConfig, service } };
        });
        return next.every((webhook, index) => webhook === webhooks[index]) ? undefined : { webhooks: next };
    }
    const served = redirected(spec?.service, targets);
    if (served !== undefined) return { spec: { service: served } };
    const service = redirected(spec?.conversion?.webhook?.clientConfig?.service, targets);
    return service && { spec: { conversion: { webhook: { clientConfig: { service } } } } };
}

function redirected(service: ServiceName | undefined, targets: Targets): ServiceName | undefined {
    const target = service && targets.get(nameOf(service));
    if (target === undefined) return undefined;
    return { ...service, name: target.name, namespace: target.namespace ?? "" };
}

function nameOf({ namespace, name }: { readonly namespace?: string; readonly name: string }): string {
    return `${namespace}/${name}`;
}
