// So many models as a test wants, beside those that are always there: each with its ingress, load balancer, certificate and S3 object.
import { TaggedKind } from "../../../provider/ports/world";
import type { MemoryWorld } from "../memoryWorld";
import { BUCKET, TEAM } from "./content";
import { GROUP } from "./operatorContent";
import { keyOf } from "./tags";

const BY_TEAM = { manager: "kubectl-client-side-apply", operation: "Update" } as const;
const BY_OPERATOR = { manager: "manager", operation: "Update" } as const;
const KIND = "InferenceEndpointConfig";
const ACM = "arn:aws:acm:us-west-2:123456789012:certificate/";
const ELB = "arn:aws:elasticloadbalancing:us-west-2:123456789012:loadbalancer/app/";

export function addModels({ store, data }: MemoryWorld, count: number): void {
    for (let index = 0; index < count; index++) addModel(store, data, `model-${index}`);
}

function addModel(store: MemoryWorld["store"], data: MemoryWorld["data"], name: string): void {
    const metadata = { name, namespace: TEAM };
    const model = store.create(
        { apiVersion: `${GROUP}/v1`, kind: KIND, metadata, spec: { modelName: name } },
        BY_TEAM,
    );
    const certificate = `${ACM}${name}`;
    const key = `certificates/${name}.pem`;
    store.status(model, "manager", {
        state: "DeploymentComplete",
        tlsCertificate: {
            certificateARN: certificate,
            tlsCertificateOutputS3Bucket: BUCKET,
            tlsCertificateS3Keys: [key],
        },
    });
    const owner = { apiVersion: `${GROUP}/v1`, kind: KIND, name, uid: model.metadata.uid ?? "" };
    store.create(
        {
            apiVersion: "networking.k8s.io/v1",
            kind: "Ingress",
            metadata: { name: `alb-${name}`, namespace: TEAM, ownerReferences: [owner] },
            spec: { ingressClassName: "alb" },
        },
        BY_OPERATOR,
    );
    const balancer = `${ELB}${name}`;
    data.loadBalancers.set(balancer, `${name}.elb.amazonaws.com`);
    const stack = `${TEAM}/alb-${name}`;
    const ofController = { "elbv2.k8s.aws/cluster": "demo", "ingress.k8s.aws/stack": stack };
    for (const [kind, id, tags] of [
        [TaggedKind.LoadBalancer, balancer, ofController],
        [TaggedKind.Certificate, certificate, {}],
        [TaggedKind.S3Object, `s3://${BUCKET}/${key}`, { team: "a" }],
    ] as const)
        data.tags.set(keyOf({ kind, id }), tags);
}
