// The arguments of HyperPodInferenceAddon. Values may be outputs; the few switches that decide which resources exist are plain.
import type * as pulumi from "@pulumi/pulumi";
import type { CreateConflicts, UpdateConflicts } from "../common/enums";
import type { Dependencies } from "../provider/profiles/dependencyInputs";
import type { AlbSettings, GatewaySettings, KedaSettings, MigrateFromHelm, Toleration } from "./nestedArgs";

/** Arguments of HyperPodInferenceAddon. */
export interface HyperPodInferenceAddonArgs extends Dependencies {
    /** Name of the EKS cluster that orchestrates the HyperPod cluster. Everything else can be found from it. */
    clusterName: pulumi.Input<string>;
    /** ARN of the HyperPod cluster. Defaults to the HyperPod cluster whose orchestrator is this EKS cluster. */
    hyperpodClusterArn?: pulumi.Input<string>;
    /** AWS Region of the cluster. Defaults to the Region of the aws provider in use. */
    region?: pulumi.Input<string>;
    /** AWS profile for the few calls that the aws provider has no function for. Defaults to the profile of the aws provider in use. */
    profile?: pulumi.Input<string>;
    /** IAM role to assume for the few calls that the aws provider has no function for. Defaults to the role of the aws provider configuration. */
    roleArn?: pulumi.Input<string>;

    /** IAM OIDC provider of the cluster. Defaults to the one that exists for the cluster's issuer, else a new one. */
    oidcProviderArn?: pulumi.Input<string>;
    /** Role of the operator; its name must start with SageMakerHyperPodInference. Defaults to a new role. */
    executionRoleArn?: pulumi.Input<string>;
    /** Role of the bundled load balancer controller. Defaults to a new role. */
    albRoleArn?: pulumi.Input<string>;
    /** Role of the bundled KEDA operator. Defaults to a new role. */
    kedaRoleArn?: pulumi.Input<string>;
    /** Role that downloads gated JumpStart models. Defaults to a new role. */
    jumpstartGatedModelDownloadRoleArn?: pulumi.Input<string>;
    /** Role of the Inference Gateway's controller, which issues TLS certificates. Defaults to a new role with the managed policy for the gateway, when `gateway` is given. */
    gatewayRoleArn?: pulumi.Input<string>;
    /** Role of the S3 CSI driver add-on. Defaults to a new role when that add-on is installed. */
    s3CsiRoleArn?: pulumi.Input<string>;
    /** Role of the FSx CSI driver add-on. Defaults to a new role when that add-on is installed. */
    fsxCsiRoleArn?: pulumi.Input<string>;
    /** ARNs of the buckets that models are read from through the S3 CSI driver. Defaults to all buckets, as AWS's own setup does. */
    modelBucketArns?: pulumi.Input<pulumi.Input<string>[]>;
    /** Permissions boundary of every role that is made. Defaults to none. */
    rolePermissionsBoundary?: pulumi.Input<string>;
    /** IAM path of every role that is made. Defaults to the root path. */
    rolePath?: pulumi.Input<string>;

    /** Name of an existing bucket for the models' TLS certificates. Defaults to a new encrypted private bucket, which is kept on destroy while it holds objects. */
    tlsCertificateS3Bucket?: pulumi.Input<string>;
    /** KMS key that encrypts the new bucket. Defaults to encryption with keys managed by S3. */
    tlsBucketKmsKeyArn?: pulumi.Input<string>;
    /** Existing bucket that receives the access logs of the new bucket, under the prefix tls-cert-logs/. Defaults to no access logs. */
    tlsBucketAccessLogsBucket?: pulumi.Input<string>;

