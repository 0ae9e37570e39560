// Gives every identity of the add-on its role: trust added to Helm's, or a copy made. Its undo restores the exact former documents and deletes only what it created.
import { type RoleMemory, rememberRole, restoreRole, settleRole, waitForRoles } from "../operations/roles";
import { MigrationStep } from "../plan";
import type { Step } from "../saga";

export interface IdentitiesMemory {
    readonly roles: readonly RoleMemory[];
}

export const identities: Step<IdentitiesMemory> = {
    name: MigrationStep.Identities,
    remember: async (world, plan) => ({
        roles: await Promise.all(plan.identities.map((identity) => rememberRole(world, identity))),
    }),
    apply: async ({ world, plan, memory, journal }) => {
        // One after the other: two identities may share a role.
        for (const identity of plan.identities) {
            const remembered = memory.roles.find(({ key }) => key === identity.key);
            if (remembered !== undefined) await settleRole(world, identity, remembered, journal.migrationId);
        }
        await waitForRoles(world, plan.identities);
    },
    undo: async ({ world, plan, memory, journal }) => {
        for (const remembered of [...memory.roles].reverse()) {
            const identity = plan.identities.find(({ key }) => key === remembered.key);
            if (identity !== undefined) await restoreRole(world, identity, remembered, journal.migrationId);
        }
    },
};
