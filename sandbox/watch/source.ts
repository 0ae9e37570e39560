/** The ports of the observer: what it needs of a cluster, so that a test can play one. Types only. */
import type { KubeObject } from "../kubernetes/objects";
import type { Deployment } from "./controllers";
import type { Probe } from "./prober";

export interface MoveSource {
    /** Milliseconds; any clock that never goes back. */
    now(): number;
    /** Calls back with all objects of a kind, at first and after every change; the promise settles after the first time. */
    followGuarded(onObjects: (kind: string, objects: KubeObject[]) => void): Promise<void>;
    followDeployments(onDeployments: (deployments: Deployment[]) => void): Promise<void>;
    probes(): Promise<Probe[]>;
    /** Ends all following; gives the trouble there was. */
    stop(): Promise<string[]>;
}
