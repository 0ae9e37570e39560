// What the product's tests rely on: webhooks, conversion and aggregated APIs answer with real TLS, only while their pod is Ready.
import assert from "node:assert/strict";
import { X509Certificate } from "node:crypto";
import { type ApiClient, ApiError } from "../../sandbox/kubernetes/apiClient";
import { makeCertificate } from "../../sandbox/kubernetes/makeCertificate";
import type { KubeObject, Secret } from "../../sandbox/kubernetes/objectTypes";
import type { Sandbox } from "../../sandbox/sandbox";
import "../run/sandboxHooks";
import { emptySandbox } from "../run/sharedSandbox";
import {
    adminClient,
    certManagerCrds,
    crd,
    create,
    eventually,
    pathOf,
    readyPods,
    service,
    workload,
} from "./kubernetesObjects";

const base64 = (text: string): string => Buffer.from(text).toString("base64");
const decode = (text = ""): string => Buffer.from(text, "base64").toString("utf8");

describe("sandbox: pods that answer the API server", () => {
    let sandbox: Sandbox;
    let client: ApiClient;

    before(async () => {
        sandbox = await emptySandbox();
        client = adminClient(sandbox);
        const drivers = ["s3.csi.aws.com", "fsx.csi.aws.com"].map((name) => {
            return { apiVersion: "storage.k8s.io/v1", kind: "CSIDriver", metadata: { name }, spec: {} };
        });
        await create(client, ...drivers, ...certManagerCrds());
        for (const plural of ["certificates", "issuers"]) {
            await eventually(plural, () =>
                works(() => client.call({ path: `/apis/cert-manager.io/v1/${plural}` })),
            );
        }
    });
    after(() => client?.close());
    afterEach(() => sandbox.nodes.clearScripts());

    const works = async (call: () => Promise<unknown>): Promise<true | undefined> => {
        try {
            await call();
            return true;
        } catch (error) {
            if (error instanceof ApiError) return undefined;
            throw error;
        }
    };
    /** The message with which the API server goes on refusing. */
    const refusal = (what: string, pattern: RegExp, call: () => Promise<unknown>): Promise<string> =>
        eventually(what, async () => {
            try {
                await call();
                return undefined;
            } catch (error) {
                return error instanceof ApiError && pattern.test(error.message) ? error.message : undefined;
            }
        });
    const secretOf = (name: string, namespace = "default"): Promise<Secret | undefined> =>
        client.call<Secret>({ path: `/api/v1/namespaces/${namespace}/secrets/${name}` }).catch((error) => {
            if (error instanceof ApiError && error.status === 404) return undefined;
            throw error;
        });
    const namesIn = (secret: Secret | undefined): string =>
        new X509Certificate(decode(secret?.data?.["tls.crt"])).subjectAltName ?? "";

    describe("cert-manager and CRD conversion", () => {
        const certificatePath = "/apis/cert-manager.io/v1/namespaces/default/certificates/serving-cert";
        const model = (apiVersion: string, name: string): KubeObject => {
            const object = {
                apiVersion,
                kind: "Model",
                metadata: { name, namespace: "default" },
                spec: { size: 3 },
            };
            return object;
        };
        const readOld = () => client.call({ path: pathOf(model("example.com/v1alpha1", "llama")) });

        const setDnsNames = (names: string[]) =>
            client.call({
                method: "PATCH",
                path: certificatePath,
                contentType: "merge",
                body: { spec: { dnsNames: names } },
            });

        it("issues the Secret of a Certificate and marks it Ready", async () => {
            const metadata = { name: "selfsigned", namespace: "default" };
            const issuer = {
                apiVersion: "cert-manager.io/v1",
                kind: "Issuer",
                metadata,
                spec: { selfSigned: {} },
            };
            const certificate = {
                ...issuer,
                kind: "Certificate",
                metadata: { name: "serving-cert", namespace: "default" },
                spec: {
                    secretName: "webhook-server-cert",
                    dnsNames: ["conversion.default.svc"],
                    issuerRef: { name: "selfsigned", kind: "Issuer" },
                },
            };
            await create(client, issuer, certificate);
            assert.equal(
                await secretOf("webhook-server-cert"),
                undefined,
                "nobody issues without a Ready pod",
            );
            await create(
                client,
                workload("cm", "cert-manager-controller"),
                workload("ca", "cert-manager-cainjector"),
            );
            const secret = await eventually("the Secret", () => secretOf("webhook-server-cert"));
            assert.equal(namesIn(secret), "DNS:conversion.default.svc");
            assert.equal(secret.type, "kubernetes.io/tls");
            type Ready = { status?: { conditions?: { status: string }[] } };
            await eventually("Certificate Ready", async () => {
                const found = await client.call<Ready>({ path: certificatePath });
                return found.status?.conditions?.[0]?.status === "True" ? true : undefined;
            });
        });

        it("converts while the operator is Ready, with the CA that cainjector put into the CRD", async () => {
            const webhook = {
                conversionReviewVersions: ["v1"],
                clientConfig: { service: { name: "conversion", namespace: "default", path: "/convert" } },
            };
            const schema = {
                openAPIV3Schema: { type: "object", "x-kubernetes-preserve-unknown-fields": true },
            };
            const definition = crd("models", "Model", "example.com", {
                conversion: { strategy: "Webhook", webhook },
                versions: [
                    { name: "v1", served: true, storage: true, schema },
                    { name: "v1alpha1", served: true, storage: false, schema },
                ],
            });
            definition.metadata.annotations = { "cert-manager.io/inject-ca-from": "default/serving-cert" };
            await create(client, definition, service("conversion", "operator", 9443));
            await create(
                client,
                workload("operator", "hyperpod-inference-operator", { secret: "webhook-server-cert" }),
            );
            await readyPods(client, "operator");
            await eventually("the CRD to be served", () =>
                works(() => create(client, model("example.com/v1", "llama"))),
            );
            await eventually("reading the old version", () => works(readOld));
            const old = (await readOld()) as KubeObject & { spec: object };
            assert.equal(old.apiVersion, "example.com/v1alpha1");
            assert.deepEqual(old.spec, { size: 3 });
            await create(client, model("example.com/v1alpha1", "written-old"));
        });

        it("keeps the Secret when nothing changed", async () => {
            const before = await secretOf("webhook-server-cert");
            await client.call({
                method: "PATCH",
                path: certificatePath,
                contentType: "merge",
                body: { metadata: { labels: { touched: "yes" } } },
            });
            await new Promise((resolve) => setTimeout(resolve, 300));
            assert.deepEqual((await secretOf("webhook-server-cert"))?.data, before?.data);
        });

        it("reissues for other DNS names, and conversion then fails in the API server's own TLS check", async () => {
            await setDnsNames(["another.default.svc"]);
            const message = await refusal("x509", /x509/, readOld);
            assert.match(
                message,
                /certificate is valid for another\.default\.svc, not conversion\.default\.svc/,
            );
            await setDnsNames(["conversion.default.svc"]);
            await eventually("conversion to recover", () => works(readOld));
        });

        it("fails as long as pods present the certificate of before, where Secrets reach them late", async () => {
            sandbox.nodes.secretsReachPodsAfter(2_000);
            await setDnsNames(["conversion.default.svc", "another.default.svc"]);
            // The CRD has the new CA at once.
            await refusal("an authority that the bundle does not know", /unknown authority/, readOld);
            await eventually("conversion to recover", () => works(readOld));
            sandbox.nodes.secretsReachPodsAfter(0);
            await setDnsNames(["conversion.default.svc"]);
            await eventually("conversion with the former names", () => works(readOld));
        });

        it("refuses conversion while the operator is not Ready", async () => {
            sandbox.nodes.script({ image: "hyperpod-inference-operator" }, { never: true });
            await readyPods(client, "operator", 0);
            await refusal("no backend", /conversion webhook .* failed/, () =>
                create(client, model("example.com/v1alpha1", `late-${Date.now()}`)),
            );
            await client.call({ path: pathOf(model("example.com/v1", "llama")) });
            sandbox.nodes.clearScripts();
            await eventually("conversion to recover", () => works(readOld));
        });

        it("does not accept a certificate that the bundle does not know", async () => {
            const stranger = await makeCertificate({ commonName: "x", dnsNames: ["conversion.default.svc"] });
            sandbox.nodes.script({ image: "cert-manager-c" }, { never: true });
            await Promise.all([readyPods(client, "cm", 0), readyPods(client, "ca", 0)]);
            await client.call({
                method: "PATCH",
                path: "/api/v1/namespaces/default/secrets/webhook-server-cert",
                contentType: "merge",
                body: { data: { "tls.crt": base64(stranger.certificate), "tls.key": base64(stranger.key) } },
            });
            sandbox.nodes.script({ image: "hyperpod-inference-operator" }, { never: true });
            await readyPods(client, "operator", 0);
            sandbox.nodes.clearScripts();
            sandbox.nodes.script({ image: "cert-manager-c" }, { never: true });
            await readyPods(client, "operator");
            await refusal("unknown authority", /x509: certificate signed by unknown authority/, readOld);
        });
    });

    describe("admission", () => {
        const ingress = (): KubeObject => {
            const metadata = { name: `shop-${Date.now()}`, namespace: "default" };
            const backend = { service: { name: "shop", port: { number: 80 } } };
            const object = {
                apiVersion: "networking.k8s.io/v1",
                kind: "Ingress",
                metadata,
                spec: { defaultBackend: backend },
            };
            return object;
        };

        it("allows ingresses while the ALB controller is Ready, and refuses them when it is not", async () => {
            const ca = await makeCertificate({ commonName: "alb-ca", isCa: true });
            const name = "alb-webhook-service";
            const pair = await makeCertificate({ commonName: "alb", dnsNames: [`${name}.default.svc`] }, ca);
            const data = { "tls.crt": base64(pair.certificate), "tls.key": base64(pair.key) };
            const secret = {
                apiVersion: "v1",
                kind: "Secret",
                metadata: { name: "alb-tls", namespace: "default" },
            };
            const configuration = {
                apiVersion: "admissionregistration.k8s.io/v1",
                kind: "ValidatingWebhookConfiguration",
                metadata: { name: "alb-webhook" },
                webhooks: [
                    {
                        name: "vingress.elbv2.k8s.aws",
                        admissionReviewVersions: ["v1"],
                        sideEffects: "None",
                        failurePolicy: "Fail",
                        clientConfig: {
                            caBundle: base64(ca.certificate),
                            service: { name, namespace: "default", path: "/validate-networking-v1-ingress" },
                        },
                        rules: [
                            {
                                apiGroups: ["networking.k8s.io"],
                                apiVersions: ["v1"],
                                operations: ["CREATE"],
                                resources: ["ingresses"],
                            },
                        ],
                    },
                ],
            };
            await create(client, { ...secret, data } as KubeObject, service(name, "alb", 9443));
            await create(
                client,
                workload("alb", "aws-load-balancer-controller", { secret: "alb-tls", replicas: 2 }),
            );
            await readyPods(client, "alb", 2);
            await create(client, configuration);
            await eventually("an ingress", () => works(() => create(client, ingress())));
            sandbox.nodes.script({ image: "aws-load-balancer-controller" }, { never: true });
            await readyPods(client, "alb", 0);
            const pattern = /failed calling webhook "vingress\.elbv2\.k8s\.aws"/;
            await refusal("refused ingress", pattern, () => create(client, ingress()));
        });

        it("gives cert-manager's webhook a CA that is injected from its Secret", async () => {
            const name = "cert-manager-webhook";
            const configuration = {
                apiVersion: "admissionregistration.k8s.io/v1",
                kind: "ValidatingWebhookConfiguration",
                metadata: {
                    name,
                    annotations: { "cert-manager.io/inject-ca-from-secret": `default/${name}-ca` },
                },
                webhooks: [
                    {
                        name: "webhook.cert-manager.io",
                        admissionReviewVersions: ["v1"],
                        sideEffects: "None",
                        clientConfig: { service: { name, namespace: "default", path: "/validate" } },
                        rules: [
                            {
                                apiGroups: ["cert-manager.io"],
                                apiVersions: ["v1"],
                                operations: ["CREATE"],
                                resources: ["issuers"],
                            },
                        ],
                    },
                ],
            };
            await create(client, service(name, name, 10250), workload(name, name), configuration);
            await readyPods(client, name);
            const metadata = () => ({ name: `issuer-${Date.now()}`, namespace: "default" });
            const issuer = () => {
                return {
                    apiVersion: "cert-manager.io/v1",
                    kind: "Issuer",
                    metadata: metadata(),
                    spec: { selfSigned: {} },
                };
            };
            await eventually("an Issuer through the webhook", () => works(() => create(client, issuer())));
        });
    });

    describe("aggregated APIs", () => {
        const apiService = (
            version: string,
            group: string,
            name: string,
            namespace: string,
            more: object,
        ): KubeObject => {
            const target = {
                service: { name, namespace, port: 443 },
                groupPriorityMinimum: 100,
                versionPriority: 100,
            };
            const object = {
                apiVersion: "apiregistration.k8s.io/v1",
                kind: "APIService",
                metadata: { name: `${version}.${group}` },
                spec: { group, version, ...target, ...more },
            };
            return object;
        };

        it("serves metrics.k8s.io while metrics-server is Ready", async () => {
            const registration = { insecureSkipTLSVerify: true };
            await create(client, service("metrics-server", "metrics-server", 10250));
            await create(client, workload("metrics-server", "metrics-server"));
            await create(
                client,
                apiService("v1beta1", "metrics.k8s.io", "metrics-server", "default", registration),
            );
            const read = () => client.call({ path: "/apis/metrics.k8s.io/v1beta1/nodes" });
            await eventually("node metrics", () => works(read));
            sandbox.nodes.script({ image: "metrics-server" }, { never: true });
            await readyPods(client, "metrics-server", 0);
            await refusal("no metrics", /: 503 /, read);
        });

        it("lets KEDA's rotator make kedaorg-certs and register its CA, and then serves external metrics", async () => {
            const namespace = "keda";
            await create(client, { apiVersion: "v1", kind: "Namespace", metadata: { name: namespace } });
            await eventually("the default ServiceAccount", () =>
                works(() => client.call({ path: `/api/v1/namespaces/${namespace}/serviceaccounts/default` })),
            );
            const server = "keda-operator-metrics-apiserver";
            const group = "external.metrics.k8s.io";
            const secret = "kedaorg-certs";
            await create(client, service(server, "keda-metrics", 6443, namespace));
            await create(client, apiService("v1beta1", group, server, namespace, {}));
            await create(client, workload("keda-metrics", "keda-metrics-apiserver", { namespace, secret }));
            assert.equal(await secretOf(secret, namespace), undefined);
            // Its values come from the operator, by this Service.
            await create(client, service("keda-operator", "keda-operator", 9666, namespace));
            const signs = { namespace, secret, isSecretOptional: true };
            await create(client, workload("keda-operator", "keda-operator", signs));
            await readyPods(client, "keda-metrics", 1, namespace);
            const path = `/apis/${group}/v1beta1/namespaces/default/s0-queue`;
            type Values = { items: { value: string }[] };
            await eventually("external metrics", () => works(() => client.call({ path })));
            assert.equal((await client.call<Values>({ path })).items[0]?.value, "1");
            const made = await secretOf(secret, namespace);
            assert.match(namesIn(made), /DNS:keda-operator-metrics-apiserver\.keda\.svc/);
            type Managed = KubeObject & { metadata: { managedFields: { manager: string }[] } };
            const found = await client.call<Managed>({
                path: `/apis/apiregistration.k8s.io/v1/apiservices/v1beta1.${group}`,
            });
            assert.ok(found.metadata.managedFields.some(({ manager }) => manager === "keda"));
        });

        it("answers at once after a restore, as if it had never been away", async () => {
            const registration =
                "/apis/apiregistration.k8s.io/v1/apiservices/v1beta1.external.metrics.k8s.io";
            const before = await client.call({ path: registration });
            await sandbox.saveBaseline("serving");
            await sandbox.restoreBaseline("serving");
            await client.call({ path: "/apis/external.metrics.k8s.io/v1beta1/namespaces/default/s0-queue" });
            assert.deepEqual(await client.call({ path: registration }), before);
        });
    });
});
