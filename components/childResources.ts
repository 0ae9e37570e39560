// What the component made, for programs that reach into it. Names of the parts; makes nothing.
import type { HelmToAddonMigration } from "../provider/pulumi/helmToAddonMigration";
import type { Aws } from "./aws";

/** The resources that a HyperPodInferenceAddon made, as Pulumi knows them. What was given or found and left alone is not among them. */
export interface InferenceNodes {
    /** Roles by execution, alb, keda, gatedModel, gateway, s3Csi and fsxCsi; a role that was given, or that nobody needs, is absent. */
    readonly roles: Readonly<Partial<Record<string, Aws.iam.Role>>>;
    /** The bucket for the models' TLS certificates; undefined when one was given or comes from the Helm release. */
    readonly tlsBucket: Aws.s3.Bucket | undefined;
    /** The endpoints of the VPC: S3's gateway, and the interfaces of a private cluster. */
    readonly endpoints: Promise<readonly Aws.ec2.VpcEndpoint[]>;
    /** The dependency add-ons by their names at EKS, like cert-manager; none with migrateFromHelm. */
    readonly dependencies: Promise<Readonly<Partial<Record<string, Aws.eks.Addon>>>>;
    /** The operator add-on; undefined with migrateFromHelm. */
    readonly addon: Promise<Aws.eks.Addon | undefined>;
    /** The move from Helm; undefined without migrateFromHelm. */
    readonly migration: HelmToAddonMigration | undefined;
}
