// Whether a controller that the API server asks on admission hands over without a pause is decided before the move begins; each reason against it is told.
import assert from "node:assert/strict";
import { Handover } from "../../../common/enums";
import { describeHandover, planHandover } from "../../../provider/plan/handover";
import type { KubernetesObject } from "../../../provider/ports/world";
import { hyperPodInference } from "../../../provider/profiles/hyperPodInference";
import {
    change,
    discoveryOf,
    type Found,
    found,
    inAddonsNamespace,
    LEADERSHIP_RIGHT,
    lease,
    SECRET,
} from "./foundRelease";

const ALB = "hyperpod-inference-operator-alb";
const LEASE = "aws-load-balancer-controller-leader";
const held = (name: string, pod = `${ALB}-7f8b9c-x2x4z_0a1b`) => lease(name, pod, "kube-system");

/** All that it needs, and one change. */
const able = (work: (seen: Found) => void = () => undefined) =>
    found((seen) => {
        seen.leases.push(held(LEASE));
        work(seen);
    });

const decide = (seen: Found, allowAdmissionBypass = false) => {
    const inputs = { handover: Handover.Auto, allowAdmissionBypass };
    const { planned } = planHandover(discoveryOf(seen), inputs, hyperPodInference);
    const components = planned.handover?.components ?? [];
    const one = components.find(({ component }) => component === "load balancer controller");
    assert.ok(one);
    const line = describeHandover(planned.handover).find((text) => text.startsWith(one.component)) ?? "";
    return { one, line };
};

type Webhooks = KubernetesObject & {
    webhooks: { clientConfig: { caBundle?: string; service: { name: string; namespace: string } } }[];
};
const firstConfig = (object: KubernetesObject) => {
    const [webhook] = (object as Webhooks).webhooks;
    assert.ok(webhook);
    return webhook.clientConfig;
};
const webhooks = (work: (object: KubernetesObject) => void) => (seen: Found) => {
    const all = seen.objects.filter(({ metadata }) => metadata.name === "alb-webhook");
    assert.equal(all.length, 2);
    for (const one of all) work(one);
};
const second = (seen: Found): KubernetesObject => {
    const service = seen.objects.find(({ metadata }) => metadata.name === "alb-webhook-service");
    assert.ok(service);
    return { ...service, metadata: { ...service.metadata, name: "another" } };
};

const REASONS: [what: string, change: (seen: Found) => void, why: RegExp][] = [
    ["an older Kubernetes", (seen) => Object.assign(seen, { version: "1.32" }), /^Kubernetes 1\.32 does not/],
    [
        "one that is stopped",
        change("Deployment", ALB, ({ spec }) => Object.assign(spec as object, { replicas: 0 })),
        /does not run now/,
    ],
    [
        "webhooks that ask others",
        webhooks((one) => Object.assign(firstConfig(one).service, { name: "another" })),
        /no webhook configuration asks a Service of its pods/,
    ],
    [
        "webhooks that ask two Services of its pods",
        (seen) => {
            seen.objects.push(second(seen));
            change("MutatingWebhookConfiguration", "alb-webhook", (one) =>
                Object.assign(firstConfig(one).service, { name: "another" }),
            )(seen);
        },
        /several Services: .*alb-webhook-service, .*another/,
    ],
    [
        "a webhook configuration of somebody else",
        (seen) => {
            const own = seen.objects.find(({ kind, metadata }) => {
                return kind === "ValidatingWebhookConfiguration" && metadata.name === "alb-webhook";
            });
            assert.ok(own);
            seen.foreign.push({ ...own, metadata: { name: "theirs" } });
        },
        /theirs, which is not of the release, asks .*alb-webhook-service too/,
    ],
    [
        "an authority that cert-manager writes",
        webhooks(({ metadata }) =>
            Object.assign(metadata, { annotations: { "cert-manager.io/inject-ca-from": "a/b" } }),
        ),
        /cert-manager writes the authority of .*alb-webhook/,
    ],
    [
        "webhooks that trust whomever the system trusts",
        webhooks((one) => {
            delete firstConfig(one).caBundle;
        }),
        /names no authority that its pods are trusted under/,
    ],
    ["no Secret that is known", (seen) => void seen.secrets.splice(0), /no Secret that its pods mount holds/],
    [
        "a certificate for another name",
        (seen) => void seen.secrets.splice(0, 1, { ...SECRET, dnsNames: ["other.svc"] }),
        /no Secret that its pods mount holds a certificate for alb-webhook-service\.kube-system\.svc/,
    ],
    [
        "two Secrets",
        (seen) => void seen.secrets.push({ ...SECRET, ref: { ...SECRET.ref, name: "other" } }),
        /mount several Secrets/,
    ],
    [
        "a Secret that somebody else keeps",
        (seen) => void seen.secrets.splice(0, 1, { ...SECRET, kept: "cert-manager keeps it" }),
        /cert-manager keeps it/,
    ],
    [
        "a Secret that no backup has",
        (seen) => void seen.secrets.splice(0, 1, { ...SECRET, ref: { ...SECRET.ref, name: "new" } }),
        /kube-system\/new is neither of the release nor among/,
    ],
    [
        "a rule about Leases that this principal may not make",
        (seen) => void seen.missingForLeases.push(LEADERSHIP_RIGHT),
        /may not create validatingadmissionpolicies\.admissionregistration\.k8s\.io/,
    ],
    [
        "a Service that is called as the add-on's",
        inAddonsNamespace(ALB, "alb-webhook-service"),
        /alb-webhook-service has the add-on's name already/,
    ],
    ["no Lease", (seen) => void seen.leases.pop(), /no pod of it holds a Lease/],
    ["two Leases", (seen) => void seen.leases.push(held("other")), /several Leases: .*leader, .*other/],
    [
        "the Lease of a pod elsewhere",
        (seen) => {
            seen.leases.pop();
            seen.leases.push(lease(LEASE, `${ALB}-7f8b9c-x2x4z_0a1b`));
        },
        /no pod of it holds a Lease/,
    ],
];

