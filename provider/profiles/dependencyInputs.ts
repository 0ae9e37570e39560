// What a user may say about each dependency, by its key: one property for each profile of dependencies.ts, because SDKs of other languages need them by name. Types only.
import type * as pulumi from "@pulumi/pulumi";
import type { DependencyChoice, DependencyMode } from "../../common/enums";

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

/** The dependencies of a fresh installation. */
export interface Dependencies {
    /** The S3 CSI driver, add-on aws-mountpoint-s3-csi-driver. Installed by default. */
    s3Csi?: DependencySettings;
    /** The FSx CSI driver, add-on aws-fsx-csi-driver. Installed by default. */
    fsxCsi?: DependencySettings;
    /** The add-on cert-manager. Installed by default. */
    certManager?: DependencySettings;
    /** The add-on metrics-server. Installed by default. */
    metricsServer?: DependencySettings;
}

/** What a move does with each dependency of the release. */
export interface DependencyChoices {
    /** The S3 CSI driver. Defaults to Move. */
    s3Csi?: pulumi.Input<DependencyChoice>;
    /** The FSx CSI driver. Defaults to Move. */
    fsxCsi?: pulumi.Input<DependencyChoice>;
    /** The cert-manager. Defaults to Move. */
    certManager?: pulumi.Input<DependencyChoice>;
    /** The metrics-server. Defaults to Move. */
    metricsServer?: pulumi.Input<DependencyChoice>;
}

export type DependencyKey = keyof DependencyChoices & keyof Dependencies;
