// Whether controllers of which one signs for all hand over without a pause is decided before the move begins, for all of them alike; each reason against it is told.
import assert from "node:assert/strict";
import { Handover } from "../../../common/enums";
import type { Discovery } from "../../../provider/discovery/discover";
import type { FoundSecret } from "../../../provider/discovery/handover";
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
} from "./foundRelease";

const ADAPTER = "keda-operator-metrics-apiserver";
const ADMISSION = "keda-admission-webhooks";
const COMPONENTS = { KEDA: "keda-operator", "KEDA metrics": ADAPTER, "KEDA admission": ADMISSION };
const LEASE = "operator.keda.sh";
const NEXT = "hyperpod-inference-system";
const secretOf = (work: Partial<FoundSecret> = {}): FoundSecret => ({
    ref: { apiVersion: "v1", kind: "Secret", namespace: "kube-system", name: "kedaorg-certs" },
    dnsNames: Object.values(COMPONENTS).map((name) => `${name}.kube-system.svc`),
    isSigning: true,
    isTaken: false,
    ...work,
});
const held = (name: string) => lease(name, "keda-operator-7f8b9c-x2x4z_0a1b", "kube-system");

/** All that they need, and one change. */
const able = (work: (seen: Found) => void = () => undefined) =>
    found((seen) => {
        seen.leases.push(held(LEASE));
        // Each of the three mounts it.
        seen.secrets = [secretOf(), secretOf(), secretOf()];
        work(seen);
    });

function decide(seen: Found, more: Partial<Discovery["handover"]> = {}) {
    const discovery = discoveryOf(seen);
    const deployments = Object.entries(COMPONENTS).flatMap(([component, name]) => {
        const workload = seen.objects.find(
            ({ kind, metadata }) => kind === "Deployment" && metadata.name === name,
        );
        return workload === undefined ? [] : [{ component, workload }];
    });
    const inputs = { handover: Handover.Auto, allowAdmissionBypass: false };
    const { planned } = planHandover(
        { ...discovery, controllers: deployments, handover: { ...discovery.handover, ...more } } as Discovery,
        inputs,
        hyperPodInference,
    );
    const components = planned.handover?.components ?? [];
    const one = (name: string) => {
        const component = components.find((known) => known.component === name);
        assert.ok(component, name);
        return component;
    };
    return { one, lines: describeHandover(planned.handover) };
}

const secrets = (work: Partial<FoundSecret>) => (seen: Found) =>
    void Object.assign(seen, { secrets: [secretOf(work)] });
const gone = (kind: string, name: string) => (seen: Found) =>
    void Object.assign(seen, {
        objects: seen.objects.filter((one) => one.kind !== kind || one.metadata.name !== name),
    });
const copied = (seen: Found, kind: string, name: string, as: string) => {
    const one = seen.objects.find((object) => object.kind === kind && object.metadata.name === name);
    assert.ok(one);
    return { ...one, metadata: { ...one.metadata, name: as } };
};

const REASONS: [what: string, change: (seen: Found) => void, why: RegExp][] = [
    ["an older Kubernetes", (seen) => Object.assign(seen, { version: "1.32" }), /^Kubernetes 1\.32 does not/],
    [
        "one of them that is stopped",
        change("Deployment", ADMISSION, ({ spec }) => Object.assign(spec as object, { replicas: 0 })),
        /KEDA admission does not run now/,
    ],
    [
        "metrics that nobody registered",
        gone("APIService", "v1beta1.external.metrics.k8s.io"),
        /nobody asks a Service of the pods of KEDA metrics/,
    ],
    [
        "a webhook configuration of somebody else",
        (seen) => {
            const kind = "ValidatingWebhookConfiguration";
            seen.foreign.push(copied(seen, kind, "keda-admission", "theirs"));
        },
        /theirs, which is not of the release, asks .*keda-admission-webhooks too/,
    ],
    [
        "an authority that cert-manager writes",
        change("ValidatingWebhookConfiguration", "keda-admission", ({ metadata }) =>
            Object.assign(metadata, { annotations: { "cert-manager.io/inject-ca-from": "a/b" } }),
        ),
        /cert-manager writes the authority of .*keda-admission/,
    ],
    [
        "a rule about Leases that this principal may not make",
        (seen) => void seen.missingForLeases.push(LEADERSHIP_RIGHT),
        /may not create validatingadmissionpolicies\.admissionregistration\.k8s\.io/,
    ],
    [
        "one that is asked through two Services",
        (seen) => {
            seen.objects.push(copied(seen, "Service", ADMISSION, "twin"));
            const kind = "ValidatingWebhookConfiguration";
            const twice = structuredClone(
                copied(seen, kind, "keda-admission", "second"),
            ) as KubernetesObject & {
                webhooks: { clientConfig: { service: { name: string } } }[];
            };
            for (const { clientConfig } of twice.webhooks) clientConfig.service.name = "twin";
            seen.objects.push(twice);
        },
        /KEDA admission is asked through several Services: .*keda-admission-webhooks, .*twin/,
    ],
    [
        "a Service that is called as the add-on's",
        inAddonsNamespace(ADAPTER),
        /keda-operator-metrics-apiserver has the add-on's name already/,
    ],
    [
        "two Secrets",
        (seen) => void seen.secrets.push(secretOf({ ref: { ...secretOf().ref, name: "other" } })),
        /their pods mount several Secrets/,
    ],
    ["no Secret", (seen) => void seen.secrets.splice(0), /no Secret that their pods mount holds/],
    [
        "a certificate for one of them alone",
        secrets({ dnsNames: [`${ADAPTER}.kube-system.svc`] }),
        /holds a certificate for .*keda-operator-metrics-apiserver\.kube-system\.svc/,
    ],
    [
        "a certificate that is not for the one that leads",
        secrets({ dnsNames: [`${ADAPTER}.kube-system.svc`, `${ADMISSION}.kube-system.svc`] }),
        /kedaorg-certs is for no Service of its pods/,
    ],
    [
        "a leader behind two Services",
        (seen) => {
            seen.objects.push(copied(seen, "Service", "keda-operator", "twin"));
            const names = [...secretOf().dnsNames, "twin.kube-system.svc"];
            seen.secrets = [secretOf({ dnsNames: names })];
        },
        /is for several Services of its pods: .*keda-operator, .*twin/,
    ],
    [
        "an authority without its key",
        secrets({ isSigning: false }),
        /does not hold its authority with its key/,
    ],
    [
        "a Secret that somebody else keeps",
        secrets({ kept: "cert-manager keeps it" }),
        /cert-manager keeps it/,
    ],
    [
        "a Secret that no backup has",
        secrets({ ref: { ...secretOf().ref, name: "other" } }),
        /kube-system\/other is neither of the release nor among/,
    ],
    [
        "a Secret in the add-on's namespace",
        secrets({ isTaken: true }),
        /a Secret kedaorg-certs is in the add-on's namespace already/,
    ],
    ["no Lease", (seen) => void seen.leases.pop(), /no pod of it holds a Lease/],
    ["two Leases", (seen) => void seen.leases.push(held("other")), /several Leases: .*operator\.keda\.sh/],
];

