// The resource as programs see it. Carries no code into the state: `__provider` is a constant line that loads the installed package.
import * as pulumi from "@pulumi/pulumi";
import type { AwsAccess } from "../../common/awsAccess";
import type { Handover, Owner, UnsupportedSettings } from "../../common/enums";
import type { MigrationStep } from "../plan/plan";
import type { DependencyChoices } from "../profiles/dependencyInputs";
import { SECRET_OUTPUTS } from "./alwaysSecret";
import { UNDO_INPUTS } from "./inputs";
import type { BackupOutput, MigrationPhase, MovedFrom, StepOutput } from "./outputs";
import { register } from "./packageHome";
import { namesOfSecrets, withSecretAccess } from "./programSecrets";
import { WayBack } from "./wayBackResource";

export interface HelmToAddonMigrationArgs {
    /** Name of the EKS cluster whose Helm installation moves. Cannot be changed later. */
    clusterName: pulumi.Input<string>;
    /** AWS region of the cluster. Defaults to AWS_REGION, AWS_DEFAULT_REGION, or the region of the profile. */
    region?: pulumi.Input<string>;
    /** Profile of the shared AWS configuration files. Defaults to the standard credential chain. */
    profile?: pulumi.Input<string>;
    /** IAM role to assume for every call to AWS and to the cluster. */
    roleArn?: pulumi.Input<string>;
    /** Keys, a chain of roles and endpoints, as an aws provider has them; kept as a secret. Defaults to none: the standard credential chain. */
    access?: pulumi.Input<AwsAccess>;
    /** Path of a kubeconfig, a list of paths as in the variable KUBECONFIG, or the content; `~` is the home folder. Always kept as a secret. Defaults to access through the EKS API with a token minted in process. */
    kubeconfig?: pulumi.Input<string>;
    /** Context of the kubeconfig. Defaults to its current one. */
    context?: pulumi.Input<string>;
    /** Name of the Helm release. Defaults to the one release that holds the operator's chart, also inside an umbrella chart. */
    releaseName?: pulumi.Input<string>;
    /** Namespace of the Helm release. Defaults to all namespaces being searched. */
    releaseNamespace?: pulumi.Input<string>;
    /** Version of the add-on. Defaults to the one with the running operator's version, else the nearest newer one; never an older one. Changing it later upgrades the add-on. */
    addonVersion?: pulumi.Input<string>;
    /** Execution role of the operator. Its name must start with SageMakerHyperPodInference. Defaults to the role of the release, or a copy of it with such a name. */
    executionRoleArn?: pulumi.Input<string>;
    /** Role of the load balancer controller. Defaults to the role of the release. */
    albRoleArn?: pulumi.Input<string>;
    /** Role of KEDA. Defaults to the role of the release. */
    kedaRoleArn?: pulumi.Input<string>;
    /** Role that downloads gated JumpStart models. Defaults to the role of the release, if it has one. */
    jumpstartGatedModelDownloadRoleArn?: pulumi.Input<string>;
    /** Role of the S3 CSI driver. Defaults to the role of the release. */
    s3CsiRoleArn?: pulumi.Input<string>;
    /** Role of the FSx CSI driver. Defaults to the role of the release. */
    fsxCsiRoleArn?: pulumi.Input<string>;
    /** Bucket for TLS certificates. Defaults to the bucket of the release. */
    tlsCertificateS3Bucket?: pulumi.Input<string>;
    /** ARN of the HyperPod cluster. Defaults to the one of the release. */
    hyperpodClusterArn?: pulumi.Input<string>;
    /** Further settings of the add-on, laid over those taken from the release. Checked against the add-on's own JSON schema. */
    // biome-ignore lint/suspicious/noExplicitAny: the component analyzer knows no `unknown`
    additionalConfiguration?: pulumi.Input<Record<string, any>>;
    /** What to do with settings of the release that the add-on cannot express. Defaults to Refuse. */
    onUnsupportedSettings?: pulumi.Input<UnsupportedSettings>;
    /** How requests and work go from Helm's controllers to the add-on's: Auto, Seamless or Pause. A move that was begun keeps what it began with. Defaults to Auto. */
    handover?: pulumi.Input<Handover>;
    /** Whether the API server may go without asking the load balancer controller's webhooks, for the seconds in which EKS applies them: then no ingress is refused, and none is checked. Off by itself after 60 s. Defaults to false. */
    allowAdmissionBypass?: pulumi.Input<boolean>;
    /** Leaves all dependencies of the release as they are. Defaults to false. */
    skipDependenciesMigration?: pulumi.Input<boolean>;
    /** What to do with each dependency of the release. Defaults to Move. Of no use with skipDependenciesMigration. */
    dependencies?: pulumi.Input<DependencyChoices>;
    /** Tags for every role and add-on that the move or its undo makes, and for an add-on that it takes over, for organisations that refuse a creation without them. A later change is for what is made from then on. Defaults to none besides the move's own. */
    tags?: pulumi.Input<Record<string, pulumi.Input<string>>>;
    /** Stops the move after this step; a later value, or none, goes on. */
    until?: pulumi.Input<MigrationStep>;
    /** Who runs the operator. Defaults to Addon. Helm undoes the move as an update that a preview shows. */
    desiredOwner?: pulumi.Input<Owner>;
    /** Hash of a journal in the cluster that this stack did not begin, to take over: for a move whose state is lost. A plan that finds one names it. Defaults to none. */
    adoptJournal?: pulumi.Input<string>;
    /** Makes the move final: the backup is removed, and destroying the resource then leaves the cluster alone. Defaults to false. */
    commit?: pulumi.Input<boolean>;
    /** Path of an HTML report of the move to write. Defaults to none. */
    report?: pulumi.Input<string>;
    /** Minutes to wait for the add-on to become active and its controllers available, a whole number from 1 to 1440. Defaults to 20. */
    installTimeoutMinutes?: pulumi.Input<number>;
    /** Minutes to wait for the add-on to be removed, a whole number from 1 to 1440. Defaults to 20. */
    removeTimeoutMinutes?: pulumi.Input<number>;
    /** Minutes to wait for another mover to let go of the release, a whole number from 1 to 1440. Defaults to 5. */
    lockTimeoutMinutes?: pulumi.Input<number>;
}

