// The arguments of a discovery.
import type { AwsAccess } from "../../common/awsAccess";
import type { DependencyChoice, Handover, UnsupportedSettings } from "../../common/enums";
import type { DependencyKey } from "../profiles/dependencyInputs";

/** The same as of `HelmToAddonMigration`, so that what is found is what that resource would do. */
export interface DiscoverHelmInstallationArgs {
    /** Name of the EKS cluster. */
    readonly clusterName: string;
    /** AWS region of the cluster. Defaults to AWS_REGION, AWS_DEFAULT_REGION, or the region of the profile. */
    readonly region?: string;
    /** Profile of the shared AWS configuration files. Defaults to the standard credential chain. */
    readonly profile?: string;
    /** IAM role to assume for every call to AWS and to the cluster. */
    readonly roleArn?: string;
    /** Keys, a chain of roles and endpoints, as an aws provider has them. Defaults to none: the standard credential chain. */
    readonly access?: AwsAccess;
    /** Path of a kubeconfig, a list of paths as in the variable KUBECONFIG, or the content; `~` is the home folder. Defaults to access through the EKS API with a token minted in process. */
    readonly kubeconfig?: string;
    /** Context of the kubeconfig. Defaults to its current one. */
    readonly context?: string;
    /** Name of the Helm release. Defaults to the one release that holds the operator's chart. */
    readonly releaseName?: string;
    /** Namespace of the Helm release. Defaults to all namespaces being searched. */
    readonly releaseNamespace?: string;
    /** Version of the add-on to plan with. Defaults to the one a move would choose. */
    readonly addonVersion?: string;
    /** Execution role to plan with. Defaults to the role of the release. */
    readonly executionRoleArn?: string;
    /** Role of the load balancer controller to plan with. Defaults to the role of the release. */
    readonly albRoleArn?: string;
    /** Role of KEDA to plan with. Defaults to the role of the release. */
    readonly kedaRoleArn?: string;
    /** Role that downloads gated JumpStart models to plan with. Defaults to the role of the release. */
    readonly jumpstartGatedModelDownloadRoleArn?: string;
    /** Role of the S3 CSI driver to plan with. Defaults to the role of the release. */
    readonly s3CsiRoleArn?: string;
    /** Role of the FSx CSI driver to plan with. Defaults to the role of the release. */
    readonly fsxCsiRoleArn?: string;
    /** Bucket for TLS certificates to plan with. Defaults to the bucket of the release. */
    readonly tlsCertificateS3Bucket?: string;
    /** ARN of the HyperPod cluster to plan with. Defaults to the one of the release. */
    readonly hyperpodClusterArn?: string;
    /** Further settings of the add-on to plan with. */
    readonly additionalConfiguration?: Readonly<Record<string, unknown>>;
    /** What to do with settings that the add-on cannot express. Defaults to Refuse, which makes them a blocker. */
    readonly onUnsupportedSettings?: UnsupportedSettings;
    /** How requests and work go from Helm's controllers to the add-on's. Defaults to Auto. */
    readonly handover?: Handover;
    /** Plans with the API server not asking the load balancer controller's webhooks for the seconds in which EKS applies them. Defaults to false. */
    readonly allowAdmissionBypass?: boolean;
    /** Plans with all dependencies left as they are. Defaults to false. */
    readonly skipDependenciesMigration?: boolean;
    /** Choice for each dependency: s3Csi, fsxCsi, certManager, metricsServer. Defaults to Move. */
    readonly dependencies?: Readonly<Partial<Record<DependencyKey, DependencyChoice>>>;
    /** Tags to plan with, for the roles and add-ons that a move makes. Defaults to none. */
    readonly tags?: Readonly<Record<string, string>>;
}
