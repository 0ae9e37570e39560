// The way of a controller that the API server asks on admission: Helm's pods present a certificate for both names, of an authority made for the move; the generations have Leases of their own, and the move holds that of the one that waits.
import { PRESENTED_MS } from "../../../common/timeouts";
import type { StepContext } from "../../engine/step";
import { isAppliedByEks } from "../../kubernetes/appliedByEks";
import { keyOf, refTo } from "../../kubernetes/objectRef";
import { readMany } from "../../kubernetes/readMany";
import { certificateIn } from "../../kubernetes/tlsSecrets";
import { BYPASS_SECONDS } from "../../plan/handover";
import type { AdmissionComponent } from "../../plan/handoverOrder";
import type { KubernetesObject, ObjectRef } from "../../ports/world";
import type { Backup } from "../backup/backup";
import { beginBypass, endBypass, withoutBypass } from "./admissionBypass";
import { availableAgain } from "./awaitHelmPods";
import { buildBridge, followBridge } from "./bridge";
import { isTrustedForMove } from "./caBundles";
import { leaveOurFields, ownsBundle } from "./giveUpFieldOwnership";
import { holdOn, holdWhenFree, leadsElsewhere } from "./heldLeases";
import {
    type AuthorityMemory,
    forgetConnections,
    isAsBefore,
    leaveToAddon,
    presentOwn,
    presentsOwn,
    takeOwnBack,
    trustFormer,
    trustOwn,
} from "./ownAuthority";
import { waitForNames } from "./presentedNames";
import { replicasBefore } from "./replicasBefore";
import { areRedirected, namesService, pointToNew, pointToOld } from "./serviceReferences";
import { namesOfBoth } from "./sharedAuthority";
import type { Way } from "./wayInterface";

const nothing = async (): Promise<void> => undefined;