describe("how controllers of which one signs for all hand over", () => {
    it("is together, without a pause, with names that were looked up", () => {
        const { one, lines } = decide(able());
        const { shared, why } = one("KEDA");
        assert.deepEqual(why, []);
        assert.ok(shared);
        const pair = ({ from, to }: (typeof shared.services)[number]) =>
            `${from.namespace}/${from.name} ${to.namespace}/${to.name}`;
        const moved = (name: string) => `kube-system/${name} ${NEXT}/${name}`;
        assert.equal(pair(shared.leading), moved("keda-operator"));
        assert.deepEqual(shared.services.map(pair), [moved(ADAPTER), moved(ADMISSION)]);
        assert.deepEqual(
            [shared.secret, shared.nextSecret, shared.lease, shared.nextLease].map(
                ({ namespace, name }) => `${namespace}/${name}`,
            ),
            [
                "kube-system/kedaorg-certs",
                `${NEXT}/kedaorg-certs`,
                `kube-system/${LEASE}`,
                `${NEXT}/${LEASE}`,
            ],
        );
        assert.deepEqual(
            shared.references.map(({ kind, name }) => `${kind} ${name}`),
            ["APIService v1beta1.external.metrics.k8s.io", "ValidatingWebhookConfiguration keda-admission"],
        );
        for (const other of ["KEDA metrics", "KEDA admission"])
            assert.deepEqual([one(other).goesWith, one(other).why], ["KEDA", []]);
        assert.ok(lines.every((line) => line.includes(": away for 0 s; ")));
        assert.match(
            lines.find((line) => line.startsWith("KEDA: ")) ?? "",
            /some seconds late .* keep their scale/,
        );
    });

    it("goes without those that the release does not have", () => {
        const { one } = decide(able(gone("Deployment", ADMISSION)));
        assert.deepEqual(
            one("KEDA").shared?.services.map(({ from }) => from.name),
            [ADAPTER],
        );
    });

    for (const [what, work, why] of REASONS)
        it(`pauses for ${what}, and says so of each`, () => {
            const { one, lines } = decide(able(work));
            assert.equal(one("KEDA").shared, undefined);
            assert.match(one("KEDA").why.join("; "), why);
            for (const other of ["KEDA metrics", "KEDA admission"]) {
                assert.equal(one(other).goesWith, undefined);
                assert.ok(one(other).why.length > 0);
            }
            assert.match(lines[0] ?? "", /away for at least 20 s on real nodes, because /);
        });

    for (const [what, taken, why] of [
        ["the leader's Service", "keda-operator", /\/keda-operator is there already/],
        ["a Service that is asked", ADAPTER, /keda-operator-metrics-apiserver is there already/],
    ] as const)
        it(`pauses where ${what} is there in the add-on's namespace`, () => {
            const service = { apiVersion: "v1", kind: "Service", namespace: NEXT, name: taken };
            const { one } = decide(able(), { taken: [service] });
            assert.match(one("KEDA").why.join(), why);
            assert.match(one("KEDA metrics").why.join(), /^it goes with KEDA: .* is there already/);
        });

    it("pauses where it signs for nobody", () => {
        const { one } = decide(
            able((seen) => {
                for (const name of [ADAPTER, ADMISSION]) gone("Deployment", name)(seen);
            }),
        );
        assert.match(one("KEDA").why.join(), /it signs for nobody/);
    });

    it("pauses where the one that signs is not of the release", () => {
        const { one } = decide(able(gone("Deployment", "keda-operator")));
        assert.match(one("KEDA metrics").why.join(), /KEDA, which signs for it, is not of the release/);
    });
});
