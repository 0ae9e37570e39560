// Webhook configurations and Services come in; for the seconds in which EKS puts another authority into them, the API server asks none of these webhooks, and then all of them again. Price: nothing is checked or filled in by them meanwhile.
import { refTo } from "../../kubernetes/restore";
import type { KubernetesObject, ObjectRef, World } from "../../ports/world";

/** EKS's apply leaves it alone: no manifest of an add-on owns conditions. */
const CONDITION = { name: "pulumi-hyperpod-inference.move", expression: "false" };
const TRIES = 5;

interface Condition {
    readonly name: string;
    readonly expression: string;
}

interface Webhook {
    readonly clientConfig?: { readonly service?: { readonly namespace: string; readonly name: string } };
    readonly matchConditions?: readonly Condition[] | null;
}

/** Only entries for one of the Services; what others set as conditions stays. */
export async function beginBypass(
    world: World,
    configurations: readonly ObjectRef[],
    services: readonly ObjectRef[],
): Promise<void> {
    const isMeant = ({ clientConfig }: Webhook) =>
        services.some(
            ({ namespace, name }) =>
                namespace === clientConfig?.service?.namespace && name === clientConfig?.service?.name,
        );
    await changeConditions(world, configurations, (webhook, conditions) =>
        isMeant(webhook) ? [...conditions, CONDITION] : conditions,
    );
}

/** Also after a kill, from the condition's name alone. */
export async function endBypass(world: World, configurations: readonly ObjectRef[]): Promise<void> {
    await changeConditions(world, configurations, (_, conditions) => conditions);
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
        const webhooks = (live as KubernetesObject & { webhooks?: readonly Webhook[] }).webhooks ?? [];
        const wanted = webhooks.map((webhook) => {
            const conditions = webhook.matchConditions ?? [];
            const matchConditions = next(
                webhook,
                conditions.filter(({ name }) => name !== CONDITION.name),
            );
            if (JSON.stringify(matchConditions) === JSON.stringify(conditions)) return webhook;
            const { matchConditions: _, ...rest } = webhook;
            return matchConditions.length === 0 ? rest : { ...rest, matchConditions };
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
