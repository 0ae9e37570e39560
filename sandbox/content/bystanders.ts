// In: a sandbox with an installation. Out: what other teams run in the same cluster and account, which nothing may touch. Owns no model.
import { join } from "node:path";
import type { Sandbox } from "../sandboxHandle";
import { awsClients } from "./awsClients";
import { importCertificate } from "./certificates";
import { type ClusterObject, ClusterObjects } from "./clusterObjects";
import { charts, helm } from "./helmCommand";
import type { HelmInstallation } from "./installation";
import { createLoadBalancer } from "./loadBalancers";
import { path } from "./modelWorkloads";

export interface Bystanders {
    ingress: { namespace: string; name: string };
    loadBalancerArn: string;
    certificateArn: string;
    release: { namespace: string; name: string };
}

const namespace = "shop";
const ingressName = "public-alb-shop";
const release = "shop-cache";
const terraform = { CreatedBy: "shop-terraform", project: "shop" };

export async function deployBystanders(
    sandbox: Sandbox,
    installation: HelmInstallation,
): Promise<Bystanders> {
    const aws = awsClients(sandbox);
    const objects = new ClusterObjects(sandbox);
    try {
        await createNamespaces(objects, installation);
        const chart = join(charts, "shop-cache");
        const [certificate, loadBalancer] = await Promise.all([
            importCertificate(aws.acm, "shop.acme.example", terraform),
            createLoadBalancer(
                aws.elb,
                { cluster: sandbox.clusterName, namespace, name: ingressName },
                {
                    scheme: "internet-facing",
                    subnetIds: installation.bare.network.publicSubnetIds,
                    tags: terraform,
                },
            ),
            helm(sandbox, ["install", release, chart, "--namespace", namespace]),
            objects.createAll(shop(), "shop-deployer"),
            objects.createAll(otherKeda(installation), "kubectl-create"),
        ]);
        const exposed = await objects.create(shopIngress(certificate.arn), "shop-deployer");
        const status = { loadBalancer: { ingress: [{ hostname: loadBalancer.dnsName }] } };
        await objects.patch(exposed, { status }, "controller", "status");
        return {
            ingress: { namespace, name: ingressName },
            loadBalancerArn: loadBalancer.arn,
            certificateArn: certificate.arn,
            release: { namespace, name: release },
        };
    } finally {
        objects.close();
    }
}

async function createNamespaces(objects: ClusterObjects, installation: HelmInstallation): Promise<void> {
    const names = installation.external.includes("keda") ? [namespace] : [namespace, "keda"];
    const namespaces = names.map((name) => ({ apiVersion: "v1", kind: "Namespace", metadata: { name } }));
    await objects.createAll(namespaces, "kubectl-create");
}

/** Names that a move by pattern mistakes for its own. */
function otherKeda(installation: HelmInstallation): ClusterObject[] {
    if (installation.external.includes("keda")) return [];
    const labels = { team: "data-platform" };
    return [
        {
            apiVersion: "v1",
            kind: "ServiceAccount",
            metadata: { name: "keda-operator", namespace: "keda", labels },
        },
        {
            apiVersion: "v1",
            kind: "ConfigMap",
            metadata: { name: "keda-operator-settings", namespace: "keda", labels },
            data: { owner: "data-platform" },
        },
    ];
}

function shop(): ClusterObject[] {
    const labels = { app: "shop" };
    const container = { name: "shop", image: "registry.invalid/acme/shop:1.4" };
    return [
        {
            apiVersion: "v1",
            kind: "ConfigMap",
            metadata: { name: "shop-settings", namespace },
            data: { currency: "EUR" },
        },
        {
            apiVersion: "apps/v1",
            kind: "Deployment",
            metadata: { name: "shop", namespace, labels },
            spec: {
                replicas: 2,
                selector: { matchLabels: labels },
                template: { metadata: { labels }, spec: { containers: [container] } },
            },
        },
        {
            apiVersion: "v1",
            kind: "Service",
            metadata: { name: "shop", namespace, labels },
            spec: { selector: labels, ports: [{ name: "https", port: 443, targetPort: 8080 }] },
        },
    ];
}

function shopIngress(certificateArn: string): ClusterObject {
    return {
        apiVersion: "networking.k8s.io/v1",
        kind: "Ingress",
        metadata: {
            name: ingressName,
            namespace,
            annotations: {
                "alb.ingress.kubernetes.io/scheme": "internet-facing",
                "alb.ingress.kubernetes.io/certificate-arn": certificateArn,
            },
        },
        spec: {
            ingressClassName: "alb",
            rules: [{ host: "shop.acme.example", http: { paths: [path("shop")] } }],
        },
    };
}
