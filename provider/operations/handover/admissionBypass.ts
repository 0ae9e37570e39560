// Webhook configurations and Services come in; for the seconds in which EKS puts another authority into them, the API server asks none of these webhooks, and then all of them again. Price: nothing is checked or filled in by them meanwhile.
import { refTo } from "../../kubernetes/objectRef";
import type { KubernetesObject, ObjectRef, World } from "../../ports/world";

/** EKS's apply leaves it alone: no manifest of an add-on owns conditions. */
const NAME = "pulumi-hyperpod-inference.move";
const TRIES = 5;

interface Condition {
    readonly name: string;
    readonly expression: string;
}

interface Webhook {
    readonly clientConfig?: { readonly service?: { readonly namespace: string; readonly name: string } };
    readonly matchConditions?: readonly Condition[] | null;
}

/**
 * Only entries for one of the Services; what others set as conditions stays. `until` (the API server's time, ISO 8601) ends it also when nobody
 * comes back: from then on whatever writes an object is asked about again.
 */
export async function beginBypass(
    world: World,
    configurations: readonly ObjectRef[],
    services: readonly ObjectRef[],
    until: string,
): Promise<void> {
    const isMeant = ({ clientConfig }: Webhook) =>
        services.some(
            ({ namespace, name }) =>
                namespace === clientConfig?.service?.namespace && name === clientConfig?.service?.name,
        );
    await changeConditions(world, configurations, (webhook, conditions) =>
        isMeant(webhook) ? [...conditions, conditionUntil(until)] : conditions,
    );
}

/** Also after a kill, from the condition's name alone. */
export async function endBypass(world: World, configurations: readonly ObjectRef[]): Promise<void> {
    await changeConditions(world, configurations, (_, conditions) => conditions);
}

/** As it is without the bypass. */
export function withoutBypass(object: KubernetesObject): KubernetesObject {
    const webhooks = webhooksOf(object);
    return { ...object, webhooks: webhooks.map((webhook) => withConditions(webhook, othersOf(webhook))) };
}

/** The API server notes the time of every write in the object before it asks: the condition holds, and the webhook is asked, once that is late enough. */
function conditionUntil(until: string): Condition {
    const isLate = `object.metadata.managedFields.exists(one, has(one.time) && timestamp(one.time) >= timestamp("${until}"))`;
    return { name: NAME, expression: `object == null || !has(object.metadata.managedFields) || ${isLate}` };
}

function othersOf({ matchConditions }: Webhook): readonly Condition[] {
    return (matchConditions ?? []).filter(({ name }) => name !== NAME);
}

function withConditions(
    { matchConditions: _, ...webhook }: Webhook,
    conditions: readonly Condition[],
): Webhook {
    return conditions.length === 0 ? webhook : { ...webhook, matchConditions: conditions };
}

function webhooksOf(object: KubernetesObject): readonly Webhook[] {
    return (object as KubernetesObject & { webhooks?: readonly Webhook[] }).webhooks ?? [];
}

/** `next` gets the conditions of others. */
async function changeConditions(
    world: World,
    configurations: readonly ObjectRef[],
    next: (webhook: Webhook, conditions: readonly Condition[]) => readonly Condition[],
): Promise<void> {
    await Promise.all(configurations.map((ref) => changeOne(world, ref, next)));
}

async function changeOne(
    world: World,
    ref: ObjectRef,
    next: (webhook: Webhook, conditions: readonly Condition[]) => readonly Condition[],
): Promise<void> {
    for (let attempt = 1; ; attempt++) {
        const live = await world.objects.read(ref);
        if (live === undefined) return;
        const webhooks = webhooksOf(live);
        const wanted = webhooks.map((webhook) => {
            const conditions = next(webhook, othersOf(webhook));
            return JSON.stringify(conditions) === JSON.stringify(webhook.matchConditions ?? [])
                ? webhook
                : withConditions(webhook, conditions);
        });
        if (wanted.every((webhook, index) => webhook === webhooks[index])) return;
        const { resourceVersion = "" } = live.metadata;
        try {
            await world.objects.merge(refTo(live), { metadata: { resourceVersion }, webhooks: wanted });
            return;
        } catch (error) {
            if ((error as { status?: number }).status !== 409 || attempt >= TRIES) throw error;
        }
    }
}
