// Which controllers hand over without a pause is decided before the move begins; each reason against it is told.
import assert from "node:assert/strict";
import { Handover } from "../../../common/enums";
import { ErrorCode } from "../../../common/errors";
import { describeHandover, planHandover } from "../../../provider/plan/handover";
import { MigrationStep } from "../../../provider/plan/plan";
import { AddonStatus, type KubernetesObject } from "../../../provider/ports/world";
import { hyperPodInference } from "../../../provider/profiles/hyperPodInference";
import { change, discoveryOf, type Found, found, LEADERSHIP_RIGHT, lease, MANAGER } from "./foundRelease";

const MODELS = "jumpstartmodels.inference.sagemaker.aws.amazon.com";
const conversionOf = ({ spec }: KubernetesObject) =>
    spec as { conversion: { strategy: string; webhook: { clientConfig: { service: { name: string } } } } };

/** What the operator pauses for. */
const REASONS: [what: string, change: (seen: Found) => void, why: RegExp][] = [
    [
        "an older Kubernetes",
        (seen) => Object.assign(seen, { version: "1.32" }),
        /^Kubernetes 1\.32 does not ask/,
    ],
    [
        "a version that nobody can read",
        (seen) => Object.assign(seen, { version: "?" }),
        /^Kubernetes \? does not ask/,
    ],
    [
        "an add-on that is there",
        (seen) => Object.assign(seen, { addon: AddonStatus.Active }),
        /is there already \(ACTIVE\)/,
    ],
    ["no Lease", (seen) => Object.assign(seen, { leases: [] }), /no pod of it holds a Lease/],
    [
        "a Lease of another Deployment whose name begins alike",
        (seen) => Object.assign(seen, { leases: [lease("x", `${MANAGER}-two-7f8b9c-x2x4z_0a1b`)] }),
        /no pod of it holds a Lease/,
    ],
    [
        "two Leases",
        (seen) => void seen.leases.push(lease("other", `${MANAGER}-7f8b9c-x2x4z_0a1b`)),
        /several Leases: .*e7d9c1a4.*other/,
    ],
    [
        "rights that this principal lacks",
        ({ missing }) =>
            missing.push({ verb: "create", group: "discovery.k8s.io", resource: "endpointslices" }),
        /may not create endpointslices\.discovery\.k8s\.io/,
    ],
    ["a Service of the add-on's name", (seen) => Object.assign(seen, { taken: true }), /is there already$/],
    [
        "CRDs that nobody converts",
        (seen) => {
            for (const crd of seen.objects.filter(({ kind }) => kind === "CustomResourceDefinition"))
                Object.assign(crd.spec as object, { conversion: { strategy: "None" } });
        },
        /no CRD of the release is converted/,
    ],
    [
        "CRDs that two Services convert",
        change("CustomResourceDefinition", MODELS, (crd) => {
            conversionOf(crd).conversion.webhook.clientConfig.service.name = "other";
        }),
        /several Services: .*operator-conversion-webhook, .*other/,
    ],
    [
        "a Service that leads elsewhere",
        change("Service", "hyperpod-inference-operator-conversion-webhook", (service) => {
            Object.assign(service.spec as object, { selector: { app: "proxy" } });
        }),
        /does not lead to its pods alone/,
    ],
    [
        "an authority that cert-manager does not write",
        (seen) => {
            for (const crd of seen.objects.filter(({ kind }) => kind === "CustomResourceDefinition"))
                delete crd.metadata.annotations?.["cert-manager.io/inject-ca-from"];
        },
        /cert-manager does not write/,
    ],
    [
        "a certificate for another name",
        change("Certificate", "serving-cert", (certificate) => {
            Object.assign(certificate.spec as object, { dnsNames: ["other.svc"] });
        }),
        /is not for the Service that converts/,
    ],
    [
        "an authority from several places",
        change("CustomResourceDefinition", MODELS, ({ metadata }) =>
            Object.assign(metadata, { annotations: { "cert-manager.io/inject-ca-from": "other/cert" } }),
        ),
        /take their authority from several places: .*other\/cert/,
    ],
    [
        "a Service that is called as the add-on's",
        (seen) => {
            const [former, next] = ["hyperpod-inference-operator-", "hyperpod-inference-"].map(
                (prefix) => `${prefix}conversion-webhook`,
            );
            for (const one of seen.objects) {
                const isConverted =
                    one.kind === "CustomResourceDefinition" && "conversion" in (one.spec as object);
                if (isConverted) conversionOf(one).conversion.webhook.clientConfig.service.name = next ?? "";
                else if (one.kind === "Service" && one.metadata.name === former)
                    Object.assign(one.metadata, { name: next });
            }
        },
        /hyperpod-inference-conversion-webhook has the add-on's name already/,
    ],
    [
        "an operator that is stopped",
        change("Deployment", MANAGER, ({ spec }) => Object.assign(spec as object, { replicas: 0 })),
        /it does not run now/,
    ],
];

