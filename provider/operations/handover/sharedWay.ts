// The way of controllers of which one signs for all, and leads: both generations have the same authority and one certificate for the names of both, the add-on's ask Helm's leader until theirs leads, and the move holds the Lease of the generation that waits.
import { PRESENTED_MS } from "../../../common/timeouts";
import type { StepContext } from "../../engine/step";
import { keyOf, refTo } from "../../kubernetes/objectRef";
import { readMany } from "../../kubernetes/readMany";
import { certificateIn, sameNames } from "../../kubernetes/tlsSecrets";
import { type SharedComponent, servicesOf, together } from "../../plan/handoverOrder";
import type { Backup } from "../backup/backup";
import { availableAgain } from "./awaitHelmPods";
import { buildBridge, followBridge } from "./bridge";
import { leaveOurFields } from "./giveUpFieldOwnership";
import { holdOn, holdWhenFree, isHeld, leadsElsewhere } from "./heldLeases";
import { Answering, waitForNames } from "./presentedNames";
import { replicasBefore } from "./replicasBefore";
import { namesService, pointToNew, pointToOld } from "./serviceReferences";
import {
    assertSameAuthority,
    giveToWaiting,
    isUnshared,
    leaveShared,
    namesOfBoth,
    type SharedMemory,
    shareAuthority,
    takeServingBack,
} from "./sharedAuthority";
import type { Way } from "./wayInterface";

export function sharedWay<Memory>(
    { world, plan, journal: { migrationId } }: StepContext<Memory>,
    component: SharedComponent,
    { objects }: Backup,
): Way {
    const { leading, services, secret, nextSecret, references, lease, nextLease } = component.shared;
    const components = together(plan, component);
    const bridges = servicesOf(component);
    const [serving, ...former] = [secret, ...references].map((ref) => {
        const found = objects.find((object) => keyOf(refTo(object)) === keyOf(ref));
        if (found === undefined) throw new Error(`${keyOf(ref)} is not in the backup`);
        return found;
    });
    if (serving === undefined) throw new Error(`${keyOf(secret)} is not in the backup`);
    const memory: SharedMemory = { serving, waiting: nextSecret };
    const names = namesOfBoth(certificateIn(world, serving)?.dnsNames ?? [], bridges);

    const live = async () => [...(await readMany(world, references)).values()];
    const follow = async () => {
        for (const one of bridges) await followBridge(world, migrationId, one);
    };
    /** Helm's pods may be asked under the new names. */
    const isShared = async () =>
        sameNames(certificateIn(world, await world.objects.read(secret))?.dnsNames, names);
    const stopped = async () => {
        const replicas = await Promise.all(
            components.map(({ workload }) => world.workloads.replicas(workload)),
        );
        return components.filter((_, index) => (replicas[index] ?? 0) === 0);
    };
    const available = async (meanwhile: () => Promise<unknown>) => {
        for (const one of components) await availableAgain(world, one, meanwhile);
    };
    const pointBack = () => pointToOld(world, former, services);

    return {
        components,
        bridges,
        leading,
        made: [...bridges.map(({ to }) => to), nextSecret],
        lease,
        nextLease,
        build: async () => {
            for (const one of bridges) await buildBridge(world, migrationId, one);
            await giveToWaiting(world, migrationId, memory);
        },
        redirect: async (meanwhile) => {
            // Somebody undid half of it: the add-on's serve, and Helm's do not all run yet.
            const isThere = (await live()).every((one) => services.some(({ to }) => namesService(one, to)));
            if ((await stopped()).length > 0 && isThere) return;
            const wasShared = await isShared();
            await shareAuthority(world, migrationId, memory, names);
            const keep = () => Promise.all([wasShared ? follow() : undefined, meanwhile()]);
            // Where the move holds the Lease of Helm's, none of them leads, and none listens: values are the add-on's leader's.
            const led = (await isHeld(world, migrationId, lease)) ? services : bridges;
            for (const { from } of led)
                await waitForNames(world, {
                    migrationId,
                    namespace: nextSecret.namespace ?? "",
                    service: from,
                    names,
                    // Of the one that leads the others do not listen.
                    answering: from === leading.from ? Answering.One : Answering.Each,
                    timeoutMs: PRESENTED_MS,
                    meanwhile: keep,
                });
            await follow();
            await pointToNew(world, references, services);
        },
        beforeApply: async () => undefined,
        follow,
        keepUp: follow,
        // Aggregated APIs are read, and a read is asked again; a scaled object nobody answers for is let through.
        letConnectionsGo: async () => undefined,
        turnBack: async () => {
            const [resting, asking] = await Promise.all([stopped(), live()]);
            const isBack = asking.every((one) => !services.some(({ to }) => namesService(one, to)));
            if (isBack && resting.length === 0 && (await isUnshared(world, memory))) return;
            await assertSameAuthority(world, memory);
            const rests = resting.includes(component);
            if (!rests) await holdOn(world, migrationId, [nextLease]);
            // The add-on's lead, until they are stopped.
            if (rests || (await leadsElsewhere(world, migrationId, lease, nextLease)))
                await holdWhenFree(world, migrationId, [lease]);
            if (resting.length === 0) {
                await available((await isShared()) && !isBack ? follow : async () => undefined);
                await pointBack();
                await takeServingBack(world, memory);
                return;
            }
            // Pods that start present what the Secret holds then.
            await takeServingBack(world, memory);
            for (const one of resting) await world.workloads.scale(one.workload, replicasBefore(plan, one));
            await available(async () => undefined);
            await pointBack();
        },
        leave: async () => {
            await takeServingBack(world, memory);
            await leaveShared(world, migrationId, memory);
            for (const ref of references) await leaveOurFields(world, ref);
        },
        isAsked: async (service) => (await live()).some((one) => namesService(one, service)),
        traces: async () =>
            (await live()).flatMap((one) =>
                services
                    .filter(({ to }) => namesService(one, to))
                    .map(({ to }) => `${keyOf(refTo(one))} asks Service ${to.namespace}/${to.name}`),
            ),
    };
}
