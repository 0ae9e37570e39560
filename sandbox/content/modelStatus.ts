// In: a model and its certificate. Out: the status that the operator writes, and the endpoint registration. Writes nothing.
import type { Sandbox } from "../sandboxHandle";
import type { ClusterObject } from "./clusterObjects";
import type { Model } from "./deployedModel";
import type { HelmInstallation } from "./installation";
import { inferenceGroup, type ModelSpec } from "./modelManifests";

const deployedAt = "2026-07-01T08:00:00Z";

export function modelStatus(
    model: ModelSpec,
    tls: { domain: string; certificateArn: string; keys: string[] },
): object {
    const { name, replicas } = model;
    const condition = (type: string, reason: string) => {
        const message = `${type} of ${name}`;
        return { type, status: "True", reason, message, lastTransitionTime: deployedAt };
    };
    return {
        conditions: [
            condition("DeploymentComplete", "DeploymentReady"),
            condition("Certificate", "CertificateReady"),
        ],
        deploymentStatus: {
            name,
            deploymentObjectOverallState: "DeploymentComplete",
            lastUpdated: deployedAt,
            status: { replicas, readyReplicas: replicas, availableReplicas: replicas },
        },
        ...("dataCapture" in model.spec
            ? { dataCaptureStatus: { modelPod: { status: "Healthy", lastTransitionTime: deployedAt } } }
            : {}),
        ...("dnsConfig" in model.spec
            ? {
                  dnsStatus: {
                      dnsHealth: "Active",
                      hostedZoneId: "Z0123456789ABCDEFGHIJ",
                      managedByOperator: true,
                      recordName: tls.domain,
                  },
              }
            : {}),
        replicas,
        selector: `app=${name}`,
        state: "DeploymentComplete",
        tlsCertificate: {
            certificateARN: tls.certificateArn,
            certificateDomainNames: [tls.domain],
            certificateHealth: "Valid",
            certificateName: `${name}-tls`,
            importedCertificates: [tls.certificateArn],
            issuerName: "selfsigned-issuer",
            lastCertExpiryTime: "2027-07-01T08:00:00Z",
            tlsCertificateOutputS3Bucket: model.bucket,
            tlsCertificateS3Keys: tls.keys,
        },
    };
}

export function registration(
    sandbox: Sandbox,
    installation: HelmInstallation,
    model: Model,
    finalizer: string,
): ClusterObject {
    const { network, eksClusterArn } = installation.bare;
    const [first] = model.objects;
    return {
        apiVersion: `${inferenceGroup}/v1`,
        kind: "SageMakerEndpointRegistration",
        metadata: { name: model.name, namespace: model.namespace, finalizers: [finalizer] },
        spec: {
            name: model.name,
            eksClusterDetails: {
                arn: eksClusterArn,
                name: sandbox.clusterName,
                vpcId: network.vpcId,
                subnetIds: network.privateSubnetIds,
                securityGroupIds: [network.nodeSecurityGroupId],
                clusterSecurityGroupId: network.nodeSecurityGroupId,
            },
            executionRole: installation.roles.execution,
            imageUri: "registry.invalid/hyperpod/endpoint-proxy:1.2",
            instanceType: "ml.m5.xlarge",
            loadBalancerHostName: model.loadBalancer.dnsName,
            restApiId: "a1b2c3d4e5",
            sageMakerEndpointDataCaptureConfig: {
                enabled: true,
                captureOptions: [{ captureMode: "Input" }],
                destinationS3Uri: `s3://${first?.bucket}/data-capture/endpoint`,
                initialSamplingPercentage: 20,
            },
            tlsConfig: {
                tlsCertificateOutputS3Bucket: first?.bucket,
                tlsCertificateS3Keys: model.objects.map((object) => object.key),
            },
        },
    };
}

export function registrationStatus(sandbox: Sandbox, model: Model): object {
    const arn = (type: string) =>
        `arn:aws:sagemaker:${sandbox.region}:${sandbox.accountId}:${type}/${model.name}`;
    return {
        state: "CreationCompleted",
        endpoint: { arn: arn("endpoint"), configArn: arn("endpoint-config"), modelArn: arn("model") },
        loadBalancer: { hostName: model.loadBalancer.dnsName },
    };
}
