// The port `Identities`, on the IAM API.

import type * as iam from "@aws-sdk/client-iam";
import { IAM_PROPAGATION_MS } from "../../../common/timeouts";
import type { Gate, Identities, Role } from "../../ports/world";
import { openClient } from "./client";
import type { AwsSession } from "./session";

const PROPAGATION_SECONDS = IAM_PROPAGATION_MS / 1000;

export class IamIdentities implements Identities {
    private constructor(
        readonly sdk: typeof iam,
        readonly client: iam.IAMClient,
    ) {}

    static async open(session: AwsSession, gate: Gate): Promise<IamIdentities> {
        const sdk = await import("@aws-sdk/client-iam");
        return new IamIdentities(sdk, openClient(sdk.IAMClient, session, "iam", gate));
    }

    async readRole(arnOrName: string): Promise<Role | undefined> {
        const RoleName = roleNameOf(arnOrName);
        const { client, sdk } = this;
        const [found, attached, inlineNames] = await Promise.all([
            absentAsUndefined(client.send(new sdk.GetRoleCommand({ RoleName }))),
            absentAsUndefined(
                itemsOf(
                    sdk.paginateListAttachedRolePolicies({ client }, { RoleName }),
                    (page) => page.AttachedPolicies,
                ),
            ),
            absentAsUndefined(
                itemsOf(sdk.paginateListRolePolicies({ client }, { RoleName }), (page) => page.PolicyNames),
            ),
        ]);
        if (found?.Role === undefined || attached === undefined || inlineNames === undefined)
            return undefined;
        const inline = await Promise.all(
            inlineNames.map(async (PolicyName) => {
                const { PolicyDocument } = await this.client.send(
                    new this.sdk.GetRolePolicyCommand({ RoleName, PolicyName }),
                );
                return [PolicyName, decodeURIComponent(PolicyDocument ?? "")] as const;
            }),
        );
        const role = found.Role;
        return {
            arn: role.Arn ?? "",
            name: role.RoleName ?? RoleName,
            path: role.Path ?? "/",
            trustPolicy: decodeURIComponent(role.AssumeRolePolicyDocument ?? ""),
            attachedPolicies: attached.map(({ PolicyArn }) => PolicyArn ?? "").sort(),
            inlinePolicies: Object.fromEntries(inline),
            maxSessionDuration: role.MaxSessionDuration ?? 3600,
            tags: Object.fromEntries((role.Tags ?? []).map(({ Key, Value }) => [Key ?? "", Value ?? ""])),
            ...(role.PermissionsBoundary?.PermissionsBoundaryArn
                ? { permissionsBoundary: role.PermissionsBoundary.PermissionsBoundaryArn }
                : {}),
            ...(role.Description ? { description: role.Description } : {}),
        };
    }

    async createRole(role: Omit<Role, "arn">, ownerTag: { key: string; value: string }): Promise<Role> {
        const existing = await this.readRole(role.name);
        if (existing !== undefined && existing.tags[ownerTag.key] !== ownerTag.value) {
            throw new Error(
                `IAM role ${role.name} exists and was not made by this move; give the role to use, or rename that one`,
            );
        }
        if (existing === undefined) {
            await this.client.send(
                new this.sdk.CreateRoleCommand({
                    RoleName: role.name,
                    Path: role.path,
                    AssumeRolePolicyDocument: role.trustPolicy,
                    MaxSessionDuration: role.maxSessionDuration,
                    Tags: Object.entries({ ...role.tags, [ownerTag.key]: ownerTag.value }).map(
                        ([Key, Value]) => ({ Key, Value }),
                    ),
                    ...(role.permissionsBoundary ? { PermissionsBoundary: role.permissionsBoundary } : {}),
                    ...(role.description ? { Description: role.description } : {}),
                }),
            );
            await this.#waitVisible(role.name);
        }
        for (const PolicyArn of role.attachedPolicies) {
            if (existing?.attachedPolicies.includes(PolicyArn)) continue;
            await this.client.send(new this.sdk.AttachRolePolicyCommand({ RoleName: role.name, PolicyArn }));
        }
        for (const [name, document] of Object.entries(role.inlinePolicies)) {
            if (existing?.inlinePolicies[name] !== document)
                await this.putInlinePolicy(role.name, name, document);
        }
        const made = await this.readRole(role.name);
        if (made === undefined) throw new Error(`IAM role ${role.name} was created but IAM does not show it`);
        return made;
    }

