// Gives every identity of the add-on its role: trust added to Helm's, or a copy made. Its undo restores the exact former documents and deletes only what it created.

import { mapConcurrently } from "../../common/mapConcurrently";
import { UNKNOWN } from "../../common/unknownValue";
import type { Step } from "../engine/step";
import {
    hasTraceOfMove,
    isChanged,
    type RoleMemory,
    rememberRole,
    restoreRole,
    settleRole,
    waitForRoles,
} from "../operations/roles/roles";
import { IdentityTreatment, MigrationStep, type PlannedIdentity } from "../plan/plan";

export interface IdentitiesMemory {
    readonly roles: readonly RoleMemory[];
}

export const identities: Step<MigrationStep.Identities, IdentitiesMemory> = {
    name: MigrationStep.Identities,
    planLine: ({ identities }) => identities.map(describeIdentity).join("; ") || "no IAM role",
    remember: async (world, plan) => ({
        roles: await Promise.all(plan.identities.map((identity) => rememberRole(world, identity))),
    }),
    apply: async ({ world, plan, memory, journal }) => {
        const remembered = new Map(memory.value.roles.map((role) => [role.key, role]));
        await Promise.all(
            byRole(plan.identities).map(async (sharing) => {
                // One after the other: what a role trusts is one document.
                for (const identity of sharing) {
                    const role = remembered.get(identity.key);
                    if (role !== undefined) await settleRole(world, identity, role, journal.migrationId);
                }
            }),
        );
        await waitForRoles(
            world,
            plan.identities.filter((identity) => isChanged(identity, remembered.get(identity.key))),
        );
    },
    undo: async ({ world, plan, memory, journal }) => {
        const remembered = new Map(memory.value.roles.map((role) => [role.key, role]));
        await mapConcurrently(byRole(plan.identities), async (sharing) => {
            for (const identity of [...sharing].reverse()) {
                const role = remembered.get(identity.key);
                if (role !== undefined) await restoreRole(world, identity, role, journal.migrationId);
            }
        });
    },
    traces: async ({ world, plan, memory, journal }) => {
        const found = await mapConcurrently(memory.value.roles, async (remembered) => {
            const identity = plan.identities.find(({ key }) => key === remembered.key);
            return identity !== undefined &&
                (await hasTraceOfMove(world, identity, remembered, journal.migrationId))
                ? [`role ${identity.roleName}`]
                : [];
        });
        return found.flat();
    },
};

/** Identities that share a role stand together. */
function byRole(identities: readonly PlannedIdentity[]): PlannedIdentity[][] {
    const groups = new Map<string, PlannedIdentity[]>();
    for (const identity of identities)
        groups.set(identity.roleName, [...(groups.get(identity.roleName) ?? []), identity]);
    return [...groups.values()];
}

/** "execution role demo-operator copied as SageMakerHyperPodInference-demo-1a2b3c4d (why)". */
function describeIdentity({
    title,
    treatment,
    roleName,
    source,
    why,
    bucketPolicy,
}: PlannedIdentity): string {
    const buckets = bucketPolicy === undefined ? "" : " with an inline policy for the models' TLS buckets";
    switch (treatment) {
        case IdentityTreatment.Given:
            return roleName === UNKNOWN
                ? `${title} as given, still to be made`
                : `${title} ${roleName} as given`;
        case IdentityTreatment.Reused:
            return `${title} ${roleName} goes on${buckets}`;
        case IdentityTreatment.Cloned:
            return `${title} ${source?.split("/").pop() ?? ""} is copied as ${roleName}${buckets} (${why})`;
    }
}