export function admissionWay<Memory>(
    context: StepContext<Memory>,
    component: AdmissionComponent,
    backup: Backup,
): Way {
    const { world, plan, journal, memory: cell } = context;
    const { migrationId } = journal;
    const { admission, workload } = component;
    const { from, to, lease, nextLease, isBypassed } = admission;
    const bridge = { from, to };
    const refs = admission.configurations;
    const memory = memoryIn(backup, admission);
    const formerNames = certificateIn(world, memory.secret)?.dnsNames ?? [];
    let bypassedUntil = 0;
    /** Of EKS from a former try, trusted besides ours: they are written anew within seconds, or not at all. */
    let known: ReadonlySet<string> = new Set();

    const live = async () => [...(await readMany(world, refs)).values()];
    const follow = () => followBridge(world, migrationId, bridge);
    const presented = (names: readonly string[], meanwhile: () => Promise<unknown>) =>
        waitForNames(world, {
            migrationId,
            namespace: to.namespace ?? "",
            service: from,
            names,
            timeoutMs: PRESENTED_MS,
            meanwhile,
        });
    const bypass = async () => {
        const now = Date.parse(await world.objects.serverTime());
        const until = new Date(now + BYPASS_SECONDS * 1000).toISOString();
        await beginBypass(world, refs, [from, to], until);
        bypassedUntil = world.clock.monotonic() + BYPASS_SECONDS * 1000;
    };

    return {
        components: [component],
        bridges: [bridge],
        made: [to],
        lease,
        nextLease,
        build: () => buildBridge(world, migrationId, bridge),
        redirect: async (meanwhile) => {
            const runs = ((await world.workloads.replicas(workload)) ?? 0) > 0;
            // Somebody undid half of it: the add-on's serve, and Helm's do not run yet.
            if (!runs && areRedirected(await live(), bridge)) return;
            const isBridged = await presentsOwn(world, memory);
            const names = namesOfBoth(formerNames, [bridge]);
            await trustFormer(world, migrationId, memory, journal.facts.appliedByEks);
            await presentOwn(world, migrationId, memory, names);
            await presented(names, () => Promise.all([isBridged ? follow() : nothing(), meanwhile()]));
            await follow();
            await pointToNew(world, refs, [bridge]);
        },
        beforeApply: async () => {
            known = new Set((await live()).filter(isAppliedByEks).map((one) => keyOf(refTo(one))));
            if (isBypassed && (await presentsOwn(world, memory))) await bypass();
        },
        follow,
        keepUp: async () => {
            await follow();
            if (journal.facts.redirected !== true || !(await presentsOwn(world, memory))) return;
            const now = await live();
            const written = now.filter((one) => !isTrustedForMove(one, migrationId, [from, to]));
            // A clean-up that was cut off leaves EKS's content with a bundle that is still this package's.
            const applied = written
                .filter((one) => isAppliedByEks(one) && !ownsBundle(one))
                .map(withoutBypass);
            if (applied.length > 0) {
                // What is written on top of them is taken away again in the end.
                const keys = new Set(applied.map((one) => keyOf(refTo(one))));
                const others = (journal.facts.appliedByEks ?? []).filter(
                    (one) => !keys.has(keyOf(refTo(one))),
                );
                journal.note({ appliedByEks: [...others, ...applied] });
                await cell.write(cell.value);
                known = new Set([...known].filter((key) => !keys.has(key)));
            }
            if (written.length > 0) await trustOwn(world, migrationId, memory);
            if (!isBypassed) return;
            if (now.every(isAppliedByEks)) {
                if (known.size === 0) await endBypass(world, refs);
            } else if (bypassedUntil - world.clock.monotonic() < (BYPASS_SECONDS * 1000) / 2) await bypass();
        },
        letConnectionsGo: () => forgetConnections(world, migrationId, memory),
        turnBack: async () => {
            const [replicas = 0, asking] = await Promise.all([
                world.workloads.replicas(workload),
                live(),
                endBypass(world, refs),
            ]);
            const runs = replicas > 0;
            const isBack = asking.every((one) => !namesService(one, to));
            if (isBack && runs && (await isAsBefore(world, memory))) return;
            if (runs) await holdOn(world, migrationId, [nextLease]);
            // The add-on's lead, until they are stopped.
            if (!runs || (await leadsElsewhere(world, migrationId, lease, nextLease)))
                await holdWhenFree(world, migrationId, [lease]);
            await trustFormer(world, migrationId, memory);
            // What pods that start here present is not for the new name: no bridge leads to them.
            const isBridged = runs && (await presentsOwn(world, memory));
            const available = () => availableAgain(world, component, isBridged ? follow : nothing);
            const pointBack = () => pointToOld(world, memory.configurations, [bridge]);
            if (runs) {
                await available();
                await pointBack();
            }
            // Pods that start present what the Secret holds then.
            await takeOwnBack(world, migrationId, memory, async () => {
                if (!runs) {
                    await world.workloads.scale(workload, replicasBefore(plan, component));
                    await available();
                    await pointBack();
                }
                await presented(formerNames, nothing);
            });
        },
        leave: async () => {
            await endBypass(world, refs);
            await leaveToAddon(world, migrationId, memory, journal.facts.appliedByEks ?? []);
            for (const ref of refs) await leaveOurFields(world, ref);
        },
        isAsked: async (service) => (await live()).some((one) => namesService(one, service)),
        traces: async () =>
            (await live())
                .filter((one) => namesService(one, to))
                .map((one) => `${keyOf(refTo(one))} asks Service ${to.namespace}/${to.name}`),
    };
}

/** From objects as they were; throws where one of them is missing. */
function memoryIn(
    { objects }: Backup,
    { secret, configurations, from, to }: AdmissionComponent["admission"],
): AuthorityMemory {
    const one = (ref: ObjectRef): KubernetesObject => {
        const found = objects.find((object) => keyOf(refTo(object)) === keyOf(ref));
        if (found === undefined) throw new Error(`${keyOf(ref)} is not in the backup`);
        return found;
    };
    return { secret: one(secret), configurations: configurations.map(one), services: [from, to] };
}
