// The nested argument types: settings of the add-on's parts, its dependencies, and the move from Helm. No behaviour.
import type * as pulumi from "@pulumi/pulumi";
import type { Handover, Owner, UnsupportedSettings } from "../common/enums";
import type { MigrationStep } from "../provider/plan/plan";
import type { DependencyChoices } from "../provider/profiles/dependencyInputs";

/** A Kubernetes toleration, as in a pod. */
export interface Toleration {
    /** Taint key. Left out, with operator Exists, it matches every key. */
    key?: pulumi.Input<string>;
    /** Equal or Exists. Defaults to Equal. */
    operator?: pulumi.Input<string>;
    /** Taint value, for operator Equal. */
    value?: pulumi.Input<string>;
    /** NoSchedule, PreferNoSchedule or NoExecute. Left out it matches every effect. */
    effect?: pulumi.Input<string>;
    /** Seconds a pod stays after a NoExecute taint appears. */
    tolerationSeconds?: pulumi.Input<number>;
}

/** The bundled AWS Load Balancer Controller. */
export interface AlbSettings {
    /** Set to false when the cluster has its own AWS Load Balancer Controller. Defaults to true. A plain value, because it decides whether a role is made. */
    enabled?: boolean;
    /** Tolerations of the controller's pods. Defaults to none. */
    tolerations?: pulumi.Input<pulumi.Input<Toleration>[]>;
}

/** The bundled KEDA. */
export interface KedaSettings {
    /** Set to false when the cluster has its own KEDA. Defaults to true. A plain value, because it decides whether a role is made. */
    enabled?: boolean;
    /** Tolerations of KEDA's pods. Defaults to none. */
    tolerations?: pulumi.Input<pulumi.Input<Toleration>[]>;
}

/** The Inference Gateway of add-on versions 2.x. */
export interface GatewaySettings {
    /** Whether the gateway is installed. Defaults to true when this block is given. A plain value, because it decides whether a role is made. */
    enabled?: boolean;
}

/** How an installation made by the Helm chart is moved to the add-on. */
export interface MigrateFromHelm {
    /** Name of the Helm release. Defaults to the one release that holds the operator's chart. */
    releaseName?: pulumi.Input<string>;
    /** Namespace of the Helm release. Defaults to all namespaces being searched. */
    releaseNamespace?: pulumi.Input<string>;
    /** Path or content of a kubeconfig, for the move alone; always kept as a secret. Defaults to access through the EKS API with a token minted in process. */
    kubeconfig?: pulumi.Input<string>;
    /** Context of the kubeconfig. Defaults to its current one. */
    context?: pulumi.Input<string>;
    /** Who shall run the operator: Addon moves it, Helm puts the Helm installation back. Defaults to Addon. */
    desiredOwner?: pulumi.Input<Owner>;
    /** Stop after this step, to walk through the move one update at a time. Defaults to going through to the end. */
    until?: pulumi.Input<MigrationStep>;
    /** What to do with Helm settings that the add-on cannot express: Refuse or Drop. Defaults to Refuse. */
    onUnsupportedSettings?: pulumi.Input<UnsupportedSettings>;
    /** How requests and work go from Helm's controllers to the add-on's: Auto, Seamless or Pause. A move that was begun keeps what it began with. Defaults to Auto. */
    handover?: pulumi.Input<Handover>;
    /** Whether the API server may go without asking the load balancer controller's webhooks, for the seconds in which EKS applies them: then no ingress is refused, and none is checked. Off by itself after 60 s. Defaults to false. */
    allowAdmissionBypass?: pulumi.Input<boolean>;
    /** Leave dependencies that Helm installed where they are. Defaults to false. */
    skipDependenciesMigration?: pulumi.Input<boolean>;
    /** What to do with each dependency that Helm installed. Defaults to Move, and to LeaveAlone for one whose mode is Present or Skip. */
    dependencies?: DependencyChoices;
    /** Hash of a journal in the cluster that this stack did not begin, to take over: for a move whose state is lost. A plan that finds one names it. Defaults to none. */
    adoptJournal?: pulumi.Input<string>;
    /** Make the move final: the backup is removed, and destroying the stack no longer brings Helm back. Defaults to false. */
    commit?: pulumi.Input<boolean>;
    /** Path of an HTML report of the move to write. Defaults to none. */
    report?: pulumi.Input<string>;
    /** Minutes to wait for the add-on to be removed, a whole number from 1 to 1440. Defaults to 20. */
    removeTimeoutMinutes?: pulumi.Input<number>;
    /** Minutes to wait for another mover to let go of the release, a whole number from 1 to 1440. Defaults to 5. */
    lockTimeoutMinutes?: pulumi.Input<number>;
}
