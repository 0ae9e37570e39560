/** The ports of the observer: what it needs of a cluster, so that a test can play one. Types only. */
import type { KubeObject, Pod } from "../kubernetes/objectTypes";
import type { Probe } from "./prober";

export interface MoveSource {
    /** Milliseconds since the epoch, by a clock that never goes back. */
    now(): number;
    /** Calls back with all objects of a kind, at first and after every change; the promise settles after the first time. */
    followGuarded(onObjects: (kind: string, objects: KubeObject[]) => void): Promise<void>;
    followPods(onPods: (pods: Pod[]) => void): Promise<void>;
    probes(): Promise<Probe[]>;
    /** Ends all following; gives the trouble there was. */
    stop(): Promise<string[]>;
}
