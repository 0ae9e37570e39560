// In: an HTTP request of the API server to a pod. Out: the answer of that pod's program. Decides nothing by pod or time.
import type { IncomingMessage, ServerResponse } from "node:http";

export interface PodReply {
    status: number;
    body: unknown;
}

export interface PodRequest {
    method: string;
    path: string;
    body: string;
    /** Whether KEDA's operator hands values out to the pod that is asked; waits until it does, for as long as callers wait. */
    hasValues: () => Promise<boolean>;
}

export type PodHandler = (request: PodRequest) => PodReply | Promise<PodReply>;

const notFound = (path: string): PodReply => ({
    status: 404,
    body: {
        apiVersion: "v1",
        kind: "Status",
        status: "Failure",
        reason: "NotFound",
        code: 404,
        message: `no ${path} here`,
    },
});

const failed = (message: string): PodReply => ({
    status: 500,
    body: {
        apiVersion: "v1",
        kind: "Status",
        status: "Failure",
        reason: "InternalError",
        code: 500,
        message,
    },
});

interface ConversionReview {
    apiVersion: string;
    request: { uid: string; desiredAPIVersion: string; objects: { apiVersion: string }[] };
}

/** As the operator does it: the versions differ in name only. */
export const conversion: PodHandler = ({ path, body }) => {
    if (path !== "/convert") return notFound(path);
    const review = JSON.parse(body) as ConversionReview;
    const { uid, desiredAPIVersion, objects } = review.request;
    const convertedObjects = objects.map((object) => ({ ...object, apiVersion: desiredAPIVersion }));
    const response = { uid, result: { status: "Success" }, convertedObjects };
    return { status: 200, body: { apiVersion: review.apiVersion, kind: "ConversionReview", response } };
};

/** Every admission path allows. */
export const admission: PodHandler = ({ path, body }) => {
    if (body === "") return notFound(path);
    const review = JSON.parse(body) as { apiVersion: string; kind: string; request: { uid: string } };
    if (review.kind !== "AdmissionReview") return notFound(path);
    const response = { uid: review.request.uid, allowed: true };
    return { status: 200, body: { apiVersion: review.apiVersion, kind: "AdmissionReview", response } };
};

function resourceList(groupVersion: string, resources: object[]): PodReply {
    return { status: 200, body: { kind: "APIResourceList", apiVersion: "v1", groupVersion, resources } };
}

/** KEDA's operator speaks gRPC there: whoever asks otherwise hears nothing. */
export const metricsService: PodHandler = ({ path }) => notFound(path);

/** KEDA's metrics API server: every metric has the value 1, which the operator that leads hands out. */
export const externalMetrics: PodHandler = async ({ path, hasValues }) => {
    const groupVersion = "external.metrics.k8s.io/v1beta1";
    const root = `/apis/${groupVersion}`;
    if (path === root) {
        const name = "externalmetrics";
        const kind = "ExternalMetricValueList";
        return resourceList(groupVersion, [
            { name, singularName: "", namespaced: true, kind, verbs: ["get"] },
        ]);
    }
    const metric = new RegExp(`^${root}/namespaces/[^/]+/([^/]+)$`).exec(path)?.[1];
    if (metric === undefined) return notFound(path);
    if (!(await hasValues())) return failed("rpc error: code = Unavailable desc = no operator leads");
    const item = { metricName: metric, metricLabels: null, timestamp: new Date().toISOString(), value: "1" };
    return {
        status: 200,
        body: { kind: "ExternalMetricValueList", apiVersion: groupVersion, metadata: {}, items: [item] },
    };
};

/** metrics-server, seen before its first scrape: the API is there, the lists are empty. */
export const resourceMetrics: PodHandler = ({ path }) => {
    const groupVersion = "metrics.k8s.io/v1beta1";
    const root = `/apis/${groupVersion}`;
    const verbs = ["get", "list"];
    if (path === root) {
        return resourceList(groupVersion, [
            { name: "nodes", singularName: "", namespaced: false, kind: "NodeMetrics", verbs },
            { name: "pods", singularName: "", namespaced: true, kind: "PodMetrics", verbs },
        ]);
    }
    const list = new RegExp(`^${root}/(?:namespaces/[^/]+/)?(nodes|pods)$`).exec(path)?.[1];
    if (list === undefined) return notFound(path);
    const kind = list === "nodes" ? "NodeMetricsList" : "PodMetricsList";
    return { status: 200, body: { kind, apiVersion: groupVersion, metadata: {}, items: [] } };
};

/** Joins a handler to Node's HTTP server. */
export async function answer(
    handler: PodHandler,
    request: IncomingMessage,
    response: ServerResponse,
    hasValues: PodRequest["hasValues"],
): Promise<void> {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const path = (request.url ?? "/").split("?")[0] ?? "/";
    const body = Buffer.concat(chunks).toString("utf8");
    const reply = await handler({ method: request.method ?? "GET", path, body, hasValues });
    const bytes = Buffer.from(JSON.stringify(reply.body));
    response.writeHead(reply.status, { "Content-Type": "application/json", "Content-Length": bytes.length });
    response.end(bytes);
}
