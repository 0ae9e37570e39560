// The nested argument types: settings of the add-on's parts, its dependencies, and the move from Helm. No behaviour.
import type * as pulumi from "@pulumi/pulumi";
import type { MigrationStep } from "../provider/plan/plan";
import type { Owner, UnsupportedSettings } from "../provider/pulumi/inputs";
import type { DependencyMode } from "./enums";

/** One dependency add-on. */
export interface DependencySettings {
    /** Who brings it. Defaults to Install. A plain value, so that a preview shows exactly what will exist. */
    mode?: DependencyMode;
    /** Add-on version. Defaults to the newest one compatible with the cluster at the first installation, and stays there until you ask for another. */
    version?: pulumi.Input<string>;
    /** Settings of the add-on as an object; they are sent as JSON with sorted keys. Defaults to none. */
    // biome-ignore lint/suspicious/noExplicitAny: the component analyzer knows no `unknown`
    configuration?: pulumi.Input<Record<string, any>>;
}

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
    /** Who shall run the operator: Addon moves it, Helm puts the Helm installation back. Defaults to Addon. */
    desiredOwner?: pulumi.Input<Owner>;
    /** Stop after this step, to walk through the move one update at a time. Defaults to going through to the end. */
    until?: pulumi.Input<MigrationStep>;
    /** What to do with Helm settings that the add-on cannot express: Refuse or Drop. Defaults to Refuse. */
    onUnsupportedSettings?: pulumi.Input<UnsupportedSettings>;
    /** Leave dependencies that Helm installed where they are. Defaults to false. */
    skipDependenciesMigration?: pulumi.Input<boolean>;
    /** Make the move final: the backup is removed, and destroying the stack no longer brings Helm back. Defaults to false. */
    commit?: pulumi.Input<boolean>;
}
