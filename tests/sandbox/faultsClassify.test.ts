/** What the fault proxy makes of a request: which call it is, of what, and whether it is a write. */
import assert from "node:assert/strict";
import { classifyAws } from "../../sandbox/faults/classifyAws";
import { classifyKubernetes } from "../../sandbox/faults/classifyKubernetes";
import { signedFor } from "./faultsFixtures";

const FORM = { "content-type": "application/x-www-form-urlencoded" };
const JSON_1_1 = { "content-type": "application/x-amz-json-1.1" };

describe("fault proxy: what a Kubernetes request is", () => {
    const cases: [request: string, body: string, effect: string, what: string][] = [
        ["GET /api/v1/namespaces/kube-system/pods", "", "read", "list pods/kube-system"],
        ["GET /api/v1/namespaces/kube-system", "", "read", "get namespaces/kube-system"],
        ["GET /api/v1/namespaces", "", "read", "list namespaces"],
        ["GET /api/v1/pods?watch=true", "", "read", "watch pods"],
        ["GET /api/v1/pods?watch=0", "", "read", "list pods"],
        ["GET /version", "", "read", "get /version"],
        ["GET /apis/apps/v1", "", "read", "get /apis/apps/v1"],
        ["PUT /api/v1/namespaces/x/finalize", "", "write", "update namespaces/x/finalize"],
        ["PATCH /api/v1/namespaces/x/status", "", "write", "patch namespaces/x/status"],
        ["DELETE /api/v1/namespaces/x", "", "write", "delete namespaces/x"],
        ["DELETE /api/v1/namespaces/x/pods", "", "write", "deletecollection pods/x"],
        ["PATCH /apis/apps/v1/namespaces/a/deployments/b/scale", "", "write", "patch deployments/a/b/scale"],
        ["POST /api/v1/namespaces/a/secrets", '{"metadata":{"name":"s"}}', "write", "create secrets/a/s"],
        [
            "POST /api/v1/namespaces/a/secrets",
            '{"metadata":{"generateName":"s-"}}',
            "write",
            "create secrets/a/s-*",
        ],
        ["POST /api/v1/namespaces/a/secrets", "k8s\0\x0a\x03", "write", "create secrets/a"],
        ["POST /api/v1/namespaces/a/secrets?dryRun=All", "", "read", "create secrets/a"],
        ["POST /api/v1/namespaces/a/pods/p/eviction", "", "write", "create pods/a/p/eviction"],
        ["POST /api/v1/namespaces/a/serviceaccounts/s/token", "", "read", "create serviceaccounts/a/s/token"],
        [
            "POST /apis/authorization.k8s.io/v1/selfsubjectaccessreviews",
            "",
            "read",
            "create selfsubjectaccessreviews",
        ],
        ["POST /apis/authentication.k8s.io/v1/tokenreviews", "", "read", "create tokenreviews"],
        ["PUT /apis/coordination.k8s.io/v1/namespaces/a/leases/l", "", "leaseRenewal", "update leases/a/l"],
        [
            "POST /apis/coordination.k8s.io/v1/namespaces/a/leases",
            '{"metadata":{"name":"l"}}',
            "write",
            "create leases/a/l",
        ],
        ["DELETE /apis/coordination.k8s.io/v1/namespaces/a/leases/l", "", "write", "delete leases/a/l"],
        [
            "PATCH /apis/apiextensions.k8s.io/v1/customresourcedefinitions/x.y.z",
            "",
            "write",
            "patch customresourcedefinitions/x.y.z",
        ],
    ];
    for (const [request, body, effect, what] of cases) {
        it(`${request} ${body ? "(named in the body) " : ""}is a ${effect}: ${what}`, () => {
            const [method = "", url = ""] = request.split(" ", 2);
            const found = classifyKubernetes({ method, url, headers: {} }, Buffer.from(body));
            assert.deepEqual({ effect: found.effect, what: found.what }, { effect, what });
        });
    }

    it("reads the name in a protobuf body, as kubectl sends it", () => {
        const field = (number: number, content: Buffer) =>
            Buffer.concat([Buffer.from([(number << 3) | 2, content.length]), content]);
        const metadata = field(1, Buffer.concat([field(1, Buffer.from("web")), field(3, Buffer.from("a"))]));
        const unknown = Buffer.concat([field(1, field(1, Buffer.from("v1"))), field(2, metadata)]);
        const head = { method: "POST", url: "/api/v1/namespaces/a/configmaps", headers: {} };
        const body = Buffer.concat([Buffer.from("k8s\0"), unknown]);
        assert.equal(classifyKubernetes(head, body).what, "create configmaps/a/web");
    });

    it("tells a server-side apply from a patch, and gives the parts of the object", () => {
        const head = {
            method: "PATCH",
            url: "/apis/apps/v1/namespaces/kube-system/deployments/keda-operator?fieldManager=x&force=true",
            headers: { "content-type": "application/apply-patch+yaml" },
        };
        const found = classifyKubernetes(head, Buffer.alloc(0));
        assert.equal(found.what, "apply deployments/kube-system/keda-operator");
        assert.deepEqual(found.resource, {
            group: "apps",
            version: "v1",
            resource: "deployments",
            namespace: "kube-system",
            name: "keda-operator",
        });
    });
});

