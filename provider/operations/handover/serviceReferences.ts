// Objects that name Services, and pairs of Services, come in; requests go to the other one of each pair: conversion of CRDs, admission webhooks, aggregated APIs. Written on top of what was read, and back the same way.

import { type ClientConfig, clientConfigsOf, patchOf, rewriteConfigs } from "../../kubernetes/clientConfigs";
import { refTo } from "../../kubernetes/objectRef";
import { restoreFieldManagers } from "../../kubernetes/restoreFieldManagers";
import type { KubernetesObject, ObjectRef, World } from "../../ports/world";
import type { Bridge } from "./bridge";

const REGISTRATION = "admissionregistration.k8s.io/v1";
/** Kinds besides CRDs whose objects name a Service. */
const KINDS = [
    [REGISTRATION, "MutatingWebhookConfiguration"],
    [REGISTRATION, "ValidatingWebhookConfiguration"],
    ["apiregistration.k8s.io/v1", "APIService"],
] as const;

/** Those of `crds` and of all webhook configurations and aggregated APIs that name one of the old Services. */
export async function referencesToOld(
    world: World,
    crds: readonly KubernetesObject[],
    bridges: readonly Bridge[],
): Promise<readonly KubernetesObject[]> {
    const others = await Promise.all(KINDS.map(([apiVersion, kind]) => world.objects.list(apiVersion, kind)));
    return [...crds, ...others.flat()].filter((object) => {
        return patchOf(object, (config) => redirected(config, forward(bridges))) !== undefined;
    });
}

/** Whether all of them name the new Service. */
export function areRedirected(objects: readonly KubernetesObject[], { to }: Bridge): boolean {
    return objects.every((object) => namesService(object, to));
}

/** Whether it sends requests to this Service. */
export function namesService(object: KubernetesObject, service: ObjectRef): boolean {
    return [...clientConfigsOf(object).values()].some(
        ({ service: named }) => named !== undefined && nameOf(named) === nameOf(service),
    );
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

function redirect(world: World, ref: ObjectRef, targets: Targets): Promise<void> {
    return rewriteConfigs(world, ref, (config) => redirected(config, targets));
}

function redirected(config: ClientConfig, targets: Targets): ClientConfig {
    const { service } = config;
    const target = service && targets.get(nameOf(service));
    if (target === undefined) return config;
    return { ...config, service: { ...service, name: target.name, namespace: target.namespace ?? "" } };
}

function nameOf({ namespace, name }: { readonly namespace?: string; readonly name: string }): string {
    return `${namespace}/${name}`;
}
