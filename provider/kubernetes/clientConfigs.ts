// An object that tells the API server whom to ask (conversion of a CRD, webhook configuration, aggregated API) and a change of one such entry come in; the object is written with the change on top of what is there. Knows neither Services nor authorities.

import type { KubernetesObject, ObjectRef, World } from "../ports/world";
import { keyOf } from "./objectRef";

/** Somebody wrote it meanwhile: on top of that, a few times. */
const TRIES = 5;

export interface ServiceName {
    readonly namespace: string;
    readonly name: string;
}

export interface ClientConfig {
    readonly service?: ServiceName;
    /** Base64 of PEM; null takes it away. */
    readonly caBundle?: string | null;
}

/** Answers the same object when nothing changes. `webhook` is the name of the entry, where an object has several. */
export type ChangeConfig = (config: ClientConfig, webhook: string) => ClientConfig;

interface AskingObject {
    readonly webhooks?: readonly { readonly name: string; readonly clientConfig?: ClientConfig }[];
    readonly spec?: ClientConfig & {
        readonly conversion?: { readonly webhook?: { readonly clientConfig?: ClientConfig } };
    };
}

/** By the name of the entry; of an object that has one only, by the empty name. */
export function clientConfigsOf(object: KubernetesObject): ReadonlyMap<string, ClientConfig> {
    const found = new Map<string, ClientConfig>();
    patchOf(object, (config, webhook) => {
        found.set(webhook, config);
        return config;
    });
    return found;
}

/** Undefined when nothing changes. */
export function patchOf(object: KubernetesObject, change: ChangeConfig): object | undefined {
    const { webhooks, spec } = object as AskingObject;
    if (webhooks !== undefined) {
        const next = webhooks.map((webhook) => {
            const clientConfig = changed(webhook.clientConfig, change, webhook.name);
            return clientConfig === undefined ? webhook : { ...webhook, clientConfig };
        });
        return next.every((webhook, index) => webhook === webhooks[index]) ? undefined : { webhooks: next };
    }
    if (spec?.service !== undefined) {
        const { service, caBundle } = spec;
        const next = changed(caBundle === undefined ? { service } : { service, caBundle }, change);
        return next && { spec: next };
    }
    const clientConfig = changed(spec?.conversion?.webhook?.clientConfig, change);
    return clientConfig && { spec: { conversion: { webhook: { clientConfig } } } };
}

/** Writes nothing where nothing changes. */
export async function rewriteConfigs(world: World, ref: ObjectRef, change: ChangeConfig): Promise<void> {
    for (let attempt = 1; ; attempt++) {
        const live = await world.objects.read(ref);
        if (live === undefined) throw new Error(`${keyOf(ref)} is gone`);
        const patch = patchOf(live, change);
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

function changed(
    config: ClientConfig | undefined,
    change: ChangeConfig,
    webhook = "",
): ClientConfig | undefined {
    if (config === undefined) return undefined;
    const next = change(config, webhook);
    return next === config ? undefined : next;
}