    /** Whether the VPC shall have a gateway endpoint for S3 with the cluster's route tables: made when there is none, extended by the missing route tables when there is one. Defaults to true. */
    s3Endpoint?: boolean;
    /** Existing gateway endpoint for S3, when the VPC has more than one. Defaults to the one that exists. */
    s3EndpointId?: pulumi.Input<string>;
    /** Route tables that need the way to S3. Defaults to the route tables of the cluster's subnets. */
    routeTableIds?: pulumi.Input<pulumi.Input<string>[]>;
    /** Whether the nodes have no way to the internet: then the interface endpoints below are made as well, those that exist are left alone. Defaults to false. */
    privateCluster?: boolean;
    /** Services that get an interface endpoint in a private cluster, without the prefix com.amazonaws and the Region. Defaults to ec2, ecr.api, ecr.dkr, sts, eks-auth, logs, monitoring, elasticloadbalancing and sagemaker.api. */
    interfaceEndpoints?: string[];
    /** Subnets of the interface endpoints, at most one per availability zone. Defaults to the first of the cluster's subnets in each zone. */
    interfaceEndpointSubnetIds?: pulumi.Input<pulumi.Input<string>[]>;
    /** Security groups of the interface endpoints; they must let the nodes in on port 443. Defaults to the cluster's security group. */
    interfaceEndpointSecurityGroupIds?: pulumi.Input<pulumi.Input<string>[]>;
    /** Whether the cluster's subnets get the tags by which load balancers find them. Defaults to true. */
    tagSubnets?: boolean;
    /** Subnets for load balancers. Defaults to the cluster's subnets. */
    loadBalancerSubnetIds?: pulumi.Input<pulumi.Input<string>[]>;

    /** Version of the add-on. Defaults to the newest one compatible with the cluster at the first installation, and stays there until you ask for another. */
    addonVersion?: pulumi.Input<string>;
    /** The bundled AWS Load Balancer Controller. Enabled by default. */
    alb?: AlbSettings;
    /** The bundled KEDA. Enabled by default. */
    keda?: KedaSettings;
    /** The Inference Gateway, from add-on version 2. Left to the add-on by default. */
    gateway?: GatewaySettings;
    /** Node labels that the operator's pod asks for. Defaults to none. */
    nodeSelector?: pulumi.Input<Record<string, pulumi.Input<string>>>;
    /** Tolerations of the operator's pod. Defaults to none. */
    tolerations?: pulumi.Input<pulumi.Input<Toleration>[]>;
    /** Affinity of the operator's pod, as in Kubernetes. Defaults to the add-on's own, Linux nodes of architecture amd64. */
    // biome-ignore lint/suspicious/noExplicitAny: the component analyzer knows no `unknown`
    affinity?: pulumi.Input<Record<string, any>>;
    /** Whether models may bring service accounts of their own. Left to the add-on by default. */
    enableCustomServiceAccounts?: pulumi.Input<boolean>;
    /** Settings of the add-on that have no argument here, merged over the ones that the component makes; their values may be outputs. Defaults to none. */
    // biome-ignore lint/suspicious/noExplicitAny: the component analyzer knows no `unknown`
    additionalConfiguration?: pulumi.Input<Record<string, any>>;
    /** What happens at creation when a field of the add-on exists with another value. Defaults to OVERWRITE, as AWS's own setup does. */
    resolveConflictsOnCreate?: CreateConflicts;
    /** What happens at an update when somebody changed a field of the add-on. Defaults to PRESERVE: your change stays. */
    resolveConflictsOnUpdate?: UpdateConflicts;
    /** Take over an operator add-on that exists and was not made by this component. Defaults to false: finding one is an error that says so. */
    importExistingAddon?: boolean;
    /** Keep everything running when the component is destroyed: add-ons, roles, bucket, network. Only Pulumi forgets it. Defaults to false: destroying is refused while models exist. */
    preserveOnDelete?: boolean;
    /** Minutes to wait until the add-on is active and its controllers are available, a whole number from 1 to 1440. Defaults to 20. Custom timeouts of the component apply to every resource in it. */
    installTimeoutMinutes?: pulumi.Input<number>;

    /** Tags of everything that is made. Defaults to none. The owner tag pulumi-hyperpod-inference:owner is always added. */
    tags?: pulumi.Input<Record<string, pulumi.Input<string>>>;
    /** Value of the owner tag pulumi-hyperpod-inference:owner, by which the component tells its own things from other people's. Defaults to project/stack/name at the first update, and stays that even when one of them is renamed. */
    ownerTagValue?: pulumi.Input<string>;
    /** Move an installation made by the Helm chart to the add-on, with the roles, the bucket and the settings of this component. Defaults to no move. */
    migrateFromHelm?: MigrateFromHelm;
}
