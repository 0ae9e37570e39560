// The port `Addons` and the facts of the cluster, on the EKS API.
import type * as eks from "@aws-sdk/client-eks";
import type {
    Addon,
    AddonIssue,
    AddonRequest,
    AddonStatus,
    Addons,
    AddonVersion,
    Gate,
} from "../../ports/world";
import { openClient } from "./client";
import type { AwsSession } from "./session";

export interface ClusterFacts {
    readonly name: string;
    readonly arn: string;
    readonly region: string;
    readonly partition: string;
    readonly accountId: string;
    readonly endpoint: string;
    readonly certificateAuthority: string;
    readonly kubernetesVersion: string;
    /** Without `https://`. */
    readonly oidcIssuer: string;
}

type Eks = typeof eks;

export class EksApi {
    private constructor(
        readonly sdk: Eks,
        readonly client: eks.EKSClient,
        readonly region: string,
    ) {}

    static async open(session: AwsSession, gate: Gate): Promise<EksApi> {
        const sdk = await import("@aws-sdk/client-eks");
        return new EksApi(sdk, openClient(sdk.EKSClient, session, "eks", gate), session.region);
    }

    /** Undefined when there is no such cluster. */
    async describeCluster(name: string): Promise<ClusterFacts | undefined> {
        try {
            const { cluster } = await this.client.send(new this.sdk.DescribeClusterCommand({ name }));
            const arn = cluster?.arn ?? "";
            const [, partition = "aws", , , accountId = ""] = arn.split(":");
            return {
                name,
                arn,
                region: this.region,
                partition,
                accountId,
                endpoint: cluster?.endpoint ?? "",
                certificateAuthority: cluster?.certificateAuthority?.data ?? "",
                kubernetesVersion: cluster?.version ?? "",
                oidcIssuer: (cluster?.identity?.oidc?.issuer ?? "").replace(/^https:\/\//, ""),
            };
        } catch (error) {
            if ((error as Error).name === "ResourceNotFoundException") return undefined;
            throw error;
        }
    }

    /** Names of the Region's clusters. */
    async clusterNames(): Promise<readonly string[]> {
        const names: string[] = [];
        for await (const page of this.sdk.paginateListClusters({ client: this.client }, {}))
            names.push(...(page.clusters ?? []));
        return names;
    }
}

export class EksAddons implements Addons {
    constructor(
        readonly eks: EksApi,
        readonly cluster: Pick<ClusterFacts, "name" | "kubernetesVersion">,
    ) {}

    async describe(name: string): Promise<Addon | undefined> {
        try {
            const { addon } = await this.eks.client.send(
                new this.eks.sdk.DescribeAddonCommand({ ...this.#target(name) }),
            );
            return addon && addonOf(addon);
        } catch (error) {
            if ((error as Error).name === "ResourceNotFoundException") return undefined;
            throw error;
        }
    }

    async list(): Promise<readonly string[]> {
        const { client, sdk } = this.eks;
        const names: string[] = [];
        for await (const page of sdk.paginateListAddons({ client }, { clusterName: this.cluster.name }))
            names.push(...(page.addons ?? []));
        return names;
    }

    async versions(name: string): Promise<AddonVersion[]> {
        const { client, sdk } = this.eks;
        const { kubernetesVersion } = this.cluster;
        const pages = sdk.paginateDescribeAddonVersions({ client }, { addonName: name, kubernetesVersion });
        const found: AddonVersion[] = [];
        for await (const { addons } of pages)
            for (const { addonVersions } of addons ?? [])
                found.push(
                    ...(addonVersions ?? []).map(({ addonVersion = "" }) => ({ version: addonVersion })),
                );
        return found;
    }

    async configurationSchema(name: string, version: string): Promise<Record<string, unknown> | undefined> {
        const { configurationSchema } = await this.eks.client.send(
            new this.eks.sdk.DescribeAddonConfigurationCommand({ addonName: name, addonVersion: version }),
        );
        return configurationSchema ? (JSON.parse(configurationSchema) as Record<string, unknown>) : undefined;
    }

    async create(request: AddonRequest): Promise<Addon> {
        const { addon } = await this.eks.client.send(
            new this.eks.sdk.CreateAddonCommand({
                ...this.#target(request.name),
                addonVersion: request.version,
                resolveConflicts: request.resolveConflicts ?? "OVERWRITE",
                clientRequestToken: request.token,
                ...(request.configurationValues ? { configurationValues: request.configurationValues } : {}),
                ...(request.serviceAccountRoleArn
                    ? { serviceAccountRoleArn: request.serviceAccountRoleArn }
                    : {}),
                ...(request.tags ? { tags: { ...request.tags } } : {}),
            }),
        );
        return addonOf(addon ?? {});
    }

    async update(request: AddonRequest, resolveConflicts: "OVERWRITE" | "PRESERVE"): Promise<string> {
        const { update } = await this.eks.client.send(
            new this.eks.sdk.UpdateAddonCommand({
                ...this.#target(request.name),
                addonVersion: request.version,
                resolveConflicts,
                clientRequestToken: request.token,
                ...(request.configurationValues ? { configurationValues: request.configurationValues } : {}),
                ...(request.serviceAccountRoleArn
                    ? { serviceAccountRoleArn: request.serviceAccountRoleArn }
                    : {}),
            }),
        );
        return update?.id ?? "";
    }

    async tag({ arn }: Pick<Addon, "arn">, tags: Readonly<Record<string, string>>): Promise<void> {
        await this.eks.client.send(
            new this.eks.sdk.TagResourceCommand({ resourceArn: arn, tags: { ...tags } }),
        );
    }

    async untag({ arn }: Pick<Addon, "arn">, keys: readonly string[]): Promise<void> {
        await this.eks.client.send(
            new this.eks.sdk.UntagResourceCommand({ resourceArn: arn, tagKeys: [...keys] }),
        );
    }

    async describeUpdate(
        name: string,
        updateId: string,
    ): Promise<{ status: string; errors: readonly AddonIssue[] }> {
        const { update } = await this.eks.client.send(
            new this.eks.sdk.DescribeUpdateCommand({ name: this.cluster.name, updateId, addonName: name }),
        );
        return {
            status: update?.status ?? "",
            errors: (update?.errors ?? []).map(({ errorCode, errorMessage, resourceIds }) => ({
                code: errorCode ?? "",
                message: errorMessage ?? "",
                resourceIds: resourceIds ?? [],
            })),
        };
    }

    async remove(name: string, options: { preserve: boolean }): Promise<void> {
        try {
            await this.eks.client.send(
                new this.eks.sdk.DeleteAddonCommand({ ...this.#target(name), preserve: options.preserve }),
            );
        } catch (error) {
            if ((error as Error).name !== "ResourceNotFoundException") throw error;
        }
    }

    #target(addonName: string) {
        return { clusterName: this.cluster.name, addonName };
    }
}

function addonOf(addon: eks.Addon): Addon {
    return {
        name: addon.addonName ?? "",
        arn: addon.addonArn ?? "",
        version: addon.addonVersion ?? "",
        status: (addon.status ?? "") as AddonStatus,
        issues: (addon.health?.issues ?? []).map(({ code, message, resourceIds }) => ({
            code: code ?? "",
            message: message ?? "",
            resourceIds: resourceIds ?? [],
        })),
        configurationValues: addon.configurationValues ?? "",
        tags: addon.tags ?? {},
        ...(addon.serviceAccountRoleArn ? { serviceAccountRoleArn: addon.serviceAccountRoleArn } : {}),
    };
}