describe("fault proxy: what an AWS request is", () => {
    const addon = "amazon-sagemaker-hyperpod-inference";
    const arn = encodeURIComponent("arn:aws:eks:us-west-2:123456789012:cluster/demo");
    const cases: [
        service: string,
        request: string,
        headers: object,
        body: string,
        effect: string,
        what: string,
    ][] = [
        [
            "eks",
            "POST /clusters/demo/addons",
            JSON_1_1,
            `{"addonName":"${addon}"}`,
            "write",
            `eks:CreateAddon ${addon}`,
        ],
        ["eks", `GET /clusters/demo/addons/${addon}`, {}, "", "read", `eks:DescribeAddon ${addon}`],
        [
            "eks",
            `POST /clusters/demo/addons/${addon}/update`,
            JSON_1_1,
            "{}",
            "write",
            `eks:UpdateAddon ${addon}`,
        ],
        [
            "eks",
            `DELETE /clusters/demo/addons/${addon}?preserve=true`,
            {},
            "",
            "write",
            `eks:DeleteAddon ${addon}`,
        ],
        ["eks", "GET /clusters/demo/addons", {}, "", "read", "eks:ListAddons demo"],
        ["eks", "GET /addons/supported-versions?addonName=x", {}, "", "read", "eks:DescribeAddonVersions"],
        ["eks", "POST /clusters/demo/insights", JSON_1_1, "{}", "read", "eks:ListInsights demo"],
        ["eks", `POST /tags/${arn}`, JSON_1_1, "{}", "write", `eks:TagResource ${decodeURIComponent(arn)}`],
        ["eks", "PATCH /something/new", {}, "", "write", "eks:PATCH /something/new"],
        ["iam", "POST /", FORM, "Action=GetRole&RoleName=r", "read", "iam:GetRole r"],
        [
            "iam",
            "POST /",
            FORM,
            "Action=PutRolePolicy&RoleName=r&PolicyName=p",
            "write",
            "iam:PutRolePolicy r p",
        ],
        ["iam", "POST /", FORM, "Action=SimulatePrincipalPolicy", "read", "iam:SimulatePrincipalPolicy"],
        ["sts", "POST /", FORM, "Action=AssumeRole", "read", "sts:AssumeRole"],
        ["ec2", "POST /", FORM, "Action=DescribeSubnets", "read", "ec2:DescribeSubnets"],
        [
            "ec2",
            "POST /",
            FORM,
            "Action=CreateTags&ResourceId.1=subnet-1",
            "write",
            "ec2:CreateTags subnet-1",
        ],
        ["ec2", "POST /", FORM, "Action=CreateVpcEndpoint&DryRun=true", "read", "ec2:CreateVpcEndpoint"],
        [
            "elasticloadbalancing",
            "POST /",
            FORM,
            "Action=AddTags&ResourceArns.member.1=a",
            "write",
            "elasticloadbalancing:AddTags a",
        ],
        [
            "acm",
            "POST /",
            { ...JSON_1_1, "x-amz-target": "CertificateManager.AddTagsToCertificate" },
            '{"CertificateArn":"c"}',
            "write",
            "acm:AddTagsToCertificate c",
        ],
        [
            "sagemaker",
            "POST /",
            { ...JSON_1_1, "x-amz-target": "SageMaker.DescribeCluster" },
            '{"ClusterName":"hp"}',
            "read",
            "sagemaker:DescribeCluster hp",
        ],
        ["s3", "PUT /b/certs/a.pem", {}, "", "write", "s3:PutObject b/certs/a.pem"],
        ["s3", "PUT /b/certs/a.pem?tagging", {}, "", "write", "s3:PutObjectTagging b/certs/a.pem"],
        ["s3", "GET /b/certs/a.pem?tagging=", {}, "", "read", "s3:GetObjectTagging b/certs/a.pem"],
        ["s3", "PUT /b", {}, "", "write", "s3:CreateBucket b"],
        ["s3", "GET /b?list-type=2", {}, "", "read", "s3:ListObjectsV2 b"],
        ["s3", "POST /b?delete", {}, "", "write", "s3:DeleteObjects b"],
        ["s3", "PUT /b?publicAccessBlock", {}, "", "write", "s3:PutPublicAccessBlock b"],
        ["s3", "HEAD /b", {}, "", "read", "s3:HeadBucket b"],
    ];
    for (const [service, request, headers, body, effect, what] of cases) {
        it(`${service} ${request} ${body} is a ${effect}: ${what}`, () => {
            const [method = "", url = ""] = request.split(" ", 2);
            const head = { method, url, headers: { ...signedFor(service), ...headers } };
            const found = classifyAws(head, Buffer.from(body));
            assert.deepEqual({ effect: found.effect, what: found.what }, { effect, what });
        });
    }

    it("reads the service of a presigned request from its query", () => {
        const credential = encodeURIComponent("AKID/20260101/us-west-2/sts/aws4_request");
        const url = `/?Action=GetCallerIdentity&X-Amz-Credential=${credential}`;
        const found = classifyAws({ method: "GET", url, headers: {} }, Buffer.alloc(0));
        assert.equal(found.what, "sts:GetCallerIdentity");
    });
});
