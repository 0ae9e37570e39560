// In: an empty sandbox. Out: what stands before any inference: network, EKS and HyperPod cluster, OIDC provider. Installs nothing.
import { CreateClusterCommand } from "@aws-sdk/client-eks";
import {
    AttachRolePolicyCommand,
    CreateOpenIDConnectProviderCommand,
    CreateRoleCommand,
} from "@aws-sdk/client-iam";
import { CreateClusterCommand as CreateHyperPodClusterCommand } from "@aws-sdk/client-sagemaker";
import type { Sandbox } from "../sandboxHandle";
import { type AwsClients, awsClients, given } from "./awsClients";
import { ClusterObjects } from "./clusterObjects";
import { createNetwork, type Network } from "./network";
import { serviceTrust } from "./trustPolicies";

export interface BareClusterOptions {
    /** Default true; a cluster without one cannot give service accounts a role. */
    oidcProvider?: boolean;
    /** Default true; without it the operator has nothing to find its HyperPod cluster by. */
    hyperPodCluster?: boolean;
}

export interface BareCluster {
    network: Network;
    eksClusterArn: string;
    /** Twelve characters at the end, as SageMaker makes them. */
    hyperPodClusterArn: string;
    oidcProviderArn: string;
}

const hyperPodName = "hyperpoddemo";

export async function createBareCluster(
    sandbox: Sandbox,
    options: BareClusterOptions = {},
): Promise<BareCluster> {
    const aws = awsClients(sandbox);
    const [network, clusterRole, nodeRole] = await Promise.all([
        createNetwork(aws.ec2, sandbox.region, sandbox.clusterName),
        createServiceRole(aws, `${sandbox.clusterName}-eks-cluster`, "eks", "AmazonEKSClusterPolicy"),
        createServiceRole(
            aws,
            `${sandbox.clusterName}-hyperpod-nodes`,
            "sagemaker",
            "AmazonSageMakerClusterInstanceRolePolicy",
        ),
    ]);
    const subnetIds = [...network.publicSubnetIds, ...network.privateSubnetIds];
    const created = await aws.eks.send(
        new CreateClusterCommand({
            name: sandbox.clusterName,
            roleArn: clusterRole,
            resourcesVpcConfig: { subnetIds },
        }),
    );
    const eksClusterArn = given(created.cluster?.arn, "a cluster ARN");
    const issuer = given(created.cluster?.identity?.oidc?.issuer, "an OIDC issuer");
    const oidcProviderArn = oidcArn(sandbox, issuer);
    if (options.oidcProvider !== false) {
        await aws.iam.send(
            new CreateOpenIDConnectProviderCommand({
                Url: issuer,
                ClientIDList: ["sts.amazonaws.com"],
                ThumbprintList: ["9e99a48a9960b14926bb7f3b02e22da2b0ab7280"],
            }),
        );
    }
    const hyperPodClusterArn =
        options.hyperPodCluster === false
            ? `arn:aws:sagemaker:${sandbox.region}:${sandbox.accountId}:cluster/${hyperPodName}`
            : await createHyperPodCluster(sandbox, aws, network, eksClusterArn, nodeRole);
    await labelNodes(sandbox, hyperPodClusterArn);
    return { network, eksClusterArn, hyperPodClusterArn, oidcProviderArn };
}

function oidcArn(sandbox: Sandbox, issuer: string): string {
    return `arn:aws:iam::${sandbox.accountId}:oidc-provider/${issuer.replace("https://", "")}`;
}

async function createServiceRole(
    aws: AwsClients,
    name: string,
    service: string,
    policy: string,
): Promise<string> {
    const trust = JSON.stringify(serviceTrust(`${service}.amazonaws.com`));
    const role = await aws.iam.send(
        new CreateRoleCommand({ RoleName: name, AssumeRolePolicyDocument: trust }),
    );
    const PolicyArn = `arn:aws:iam::aws:policy/${policy}`;
    await aws.iam.send(new AttachRolePolicyCommand({ RoleName: name, PolicyArn }));
    return given(role.Role?.Arn, "a role ARN");
}

async function createHyperPodCluster(
    sandbox: Sandbox,
    aws: AwsClients,
    network: Network,
    eksClusterArn: string,
    nodeRole: string,
): Promise<string> {
    const created = await aws.sagemaker.send(
        new CreateHyperPodClusterCommand({
            ClusterName: hyperPodName,
            Orchestrator: { Eks: { ClusterArn: eksClusterArn } },
            VpcConfig: { SecurityGroupIds: [network.nodeSecurityGroupId], Subnets: network.privateSubnetIds },
            NodeRecovery: "Automatic",
            InstanceGroups: [
                {
                    InstanceGroupName: "workers",
                    InstanceType: "ml.g5.8xlarge",
                    InstanceCount: 1,
                    ExecutionRole: nodeRole,
                    LifeCycleConfig: {
                        SourceS3Uri: `s3://sagemaker-${sandbox.region}-${sandbox.accountId}/lifecycle`,
                        OnCreate: "on_create.sh",
                    },
                },
            ],
        }),
    );
    return given(created.ClusterArn, "a HyperPod cluster ARN");
}

async function labelNodes(sandbox: Sandbox, hyperPodClusterArn: string): Promise<void> {
    const objects = new ClusterObjects(sandbox);
    try {
        const labels = {
            "sagemaker.amazonaws.com/cluster-name": hyperPodName,
            "sagemaker.amazonaws.com/cluster-id": hyperPodClusterArn.split("/").at(-1),
        };
        for (const node of await objects.list("v1", "Node")) {
            const known = { ...node, apiVersion: "v1", kind: "Node" };
            await objects.patch(known, { metadata: { labels } }, "hyperpod");
        }
    } finally {
        objects.close();
    }
}
