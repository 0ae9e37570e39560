// Pods behind a Service in; what the API server hears from each of them comes out: whether it reaches it, and for which names its certificate is. Asked with dry-run objects of ours through a webhook that concerns nothing else; all of it goes away in every case.

import { PACKAGE_NAME } from "../../../common/ourMarks";
import { poll } from "../../ports/poll";
import type { KubernetesObject, ObjectRef, ProbeAnswer, World } from "../../ports/world";
import type { Endpoint } from "./endpointSlices";
import { HandoverPart, makeOwn, marksOf, type OwnObjects, removeOwn } from "./temporaryObjects";

/** The webhook first: without what it points at it would refuse our own probe, and nothing else. */
const KINDS = [
    ["admissionregistration.k8s.io/v1", "ValidatingWebhookConfiguration"],
    ["discovery.k8s.io/v1", "EndpointSlice"],
    ["v1", "Service"],
] as const;
const POLL_MS = 300;
const WHICH_POD = `${PACKAGE_NAME}/pod`;
const WHICH_SERVICE = `${PACKAGE_NAME}/asked`;
/** Names of Services have at most 63 characters. */
const LONGEST_SUBJECT = 24;

export interface PodQuestion {
    readonly migrationId: string;
    /** Whose pods they are: questions about several Services go beside each other. */
    readonly service: ObjectRef;
    /** Where the Services and slices are made, and the probes are sent. */
    readonly namespace: string;
    readonly endpoints: readonly Endpoint[];
    readonly timeoutMs: number;
}

export interface PodAnswer {
    /** The API server spoke with the pod itself. */
    readonly isReached: boolean;
    /** DNS names of the certificate that the pod presented; absent when it said none. */
    readonly names?: readonly string[];
    readonly message: string;
}

/** In the order of the endpoints. Looks until it is enough, or for as long as is allowed; then the last answers count. */
export async function askPods(
    world: World,
    question: PodQuestion,
    isEnough: (answers: readonly PodAnswer[]) => boolean | Promise<boolean>,
): Promise<readonly PodAnswer[]> {
    const { migrationId, endpoints, timeoutMs, service } = question;
    await removeQuestions(world, migrationId, service);
    try {
        const services = endpoints.flatMap((endpoint, index) => bridgeTo(question, endpoint, index));
        for (const object of [...services, webhookOf(question)])
            await makeOwn(world, about(service, object), ownOf(migrationId));
        const look = async () => {
            const answers = await Promise.all(endpoints.map((_, index) => askOne(world, question, index)));
            return { answers, isEnough: await isEnough(answers) };
        };
        const seen = await poll(world.clock, { timeoutMs, pauseMs: POLL_MS }, look, (one) => one.isEnough);
        return seen.answers;
    } finally {
        await removeQuestions(world, migrationId, service);
    }
}

/** Also after a kill in the middle, from the labels alone. All of them, or those about one Service. */
export function removeQuestions(world: World, migrationId: string, service?: ObjectRef): Promise<void> {
    return removeOwn(world, ownOf(migrationId), KINDS, ({ metadata }) => {
        return service !== undefined && metadata.labels?.[WHICH_SERVICE] !== service.name;
    });
}

function about({ name }: ObjectRef, object: KubernetesObject): KubernetesObject {
    const { metadata } = object;
    return { ...object, metadata: { ...metadata, labels: { ...metadata.labels, [WHICH_SERVICE]: name } } };
}

function bridgeTo(
    question: PodQuestion,
    { addresses, addressType, port }: Endpoint,
    index: number,
): KubernetesObject[] {
    const { namespace } = question;
    const name = nameOf(question, index);
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
    ];
}

function webhookOf(question: PodQuestion): KubernetesObject {
    const { namespace, endpoints } = question;
    const rule = {
        apiGroups: [""],
        apiVersions: ["v1"],
        operations: ["CREATE"],
        resources: ["configmaps"],
        scope: "Namespaced",
    };
    return {
        apiVersion: "admissionregistration.k8s.io/v1",
        kind: "ValidatingWebhookConfiguration",
        metadata: { name: nameOf(question) },
        webhooks: endpoints.map((_, index) => ({
            name: webhookName(index),
            admissionReviewVersions: ["v1"],
            clientConfig: {
                service: { name: nameOf(question, index), namespace, port: 443, path: "/" },
            },
            failurePolicy: "Fail",
            matchPolicy: "Exact",
            objectSelector: { matchLabels: labelsOf(question, index) },
            namespaceSelector: { matchLabels: { "kubernetes.io/metadata.name": namespace } },
            rules: [rule],
            sideEffects: "None",
            timeoutSeconds: 2,
        })),
    } as KubernetesObject;
}

async function askOne(world: World, question: PodQuestion, index: number): Promise<PodAnswer> {
    const answer = await world.objects.probe({
        method: "POST",
        path: `/api/v1/namespaces/${question.namespace}/configmaps`,
        body: {
            apiVersion: "v1",
            kind: "ConfigMap",
            metadata: { name: nameOf(question, index), labels: labelsOf(question, index) },
        },
    });
    return understood(answer, index);
}

/** No pod's certificate names the Service of ours that leads to it: that it is refused for this, and the names that the refusal quotes, come from the pod. */
function understood({ status, message }: ProbeAnswer, index: number): PodAnswer {
    if (!message.includes(webhookName(index)))
        return { isReached: false, message: message || `HTTP ${status}: the webhook was not called` };
    const [, names] = /x509: certificate is valid for (.+), not /.exec(message) ?? [];
    return {
        isReached: /x509:|tls:|the server could not find|expected response/.test(message),
        ...(names === undefined ? {} : { names: names.split(", ") }),
        message,
    };
}

/** As refusals quote it. */
function webhookName(index: number): string {
    return `pod-${index}.pulumi-hyperpod-inference.invalid`;
}

function labelsOf({ migrationId, service }: PodQuestion, index: number): Record<string, string> {
    return { ...marksOf(ownOf(migrationId)), [WHICH_SERVICE]: service.name, [WHICH_POD]: String(index) };
}

/** Of long names the end, in which those of one chart differ. */
function nameOf({ migrationId, service }: PodQuestion, index?: number): string {
    const subject = service.name.slice(-LONGEST_SUBJECT).replace(/^-+/, "");
    return `pulumi-hyperpod-canary-${migrationId.slice(0, 8)}-${subject}${index === undefined ? "" : `-${index}`}`;
}

function ownOf(migrationId: string): OwnObjects {
    return { migrationId, part: HandoverPart.Canary };
}
