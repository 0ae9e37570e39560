// What a model's custom resource names as its own in AWS, at the paths of both served versions (v1 and v1alpha1), and whether it is being deployed.

import { AWS_DOMAINS } from "../../common/awsRegion";
import { BUCKET_NAME } from "../../common/bucketName";
import { OPERATOR_NAMESPACE } from "../../common/operatorNames";
import { at } from "../../common/tree";
import type { KubernetesObject } from "../ports/world";
import type { OwnedResources } from "./profile";

/** Whoever may write a model or its status writes these, and of any form: what has another form names nothing. */
export function resourcesOf(customResource: KubernetesObject): OwnedResources {
    const inSpec = (...path: string[]) => at(customResource, ["spec", "tlsConfig", ...path]);
    const inStatus = (...path: string[]) => at(customResource, ["status", "tlsCertificate", ...path]);
    const users = inSpec("customCertificateConfig", "acmArn");
    const fromUri = bucketOf(inSpec("tlsCertificateOutputS3Uri"));
    // Of a SageMakerEndpointRegistration they are in its spec.
    const kept = [inStatus, inSpec].map((inside) => ({
        bucket: bucketOf(inside("tlsCertificateOutputS3Bucket")) ?? fromUri,
        keys: texts(inside("tlsCertificateS3Keys")),
    }));
    return {
        certificates: distinct([
            inStatus("certificateARN"),
            ...texts(inStatus("importedCertificates")),
        ]).filter((arn) => arn !== users),
        usersCertificates: distinct([users]),
        s3Objects: kept.flatMap(({ bucket, keys }) =>
            bucket === undefined ? [] : keys.map((key) => ({ bucket, key: keyWithin(bucket, key) })),
        ),
        buckets: distinct([fromUri, ...kept.map(({ bucket }) => bucket)]),
        hosts: distinct(hostsIn(at(customResource, ["status"]))),
    };
}

function texts(value: unknown): string[] {
    return Array.isArray(value) ? value.filter((one) => typeof one === "string") : [];
}

/** The operator's ingresses lie in its own namespace, where a model elsewhere cannot be their owner. */
export function ingressesOf({ metadata }: KubernetesObject): { namespace: string; name: string }[] {
    return [{ namespace: OPERATOR_NAMESPACE, name: `alb-${metadata.name}-${metadata.namespace}` }];
}

/** As AWS names load balancers, in any partition. */
const LOAD_BALANCER_HOST = new RegExp(
    `[a-z0-9-]+(?:\\.[a-z0-9-]+)*\\.elb\\.(?:[a-z0-9-]+\\.)?(?:${AWS_DOMAINS.map((domain) => domain.replaceAll(".", "\\.")).join("|")})(?![a-z0-9.-]*[a-z0-9])`,
    "gi",
);

/** Wherever the status names them, as a host or in an address; the spec is the user's word and proves nothing. */
function hostsIn(status: unknown): string[] {
    if (typeof status === "string") return status.match(LOAD_BALANCER_HOST) ?? [];
    return typeof status === "object" && status !== null ? Object.values(status).flatMap(hostsIn) : [];
}

/** A certificate or a pod that is being made now would be caught half-way. */
export function busy(customResource: KubernetesObject): string | undefined {
    if (customResource.metadata.deletionTimestamp !== undefined) return "is being deleted";
    const states = [["state"], ["deploymentStatus", "deploymentObjectOverallState"]].map((path) =>
        at(customResource, ["status", ...path]),
    );
    const moving = texts(states).find((state) => /(InProgress|Pending)$/.test(state));
    return moving === undefined ? undefined : `is in state ${moving}`;
}

/** `s3://bucket/prefix`, `bucket/prefix` and `bucket` all name the bucket; what no bucket can be called names none: whoever writes a model writes this, and it becomes a resource of a policy. */
function bucketOf(uri: unknown): string | undefined {
    const [bucket = ""] = (typeof uri === "string" ? uri : "").replace(/^s3:\/\//, "").split("/");
    return BUCKET_NAME.test(bucket) ? bucket : undefined;
}

function keyWithin(bucket: string, key: string): string {
    const prefix = `s3://${bucket}/`;
    return key.startsWith(prefix) ? key.slice(prefix.length) : key;
}

function distinct(values: readonly unknown[]): string[] {
    return [...new Set(texts(values).filter((value) => value !== ""))];
}
