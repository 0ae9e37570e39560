// In: an image reference. Out: what the sandbox knows about that image: when it starts, what it serves. Starts nothing.
import type { Pod } from "./objectTypes";
import {
    admission,
    conversion,
    externalMetrics,
    metricsService,
    type PodHandler,
    resourceMetrics,
} from "./podHandlers";

/** Where the TLS certificate of a pod's server comes from. */
export type CertificateSource =
    | { kind: "mountedSecret"; preferred: string }
    | { kind: "selfSigned" }
    | { kind: "certManagerWebhook" };

export interface Serves {
    port: number;
    handler: PodHandler;
    certificate: CertificateSource;
    /** Of several pods the one that leads listens. */
    isLeadersOnly?: boolean;
}

export interface ImageProfile {
    readyAfterMs: number;
    /** CSIDrivers and CRDs that the pod's init container waits for. */
    waitsFor?: { csiDrivers: string[]; crds: string[] };
    /** Secrets that must exist although the pod may not mount them. */
    needsSecrets?: string[];
    serves?: Serves;
}

const defaultProfile: ImageProfile = { readyAfterMs: 300 };

const profiles: Record<string, Partial<ImageProfile>> = {
    "hyperpod-inference-operator": {
        readyAfterMs: 1000,
        waitsFor: {
            csiDrivers: ["s3.csi.aws.com", "fsx.csi.aws.com"],
            crds: ["certificates.cert-manager.io", "issuers.cert-manager.io"],
        },
        serves: {
            port: 9443,
            handler: conversion,
            certificate: { kind: "mountedSecret", preferred: "webhook-server-cert" },
        },
    },
    "aws-load-balancer-controller": {
        serves: {
            port: 9443,
            handler: admission,
            certificate: { kind: "mountedSecret", preferred: "alb-tls" },
        },
    },
    "keda-operator": {
        serves: {
            port: 9666,
            handler: metricsService,
            certificate: { kind: "mountedSecret", preferred: "kedaorg-certs" },
            isLeadersOnly: true,
        },
    },
    "keda-metrics-apiserver": {
        needsSecrets: ["kedaorg-certs"],
        serves: {
            port: 6443,
            handler: externalMetrics,
            certificate: { kind: "mountedSecret", preferred: "kedaorg-certs" },
        },
    },
    "keda-admission-webhooks": {
        needsSecrets: ["kedaorg-certs"],
        serves: {
            port: 9443,
            handler: admission,
            certificate: { kind: "mountedSecret", preferred: "kedaorg-certs" },
        },
    },
    "metrics-server": {
        serves: { port: 10250, handler: resourceMetrics, certificate: { kind: "selfSigned" } },
    },
    "cert-manager-webhook": {
        serves: { port: 10250, handler: admission, certificate: { kind: "certManagerWebhook" } },
    },
};

/** `registry.invalid/hyperpod/metrics-server:v0.8` -> `metrics-server`. */
export function imageName(image: string): string {
    const last = image.slice(image.lastIndexOf("/") + 1);
    return last.split("@")[0]?.split(":")[0] ?? last;
}

export function profilesOf(pod: Pod): ImageProfile[] {
    return pod.spec.containers.map((container) => ({
        ...defaultProfile,
        ...profiles[imageName(container.image)],
    }));
}

export function runsImage(pod: Pod, name: string): boolean {
    return pod.spec.containers.some((container) => imageName(container.image) === name);
}