describe("how a controller that is asked on admission hands over", () => {
    it("is without a pause, with names that were looked up, and its line says what a bypass costs", () => {
        const { one, line } = decide(able());
        assert.deepEqual(one.why, []);
        const { admission } = one;
        assert.ok(admission);
        assert.equal(admission.from.namespace, "kube-system");
        assert.deepEqual(
            [admission.to.namespace, admission.to.name],
            ["hyperpod-inference-system", "alb-webhook-service"],
        );
        assert.equal(admission.secret.name, "alb-tls");
        assert.deepEqual(
            admission.configurations.map(({ kind, name }) => `${kind} ${name}`),
            ["MutatingWebhookConfiguration alb-webhook", "ValidatingWebhookConfiguration alb-webhook"],
        );
        assert.deepEqual([admission.lease.namespace, admission.lease.name], ["kube-system", LEASE]);
        assert.deepEqual(
            [admission.nextLease.namespace, admission.nextLease.name],
            ["hyperpod-inference-system", LEASE],
        );
        assert.equal(admission.isBypassed, false);
        assert.match(line, /away for 0 s; .*may be refused for about 1 s.*`allowAdmissionBypass` avoids/);
        const allowed = decide(able(), true);
        assert.equal(allowed.one.admission?.isBypassed, true);
        assert.match(allowed.line, /does not ask it: ingresses are not checked.* off by itself after 60 s/);
    });

    it("pauses where the add-on's Service is there already", () => {
        const discovery = discoveryOf(able());
        const service = { apiVersion: "v1", kind: "Service", name: "alb-webhook-service" };
        const taken = [{ ...service, namespace: "hyperpod-inference-system" }];
        const { planned } = planHandover(
            { ...discovery, handover: { ...discovery.handover, taken } },
            { handover: Handover.Auto, allowAdmissionBypass: false },
            hyperPodInference,
        );
        const why = planned.handover?.components.map((one) => one.why.join()) ?? [];
        assert.match(why[1] ?? "", /alb-webhook-service is there already/);
        assert.equal(why[0], "");
    });

    for (const [what, work, why] of REASONS)
        it(`pauses for ${what}, and says so`, () => {
            const { one, line } = decide(able(work));
            assert.equal(one.admission, undefined);
            assert.match(one.why.join("; "), why);
            assert.match(line, /^load balancer controller: away for at least 10 s on real nodes, because /);
        });
});
