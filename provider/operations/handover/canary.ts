// One Service, one EndpointSlice and one webhook that concerns one dry-run object of ours go in; whether this API server asks the pods that our slices name comes out. All three go away in every case.
import type { KubernetesObject, ObjectRef, ProbeAnswer, World } from "../../ports/world";
import { type Endpoint, firstReadyEndpoint } from "./endpointSlices";
import { HandoverPart, makeOwn, marksOf, type OwnObjects, removeOwn } from "./onlyForTheMove";

/** The webhook first: without what it points at it would refuse our own probe, and nothing else. */
const KINDS = [
    ["admissionregistration.k8s.io/v1", "ValidatingWebhookConfiguration"],
    ["discovery.k8s.io/v1", "EndpointSlice"],
    ["v1", "Service"],
] as const;
const POLL_MS = 300;
/** An API server knows a new webhook and a new slice within a second or two. */
const SEEN_WITHIN_MS = 15_000;
/** The webhook's own name, as its refusals quote it. */
const WEBHOOK = "canary.pulumi-hyperpod-inference.invalid";

export interface CanaryRequest {
    readonly migrationId: string;
    /** Where the Service and the slice are made, and the probe is asked. */
    readonly namespace: string;
    /** One whose pods are Ready and speak TLS. */
    readonly target: ObjectRef;
}

export interface Verdict {
    readonly followsSlices: boolean;
    /** For people. */
    readonly why: string;
}

export async function askCanary(world: World, request: CanaryRequest): Promise<Verdict> {
    await removeCanary(world, request.migrationId);
    const endpoint = await firstReadyEndpoint(world, request.target);
    if (endpoint === undefined)
        return {
            followsSlices: false,
            why: `no pod behind Service ${request.target.namespace}/${request.target.name} is ready`,
        };
    try {
        for (const object of objectsOf(request, endpoint)) await makeOwn(world, object, ownOf(request));
        return await watchProbe(world, request);
    } finally {
        await removeCanary(world, request.migrationId);
    }
}

/** Also after a kill in the middle, from the labels alone. */
export function removeCanary(world: World, migrationId: string): Promise<void> {
    return removeOwn(world, { migrationId, part: HandoverPart.Canary }, KINDS);
}

function ownOf({ migrationId }: CanaryRequest): OwnObjects {
    return { migrationId, part: HandoverPart.Canary };
}

function objectsOf(request: CanaryRequest, { addresses, addressType, port }: Endpoint): KubernetesObject[] {
    const { namespace } = request;
    const name = nameOf(request);
    const ports = [{ name: "https", port: 443, protocol: "TCP" }];
    return [
        { apiVersion: "v1", kind: "Service", metadata: { name, namespace }, spec: { ports } },
        {
            apiVersion: "discovery.k8s.io/v1",
            kind: "EndpointSlice",
            metadata: { name, namespace, labels: { "kubernetes.io/service-name": name } },
            addressType,
            endpoints: [{ addresses, conditions: { ready: true } }],
            ports: [{ name: "https", port, protocol: "TCP" }],
        } as KubernetesObject,
        {
            apiVersion: "admissionregistration.k8s.io/v1",
            kind: "ValidatingWebhookConfiguration",
            metadata: { name },
            webhooks: [
                {
                    name: WEBHOOK,
                    admissionReviewVersions: ["v1"],
                    clientConfig: { service: { name, namespace, port: 443, path: "/" } },
                    failurePolicy: "Fail",
                    matchPolicy: "Exact",
                    objectSelector: { matchLabels: marksOf(ownOf(request)) },
                    namespaceSelector: { matchLabels: { "kubernetes.io/metadata.name": namespace } },
                    rules: [
                        {
                            apiGroups: [""],
                            apiVersions: ["v1"],
                            operations: ["CREATE"],
                            resources: ["configmaps"],
                            scope: "Namespaced",
                        },
                    ],
                    sideEffects: "None",
                    timeoutSeconds: 2,
                },
            ],
        } as KubernetesObject,
    ];
}

/** The pod's certificate names another Service: being refused because of it is the proof that the pod was asked. */
async function watchProbe(world: World, request: CanaryRequest): Promise<Verdict> {
    const deadline = world.clock.monotonic() + SEEN_WITHIN_MS;
    for (;;) {
        const answer = await world.objects.probe({
            method: "POST",
            path: `/api/v1/namespaces/${request.namespace}/configmaps`,
            body: {
                apiVersion: "v1",
                kind: "ConfigMap",
                metadata: { name: nameOf(request), labels: marksOf(ownOf(request)) },
            },
        });
        if (isFromPod(answer))
            return { followsSlices: true, why: "a pod that only our EndpointSlice names was asked" };
        if (world.clock.monotonic() >= deadline) return { followsSlices: false, why: whyNot(answer) };
        await world.clock.sleep(POLL_MS);
    }
}

/** What only a server at the other end can cause: a handshake that fails, or an answer that is no admission review. */
function isFromPod({ ok, message }: ProbeAnswer): boolean {
    return (
        !ok &&
        message.includes(WEBHOOK) &&
        /x509:|tls:|the server could not find|expected response/.test(message)
    );
}

function whyNot({ ok, status, message }: ProbeAnswer): string {
    if (ok) return "the API server did not call a new webhook in time";
    return `the API server does not ask the pod that our EndpointSlice names: ${message || `HTTP ${status}`}`;
}

function nameOf({ migrationId }: CanaryRequest): string {
    return `pulumi-hyperpod-canary-${migrationId.slice(0, 8)}`;
}