    async setTrustPolicy(roleName: string, document: string): Promise<void> {
        await this.client.send(
            new this.sdk.UpdateAssumeRolePolicyCommand({ RoleName: roleName, PolicyDocument: document }),
        );
    }

    async putInlinePolicy(roleName: string, policyName: string, document: string): Promise<void> {
        await this.client.send(
            new this.sdk.PutRolePolicyCommand({
                RoleName: roleName,
                PolicyName: policyName,
                PolicyDocument: document,
            }),
        );
    }

    async removeInlinePolicy(roleName: string, policyName: string): Promise<void> {
        await absentAsUndefined(
            this.client.send(
                new this.sdk.DeleteRolePolicyCommand({ RoleName: roleName, PolicyName: policyName }),
            ),
        );
    }

    async deleteRole(roleName: string, ownerTag: { key: string; value: string }): Promise<void> {
        const role = await this.readRole(roleName);
        if (role === undefined || role.tags[ownerTag.key] !== ownerTag.value) return;
        for (const PolicyArn of role.attachedPolicies) {
            await absentAsUndefined(
                this.client.send(new this.sdk.DetachRolePolicyCommand({ RoleName: roleName, PolicyArn })),
            );
        }
        for (const name of Object.keys(role.inlinePolicies)) await this.removeInlinePolicy(roleName, name);
        await absentAsUndefined(this.client.send(new this.sdk.DeleteRoleCommand({ RoleName: roleName })));
    }

    async trustPolicyLimit(): Promise<number | undefined> {
        try {
            const { SummaryMap } = await this.client.send(new this.sdk.GetAccountSummaryCommand({}));
            return (SummaryMap as Record<string, number> | undefined)?.AssumeRolePolicySizeQuota;
        } catch (error) {
            if (/^AccessDenied/.test((error as Error).name)) return undefined;
            throw error;
        }
    }

    async oidcProviderArn(issuer: string): Promise<string | undefined> {
        const { OpenIDConnectProviderList } = await this.client.send(
            new this.sdk.ListOpenIDConnectProvidersCommand({}),
        );
        return (OpenIDConnectProviderList ?? [])
            .map(({ Arn }) => Arn ?? "")
            .find((arn) => arn.endsWith(`:oidc-provider/${issuer}`));
    }

    async #waitVisible(RoleName: string): Promise<void> {
        const waiter = { client: this.client, minDelay: 1, maxDelay: 1, maxWaitTime: PROPAGATION_SECONDS };
        try {
            await this.sdk.waitUntilRoleExists(waiter, { RoleName });
        } catch (error) {
            if ((error as Error).name !== "TimeoutError") throw error;
            throw new Error(
                `IAM does not show role ${RoleName} ${PROPAGATION_SECONDS} s after its creation`,
                { cause: error },
            );
        }
    }
}

async function itemsOf<Page, Item>(
    pages: AsyncIterable<Page>,
    ofPage: (page: Page) => readonly Item[] | undefined,
): Promise<Item[]> {
    const items: Item[] = [];
    for await (const page of pages) items.push(...(ofPage(page) ?? []));
    return items;
}

async function absentAsUndefined<T>(call: Promise<T>): Promise<T | undefined> {
    try {
        return await call;
    } catch (error) {
        if (/NoSuchEntity/.test((error as Error).name)) return undefined;
        throw error;
    }
}

/** The name is the last segment: an ARN of a role with a path has more than two. */
export function roleNameOf(arnOrName: string): string {
    return arnOrName.split("/").pop() ?? arnOrName;
}