/** The load balancer controller pauses in all of these. */
const decide = (seen: Found, handover: Handover, until?: MigrationStep) =>
    planHandover(
        discoveryOf(seen),
        { handover, allowAdmissionBypass: false, ...(until === undefined ? {} : { until }) },
        hyperPodInference,
    );

describe("how a move hands over", () => {
    it("is seamless by default for the operator, with names that were looked up, while others pause with a reason", () => {
        const { planned, blockers } = decide(found(), Handover.Auto);
        assert.deepEqual(blockers, []);
        const [operator, alb] = planned.handover?.components ?? [];
        assert.equal(planned.handover?.order, Handover.Seamless);
        assert.deepEqual(operator?.why, []);
        assert.equal(operator?.bridge?.from.name, "hyperpod-inference-operator-conversion-webhook");
        assert.equal(operator?.bridge?.to.name, "hyperpod-inference-conversion-webhook");
        assert.equal(operator?.bridge?.certificate.name, "serving-cert");
        assert.equal(operator?.bridge?.lease.name, "e7d9c1a4.sagemaker.amazonaws.com");
        assert.equal(operator?.bridge?.crds.length, 2);
        assert.equal(alb?.bridge, undefined);
        assert.deepEqual(describeHandover(planned.handover), [
            "operator: away for 0 s; Helm's pods serve until the add-on's are available",
            "load balancer controller: away for at least 10 s on real nodes, because no pod of it holds a Lease, so nothing would keep two generations from working at once",
        ]);
    });

    for (const [what, work, why] of REASONS)
        it(`pauses for ${what}, says so, and refuses when a seamless one was asked for`, () => {
            const { planned, blockers } = decide(found(work), Handover.Auto);
            assert.deepEqual(blockers, []);
            assert.equal(planned.handover?.order, Handover.Pause);
            const [operator] = planned.handover?.components ?? [];
            assert.equal(operator?.bridge, undefined);
            assert.match(operator?.why.join("; ") ?? "", why);
            assert.match(
                describeHandover(planned.handover)[0] ?? "",
                /^operator: away for at least 180 s on real nodes, because /,
            );
            const [blocker, ...more] = decide(found(work), Handover.Seamless).blockers;
            assert.deepEqual(more, []);
            assert.equal(blocker?.code, ErrorCode.HandoverNotSeamless);
            assert.equal(blocker?.property, "handover");
            assert.match(
                blocker?.what ?? "",
                /operator would pause: .+\nload balancer controller would pause: /,
            );
        });

    for (const until of [MigrationStep.ScaleDown, MigrationStep.Install])
        it(`pauses where \`until: ${until}\` would leave requests to a bridge that nobody keeps`, () => {
            const { planned } = decide(found(), Handover.Auto, until);
            assert.equal(planned.handover?.order, Handover.Pause);
            assert.match(planned.handover?.components[0]?.why[0] ?? "", new RegExp(`until: ${until}`));
        });

    it("goes on for the operator, whose generations have one Lease, where no rule about Leases may be made", () => {
        const { planned } = decide(
            found(({ missingForLeases }) => missingForLeases.push(LEADERSHIP_RIGHT)),
            Handover.Auto,
        );
        assert.deepEqual(planned.handover?.components[0]?.why, []);
    });

    it("pauses a controller of which it is not known how it is asked", () => {
        const { controllers, ...profile } = hyperPodInference;
        const known = controllers.map((one) => {
            const { handover, ...signs } = one;
            return one.component === "operator" ? signs : one;
        });
        const { planned } = planHandover(
            discoveryOf(found()),
            { handover: Handover.Auto, allowAdmissionBypass: false },
            { ...profile, controllers: known },
        );
        assert.match(planned.handover?.components[0]?.why.join() ?? "", /cannot lead its requests/);
    });

    it("is not spoken of where a pause was asked for", () => {
        assert.deepEqual(decide(found(), Handover.Pause), { planned: {}, blockers: [] });
    });
});
