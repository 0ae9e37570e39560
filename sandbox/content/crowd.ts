// In: a sandbox with an installation, and how crowded it shall be. Out: what many other teams run there: Helm releases with long manifests, objects of every common kind, ingresses with load balancers of their own names. Owns no model.
import { randomBytes } from "node:crypto";
import { gzipSync } from "node:zlib";
import type { Sandbox } from "../sandboxHandle";
import { type ClusterObject, ClusterObjects } from "./clusterObjects";
import { path } from "./modelWorkloads";

export interface CrowdSize {
    readonly releases: number;
    readonly objects: number;
    readonly ingresses: number;
}

const NAMESPACES = 20;
const AT_ONCE = 64;
/** As much as the manifests of a middling chart. */
const RECORD_BYTES = 60_000;

export async function deployCrowd(sandbox: Sandbox, size: CrowdSize): Promise<void> {
    const objects = new ClusterObjects(sandbox);
    const namespaces = Array.from({ length: NAMESPACES }, (_, index) => `team-${index}`);
    const all = [
        ...many(size.releases, (index) => releaseRecord(index, namespaceOf(index))),
        ...many(size.objects, (index) => commonObject(index, namespaceOf(index))),
        ...many(size.ingresses, (index) => ingress(index, namespaceOf(index))),
    ];
    try {
        await objects.createAll(
            namespaces.map((name) => ({ apiVersion: "v1", kind: "Namespace", metadata: { name } })),
            "kubectl-create",
        );
        for (let begin = 0; begin < all.length; begin += AT_ONCE)
            await objects.createAll(all.slice(begin, begin + AT_ONCE), "team-deployer");
    } finally {
        objects.close();
    }
}

function many(count: number, make: (index: number) => ClusterObject): ClusterObject[] {
    return Array.from({ length: count }, (_, index) => make(index));
}

function namespaceOf(index: number): string {
    return `team-${index % NAMESPACES}`;
}

function releaseRecord(index: number, namespace: string): ClusterObject {
    const name = `app-${index}`;
    const record = {
        name,
        namespace,
        version: 1,
        info: { status: "deployed", first_deployed: "2026-01-05T09:00:00Z" },
        chart: { metadata: { name: `chart-${index}`, version: "1.0.0" }, templates: [], values: {} },
        // Manifests shrink to a third; what does not shrink at all stands for that third.
        manifest: `# Source: chart-${index}/templates/a.yaml\napiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\ndata: {a: ${randomBytes(RECORD_BYTES).toString("base64")}}\n`,
        config: {},
    };
    const packed = gzipSync(JSON.stringify(record)).toString("base64");
    return {
        apiVersion: "v1",
        kind: "Secret",
        metadata: {
            name: `sh.helm.release.v1.${name}.v1`,
            namespace,
            labels: { owner: "helm", name, status: "deployed", version: "1" },
        },
        type: "helm.sh/release.v1",
        data: { release: Buffer.from(packed).toString("base64") },
    };
}

function commonObject(index: number, namespace: string): ClusterObject {
    const labels = { "app.kubernetes.io/name": `app-${index}`, "app.kubernetes.io/managed-by": "Helm" };
    const metadata = { name: `app-${index}`, namespace, labels };
    const pod = { labels, containers: [{ name: "app", image: `registry.invalid/team/app:${index}` }] };
    switch (index % 6) {
        case 0:
            return {
                apiVersion: "apps/v1",
                kind: "Deployment",
                metadata,
                spec: {
                    replicas: 0,
                    selector: { matchLabels: labels },
                    template: { metadata: { labels }, spec: { containers: pod.containers } },
                },
            };
        case 1:
            return {
                apiVersion: "v1",
                kind: "Service",
                metadata,
                spec: { selector: labels, clusterIP: "None" },
            };
        case 2:
            return { apiVersion: "v1", kind: "ServiceAccount", metadata };
        case 3:
            return { apiVersion: "v1", kind: "Secret", metadata, stringData: { password: `p${index}` } };
        default:
            return { apiVersion: "v1", kind: "ConfigMap", metadata, data: { settings: "x".repeat(1_000) } };
    }
}

function ingress(index: number, namespace: string): ClusterObject {
    return {
        apiVersion: "networking.k8s.io/v1",
        kind: "Ingress",
        metadata: {
            name: `web-${index}`,
            namespace,
            annotations: {
                "alb.ingress.kubernetes.io/scheme": "internal",
                "alb.ingress.kubernetes.io/listen-ports": '[{"HTTPS": 443}]',
            },
        },
        spec: {
            // Nobody's class: the webhook of the load balancer controller has nothing to say about them.
            ingressClassName: "nginx",
            rules: [{ host: `web-${index}.acme.example`, http: { paths: [path(`app-${index}`)] } }],
        },
    };
}
