// The port `Identities` of one mover, on simulated IAM roles. A role is created in several writes, each of which can be the last one.
import type { Gate, Identities, Role } from "../../../provider/ports/world";
import type { Data } from "./data";
import type { Mover } from "./mover";

export class MemoryIdentities implements Identities {
    constructor(
        readonly data: () => Data,
        readonly mover: Mover,
        readonly gate: Gate,
        readonly oidc: ReadonlyMap<string, string>,
    ) {}

    readRole(arnOrName: string): Promise<Role | undefined> {
        return this.mover.read(() => this.data().roles.get(nameOf(arnOrName)));
    }

    async createRole(role: Omit<Role, "arn">, ownerTag: { key: string; value: string }): Promise<Role> {
        const existing = await this.readRole(role.name);
        if (existing !== undefined && existing.tags[ownerTag.key] !== ownerTag.value)
            throw new Error(`role ${role.name} exists`);
        const arn = `arn:aws:iam::123456789012:role${role.path}${role.name}`;
        const bare: Role = {
            ...role,
            arn,
            attachedPolicies: [],
            inlinePolicies: {},
            tags: { ...role.tags, [ownerTag.key]: ownerTag.value },
        };
        if (existing === undefined) await this.#put(`create role ${role.name}`, role.name, () => bare);
        for (const policy of role.attachedPolicies)
            await this.#put(`attach ${policy}`, role.name, (now) => ({
                ...now,
                attachedPolicies: [...new Set([...now.attachedPolicies, policy])].sort(),
            }));
        for (const [name, document] of Object.entries(role.inlinePolicies))
            await this.putInlinePolicy(role.name, name, document);
        return (await this.readRole(role.name)) as Role;
    }

    trustPolicyLimit(): Promise<number | undefined> {
        return this.mover.read(() => this.data().trustPolicyLimit);
    }

    setTrustPolicy(roleName: string, document: string): Promise<void> {
        return this.#put(`trust of ${roleName}`, roleName, (role) => ({ ...role, trustPolicy: document }));
    }

    putInlinePolicy(roleName: string, policyName: string, document: string): Promise<void> {
        return this.#put(`put ${policyName} of ${roleName}`, roleName, (role) => ({
            ...role,
            inlinePolicies: { ...role.inlinePolicies, [policyName]: document },
        }));
    }

    removeInlinePolicy(roleName: string, policyName: string): Promise<void> {
        return this.#put(
            `remove ${policyName} of ${roleName}`,
            roleName,
            ({ inlinePolicies: { [policyName]: _, ...inlinePolicies }, ...role }) => ({
                ...role,
                inlinePolicies,
            }),
        );
    }

    async deleteRole(roleName: string, ownerTag: { key: string; value: string }): Promise<void> {
        const role = await this.readRole(roleName);
        if (role === undefined || role.tags[ownerTag.key] !== ownerTag.value) return;
        if (role.attachedPolicies.length > 0)
            await this.#put(`detach all of ${roleName}`, roleName, (now) => ({
                ...now,
                attachedPolicies: [],
            }));
        for (const name of Object.keys(role.inlinePolicies)) await this.removeInlinePolicy(roleName, name);
        await this.mover.write(
            `delete role ${roleName}`,
            () => this.data().roles.delete(roleName),
            this.gate,
        );
    }

    oidcProviderArn(issuer: string): Promise<string | undefined> {
        return this.mover.read(() => this.oidc.get(issuer.replace(/^https:\/\//, "")));
    }

    async #put(what: string, name: string, change: (role: Role) => Role): Promise<void> {
        await this.mover.write(
            what,
            () => {
                const role = this.data().roles.get(name);
                if (role === undefined && !what.startsWith("create"))
                    throw Object.assign(new Error(`role ${name} not found`), {
                        name: "NoSuchEntityException",
                    });
                this.data().roles.set(name, change(role as Role));
            },
            this.gate,
        );
    }
}

function nameOf(arnOrName: string): string {
    return arnOrName.slice(arnOrName.lastIndexOf("/") + 1);
}
