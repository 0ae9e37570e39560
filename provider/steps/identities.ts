// Gives every identity of the add-on its role: trust added to Helm's, or a copy made. Its undo restores the exact former documents and deletes only what it created.

import type { Step } from "../engine/saga";
import {
    isChanged,
    type RoleMemory,
    rememberRole,
    restoreRole,
    settleRole,
    waitForRoles,
} from "../operations/roles/roles";
import { MigrationStep, type PlannedIdentity } from "../plan/plan";

export interface IdentitiesMemory {
    readonly roles: readonly RoleMemory[];
}

export const identities: Step<IdentitiesMemory> = {
    name: MigrationStep.Identities,
    remember: async (world, plan) => ({
        roles: await Promise.all(plan.identities.map((identity) => rememberRole(world, identity))),
    }),
    apply: async ({ world, plan, memory, journal }) => {
        const remembered = new Map(memory.roles.map((role) => [role.key, role]));
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
        for (const remembered of [...memory.roles].reverse()) {
            const identity = plan.identities.find(({ key }) => key === remembered.key);
            if (identity !== undefined) await restoreRole(world, identity, remembered, journal.migrationId);
        }
    },
};

/** Identities that share a role stand together. */
function byRole(identities: readonly PlannedIdentity[]): PlannedIdentity[][] {
    const groups = new Map<string, PlannedIdentity[]>();
    for (const identity of identities)
        groups.set(identity.roleName, [...(groups.get(identity.roleName) ?? []), identity]);
    return [...groups.values()];
}
