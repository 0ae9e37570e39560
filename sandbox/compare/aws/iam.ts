/** IAM comes in; roles with all their policies, customer policies with all versions and OIDC providers go out. */
import {
    GetOpenIDConnectProviderCommand,
    GetPolicyCommand,
    GetPolicyVersionCommand,
    GetRoleCommand,
    GetRolePolicyCommand,
    IAMClient,
    ListOpenIDConnectProvidersCommand,
    paginateListAttachedRolePolicies,
    paginateListPolicies,
    paginateListPolicyVersions,
    paginateListRolePolicies,
    paginateListRoles,
} from "@aws-sdk/client-iam";
import { all } from "./pages";
import { type ClientConfig, policyDocument, type Resource, resource } from "./resource";

export async function captureIam(config: ClientConfig): Promise<Resource[]> {
    const client = new IAMClient(config);
    const found = await Promise.all([
        captureRoles(client),
        capturePolicies(client),
        captureProviders(client),
    ]);
    return found.flat();
}

async function captureRoles(client: IAMClient): Promise<Resource[]> {
    const roles = await all(paginateListRoles({ client }, {}), (page) => page.Roles);
    return Promise.all(roles.map((role) => captureRole(client, role.RoleName ?? "")));
}

async function captureRole(client: IAMClient, RoleName: string): Promise<Resource> {
    const [{ Role }, attached, inlineNames] = await Promise.all([
        client.send(new GetRoleCommand({ RoleName })),
        all(paginateListAttachedRolePolicies({ client }, { RoleName }), (page) => page.AttachedPolicies),
        all(paginateListRolePolicies({ client }, { RoleName }), (page) => page.PolicyNames),
    ]);
    const inline = await Promise.all(
        inlineNames.map(async (PolicyName) => {
            const policy = await client.send(new GetRolePolicyCommand({ RoleName, PolicyName }));
            return [PolicyName, policyDocument(policy.PolicyDocument)] as const;
        }),
    );
    const content = {
        ...Role,
        RoleId: undefined,
        RoleLastUsed: undefined,
        AssumeRolePolicyDocument: policyDocument(Role?.AssumeRolePolicyDocument),
        AttachedPolicies: attached.map((policy) => policy.PolicyArn).sort(),
        InlinePolicies: Object.fromEntries(inline),
    };
    return resource(`iam:Role ${RoleName}`, content, Role?.RoleId);
}

async function capturePolicies(client: IAMClient): Promise<Resource[]> {
    const policies = await all(paginateListPolicies({ client }, { Scope: "Local" }), (page) => page.Policies);
    return Promise.all(policies.map((policy) => capturePolicy(client, policy.Arn ?? "")));
}

async function capturePolicy(client: IAMClient, PolicyArn: string): Promise<Resource> {
    const [{ Policy }, versions] = await Promise.all([
        client.send(new GetPolicyCommand({ PolicyArn })),
        all(paginateListPolicyVersions({ client }, { PolicyArn }), (page) => page.Versions),
    ]);
    const documents = await Promise.all(
        versions.map(async ({ VersionId }) => {
            const { PolicyVersion } = await client.send(
                new GetPolicyVersionCommand({ PolicyArn, VersionId }),
            );
            return [VersionId, policyDocument(PolicyVersion?.Document)] as const;
        }),
    );
    const content = { ...Policy, PolicyId: undefined, Versions: Object.fromEntries(documents) };
    return resource(`iam:Policy ${PolicyArn}`, content, Policy?.PolicyId);
}

async function captureProviders(client: IAMClient): Promise<Resource[]> {
    const { OpenIDConnectProviderList = [] } = await client.send(new ListOpenIDConnectProvidersCommand({}));
    return Promise.all(
        OpenIDConnectProviderList.map(async ({ Arn }) => {
            const provider = await client.send(
                new GetOpenIDConnectProviderCommand({ OpenIDConnectProviderArn: Arn }),
            );
            return resource(`iam:OpenIDConnectProvider ${Arn}`, provider);
        }),
    );
}
