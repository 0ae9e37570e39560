// How the simulated cluster behaves where clusters differ: how long pods start, when they see a changed Secret, whom the API server asks, who elects leaders. Values only.

export interface Behaviour {
    /** Milliseconds until a pod is Ready, by `namespace/Deployment`; others are quick. */
    readonly startUpMs: Readonly<Record<string, number>>;
    /** Milliseconds that a pod takes to end, by `namespace/Deployment`; others are quick. */
    readonly endMs: Readonly<Record<string, number>>;
    /** From a Secret's change until the kubelet shows it to pods that run. */
    readonly secretDelayMs: number;
    /** From there until their servers present the certificate of it. */
    readonly reloadMs: number;
    /** How often EKS applies an add-on's objects again while it is CREATING or UPDATING; 0 for once. */
    readonly reapplyEveryMs: number;
    /** Whether the API server asks whom EndpointSlices name that the endpoint controller did not write. */
    readonly followsSlices: boolean;
    /** How long cert-manager signs. */
    readonly issueMs: number;
    /** As cert-manager since 1.18: Certificate and Secret are compared with its latest request, not with each other. */
    readonly comparesRequest: boolean;
    /** From the deletion of an owner until the garbage collector takes away what it owned. */
    readonly collectMs: number;
    /** Whether controllers elect leaders with Leases; without, each that is Ready acts. */
    readonly elections: boolean;
}

/** Everything at once, and everybody acts. */
export const SIMPLE: Behaviour = {
    startUpMs: {},
    endMs: {},
    secretDelayMs: 0,
    reloadMs: 0,
    reapplyEveryMs: 0,
    followsSlices: true,
    issueMs: 150,
    comparesRequest: false,
    collectMs: 0,
    elections: false,
};
