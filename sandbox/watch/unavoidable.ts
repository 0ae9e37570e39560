/** An observed move and the time at which its add-on was asked for come in; which part of each controller's absence nobody can avoid goes out. */
import type { Observation } from "./observation";

/** Whose pods answer a kind of request. */
const ANSWERED_BY: readonly { readonly request: RegExp; readonly controller: string }[] = [
    { request: /v1alpha1/, controller: "hyperpod-inference-operator" },
    { request: /ingress/, controller: "aws-load-balancer-controller" },
    { request: /external metrics/, controller: "keda-metrics-apiserver" },
];

/** Seconds from the request for the add-on until a new pod answers: EKS applies, the pod starts. */
export function unavoidableSeconds({ away }: Observation, controller: string, askedAt: number): number {
    const span = away[controller]?.spans.find(({ end }) => end > askedAt);
    return span === undefined ? 0 : (span.end - Math.max(span.begin, askedAt)) / 1000;
}

/** The controller without which this kind of request cannot be answered; undefined for what may never be refused. */
export function controllerBehind(request: string): string | undefined {
    return ANSWERED_BY.find((one) => one.request.test(request))?.controller;
}
