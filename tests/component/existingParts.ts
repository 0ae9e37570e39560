// What an account may have before the component comes: all combinations of it, and how to make one on a sandbox. Asserts nothing.
import { CreateVpcEndpointCommand, EC2Client } from "@aws-sdk/client-ec2";
import { CreateAddonCommand, EKSClient, waitUntilAddonActive } from "@aws-sdk/client-eks";
import { CreateOpenIDConnectProviderCommand, IAMClient } from "@aws-sdk/client-iam";
import type { BareCluster } from "../../sandbox/content";
import type { Sandbox } from "../../sandbox/sandbox";

const addonsOf = {
    none: [],
    some: ["cert-manager", "aws-mountpoint-s3-csi-driver"],
    all: ["cert-manager", "aws-mountpoint-s3-csi-driver", "aws-fsx-csi-driver", "metrics-server"],
} as const;

export interface Existing {
    oidcProvider: boolean;
    /** An endpoint that lacks route tables has the public one only. */
    endpoint: "none" | "lacking" | "complete";
    addons: keyof typeof addonsOf;
}

export const combinations: Existing[] = [false, true].flatMap((oidcProvider) =>
    (["none", "lacking", "complete"] as const).flatMap((endpoint) =>
        (["none", "some", "all"] as const).map((addons) => ({ oidcProvider, endpoint, addons })),
    ),
);

export const addonsThere = ({ addons }: Existing): readonly string[] => addonsOf[addons];

export function nameOf({ oidcProvider, endpoint, addons }: Existing): string {
    return `OIDC provider ${oidcProvider ? "there" : "none"}, S3 endpoint ${endpoint}, dependency add-ons ${addons}`;
}

const tags = { owner: "platform" };
const tagList = Object.entries(tags).map(([Key, Value]) => ({ Key, Value }));

/** From the baseline "bare" to a combination; what takes long is kept as a baseline too. */
export async function provide(sandbox: Sandbox, bare: BareCluster, existing: Existing): Promise<void> {
    const baseline = `add-ons-${existing.addons}`;
    if (!sandbox.hasBaseline(baseline)) {
        await sandbox.restoreBaseline("bare");
        await installAddons(sandbox, addonsThere(existing));
        await sandbox.saveBaseline(baseline);
    }
    await sandbox.restoreBaseline(baseline);
    const connection = connectionOf(sandbox);
    if (existing.oidcProvider) {
        await new IAMClient(connection).send(
            new CreateOpenIDConnectProviderCommand({
                Url: sandbox.oidcIssuer,
                ClientIDList: ["sts.amazonaws.com"],
                ThumbprintList: ["9e99a48a9960b14926bb7f3b02e22da2b0ab7280"],
                Tags: tagList,
            }),
        );
    }
    if (existing.endpoint === "none") return;
    const { vpcId, publicRouteTableId, privateRouteTableIds } = bare.network;
    await new EC2Client(connection).send(
        new CreateVpcEndpointCommand({
            VpcId: vpcId,
            ServiceName: `com.amazonaws.${sandbox.region}.s3`,
            VpcEndpointType: "Gateway",
            RouteTableIds: [
                publicRouteTableId,
                ...(existing.endpoint === "complete" ? privateRouteTableIds : []),
            ],
            TagSpecifications: [{ ResourceType: "vpc-endpoint", Tags: tagList }],
        }),
    );
}

async function installAddons(sandbox: Sandbox, names: readonly string[]): Promise<void> {
    const client = new EKSClient(connectionOf(sandbox));
    const { clusterName } = sandbox;
    const patience = { client, maxWaitTime: 60, minDelay: 1, maxDelay: 1 };
    await Promise.all(
        names.map(async (addonName) => {
            await client.send(new CreateAddonCommand({ clusterName, addonName, tags }));
            await waitUntilAddonActive(patience, { clusterName, addonName });
        }),
    );
}

/** Straight to the emulator, as somebody else. */
export function connectionOf(sandbox: Sandbox) {
    const credentials = { accessKeyId: "platform", secretAccessKey: "platform" };
    return { endpoint: sandbox.aws.endpoint, region: sandbox.region, credentials };
}
