// CRDs whose models the API server has converted over connections that it keeps come in; before the pods at their other end stop, it makes new ones. Whoever writes the authority into a CRD does not for that time, and does again in the end.
import type { StepContext } from "../../engine/step";
import { INJECT } from "../../kubernetes/certManagerAnnotations";
import { keyOf, refTo } from "../../kubernetes/objectRef";
import { readMany } from "../../kubernetes/readMany";
import { poll } from "../../ports/poll";
import type { KubernetesObject, ObjectRef, World } from "../../ports/world";
import { askAnew, endTrust, hasRemark } from "./caBundles";
import { stopInjection } from "./certificateNames";
import { annotationOwners, leaveFields } from "./giveUpFieldOwnership";

/** Injectors write within a second of what they see. */
const INJECTED = { timeoutMs: 10_000, pauseMs: 200 };

/** Whoever injects would take the remark out again, and the API server still knows the connections of before. */
export async function forgetConversions<Memory>(
    context: StepContext<Memory>,
    crds: readonly ObjectRef[],
    service: ObjectRef,
): Promise<void> {
    const { world, journal } = context;
    await rememberInjection(context, crds);
    await Promise.all(crds.map((crd) => stopInjection(world, crd)));
    await askAnew(world, journal.migrationId, { objects: crds, services: [service] });
}

/** `former`: the CRDs as they were before the move, from which injection was taken off on the way too. */
export async function injectAgain<Memory>(
    { world, journal }: StepContext<Memory>,
    former: readonly KubernetesObject[],
): Promise<void> {
    const { facts, migrationId } = journal;
    const refs = former.map(refTo);
    const injected = new Map((facts.injected ?? []).map((one) => [keyOf(refTo(one)), one]));
    await Promise.all([...injected.values()].map((one) => putBack(world, one)));
    const look = async () =>
        [...(await readMany(world, refs)).values()].some((crd) => hasRemark(crd, migrationId));
    // The bundle is then its writer's again, as after a move with a pause.
    if (injected.size > 0) await poll(world.clock, INJECTED, look, (isLeft) => !isLeft);
    await endTrust(world, migrationId, { objects: refs });
    await Promise.all(
        former.map(async (crd) => {
            const last = injected.get(keyOf(refTo(crd)));
            await leaveFields(world, last === undefined ? [crd] : [crd, last], INJECT);
        }),
    );
}

async function putBack(world: World, injected: KubernetesObject): Promise<void> {
    const ref = refTo(injected);
    const live = await world.objects.read(ref);
    // Somebody else has said meanwhile who is to write it.
    if (live === undefined || live.metadata.annotations?.[INJECT] !== undefined) return;
    await world.objects.merge(ref, { metadata: { annotations: injected.metadata.annotations } });
}

/** What a run that was cut off has remembered stays: what is there now may be its own. */
async function rememberInjection<Memory>(
    { world, journal, memory }: StepContext<Memory>,
    crds: readonly ObjectRef[],
): Promise<void> {
    const { injected = [] } = journal.facts;
    const known = new Set(injected.map((one) => keyOf(refTo(one))));
    const live = await Promise.all(crds.map((crd) => world.objects.read(crd)));
    const added = live.flatMap((crd) => {
        const place = crd?.metadata.annotations?.[INJECT];
        if (crd === undefined || place === undefined || known.has(keyOf(refTo(crd)))) return [];
        const { apiVersion, kind, metadata } = crd;
        const managedFields = [...annotationOwners(crd, INJECT)];
        const annotations = { [INJECT]: place };
        return [{ apiVersion, kind, metadata: { name: metadata.name, annotations, managedFields } }];
    });
    if (added.length === 0) return;
    journal.note({ injected: [...injected, ...added] });
    await memory.write(memory.value);
}