/**
 * Moves the HyperPod inference operator from its Helm release to the EKS add-on, and back. Creating the resource is the move, destroying it is the undo.
 * The preview of a new resource shows the whole plan in its property plan. Models, their pods and their custom resources are never touched.
 */
export class HelmToAddonMigration extends pulumi.CustomResource {
    /** How far the move has come. */
    declare public readonly phase: pulumi.Output<MigrationPhase>;
    /** The plan as the last preview told it, one line per step; as it is now, where the move had to plan anew on its way. */
    declare public readonly plan: pulumi.Output<string[]>;
    /** Each step with its state. */
    declare public readonly steps: pulumi.Output<StepOutput[]>;
    /** The step that comes next; empty at the end. */
    declare public readonly nextStep: pulumi.Output<string>;
    /** Version of the add-on. */
    declare public readonly addonVersion: pulumi.Output<string>;
    /** ARN of the add-on. */
    declare public readonly addonArn: pulumi.Output<string>;
    /** Settings of the add-on, as JSON with sorted keys. */
    declare public readonly addonConfiguration: pulumi.Output<string>;
    /** The Helm release that was moved. */
    declare public readonly movedFrom: pulumi.Output<MovedFrom>;
    /** Where the cluster's copy of the journal lies. */
    declare public readonly backup: pulumi.Output<BackupOutput>;
    /**
     * Seconds, by name: of each controller that was stopped, until a pod of the add-on's was available ("operator", "load balancer controller", "KEDA", …);
     * of each kind of request, how long it was refused ("models through the old version", "writing models", "ingress creation", "external metrics",
     * and those of dependencies that moved), 0 when it never was. Measured by looks that are half a second to two seconds apart, of several kinds of models by one after the other.
     */
    declare public readonly pausedSeconds: pulumi.Output<Record<string, number>>;
    /** What people should know of the move. */
    declare public readonly warnings: pulumi.Output<string[]>;
    /** What a refresh found changed outside. */
    declare public readonly drift: pulumi.Output<string[]>;

    constructor(name: string, args: HelmToAddonMigrationArgs, opts: pulumi.CustomResourceOptions = {}) {
        const { type, inputs, options } = register("HelmToAddonMigration", name, opts);
        const given = withSecretAccess(args);
        const secretInputs = namesOfSecrets(args);
        const wayBack = new WayBack(`${name}-way-back`, { ...forUndo(given), secretInputs }, opts);
        super(
            type,
            name,
            {
                ...given,
                ...MOVE_OUTPUTS,
                journal: undefined,
                journalKey: wayBack.journalKey,
                secretInputs,
                addonVersion: args?.addonVersion,
                ...inputs,
            },
            pulumi.mergeOptions(options, {
                dependsOn: wayBack,
                hideDiffs: ["secretInputs"],
                additionalSecretOutputs: [...SECRET_OUTPUTS],
            }),
        );
    }
}

function forUndo(args: HelmToAddonMigrationArgs): pulumi.Inputs {
    return Object.fromEntries(UNDO_INPUTS.map((input) => [input, args[input]]));
}

type OutputName = Exclude<keyof HelmToAddonMigration, keyof pulumi.CustomResource>;

/** Pulumi gives a resource those outputs alone that its registration names. */
export const MOVE_OUTPUTS: { readonly [Name in OutputName]: undefined } = {
    phase: undefined,
    plan: undefined,
    steps: undefined,
    nextStep: undefined,
    addonVersion: undefined,
    addonArn: undefined,
    addonConfiguration: undefined,
    movedFrom: undefined,
    backup: undefined,
    pausedSeconds: undefined,
    warnings: undefined,
    drift: undefined,
};
