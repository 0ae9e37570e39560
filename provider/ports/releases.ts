// The port to Helm releases, as their records in the cluster tell of them.
import type { KubernetesObject } from "./objects";

/** One revision of a Helm release, as its Secret says. */
export interface ReleaseRecord {
    readonly secretName: string;
    readonly revision: number;
    readonly status: string;
}

export interface Release {
    readonly name: string;
    readonly namespace: string;
    readonly revision: number;
    readonly status: string;
    readonly chart: string;
    readonly chartVersion: string;
    readonly appVersion: string;
    /** Names of the chart itself and of those right below it. */
    readonly charts: readonly string[];
    /** Other names under which charts inside are rendered and take their values, by the chart's name. */
    readonly aliases?: Readonly<Record<string, string>>;
    /** What the user set (`helm get values`), `{}` when nothing. */
    readonly values: Readonly<Record<string, unknown>>;
    /** What lay under the user's values when Helm rendered; after `helm upgrade --reuse-values` the user's former values are part of it. */
    readonly chartDefaults: Readonly<Record<string, unknown>>;
    /** Defaults as the chart itself brought them, as far as a record tells: absent when none does. */
    readonly pristineDefaults?: Readonly<Record<string, unknown>>;
    /** The manifest's objects; one without a namespace of its own has the release's, as Helm puts it. */
    readonly objects: readonly KubernetesObject[];
    /** Template that each object was rendered from, in the same order, as Helm notes it in the manifest. */
    readonly sources?: readonly (string | undefined)[];
    readonly records: readonly ReleaseRecord[];
    readonly labels: Readonly<Record<string, string>>;
}

export interface ReleaseName {
    readonly name: string;
    readonly namespace: string;
}

export interface ReleaseFilter {
    readonly name?: string;
    readonly namespace?: string;
    /**
     * Releases that marks in the cluster tell of. When one of these holds the chart, the records of all others are not read: they are whole charts,
     * and a crowded cluster has many.
     */
    readonly likely?: Promise<readonly ReleaseName[]>;
    /** Also those that a move has hidden from Helm; asked for by name. */
    readonly hiddenToo?: boolean;
}

/** Helm releases, read from and written to their records. */
export interface Releases {
    /** Newest revision of every release whose chart, or a chart inside, is called `chart`; of the named one when `name` is given, and of `likely` ones alone when one of these holds it. */
    find(chart: string, filter: ReleaseFilter): Promise<Release[]>;
    /** Takes away the label by which Helm finds the records; nothing else changes. */
    retire(namespace: string, secretNames: readonly string[]): Promise<void>;
    /** Puts the label back. */
    restore(namespace: string, secretNames: readonly string[]): Promise<void>;
}
