// In: the sandbox's names. Out: the permission documents that Helm-era roles carry. Calls nothing.
import type { Sandbox } from "../sandboxHandle";
import { allow, document, type PolicyDocument } from "./trustPolicies";

export function albPolicy(): PolicyDocument {
    return document(
        allow(
            [
                "AccountAttributes",
                "AvailabilityZones",
                "InternetGateways",
                "Vpcs",
                "Subnets",
                "SecurityGroups",
                "Instances",
                "NetworkInterfaces",
                "Tags",
            ].map((what) => `ec2:Describe${what}`),
        ),
        allow(["elasticloadbalancing:Describe*"]),
        allow(["acm:ListCertificates", "acm:DescribeCertificate", "iam:ListServerCertificates"]),
        allow(["wafv2:GetWebACL", "wafv2:GetWebACLForResource", "wafv2:AssociateWebACL"]),
        allow(["ec2:AuthorizeSecurityGroupIngress", "ec2:RevokeSecurityGroupIngress"]),
        allow(
            ["LoadBalancer", "TargetGroup", "Listener", "Rule"].map((w) => `elasticloadbalancing:Create${w}`),
        ),
        allow(
            ["LoadBalancer", "TargetGroup", "Listener", "Rule"].map((w) => `elasticloadbalancing:Delete${w}`),
        ),
        allow(["elasticloadbalancing:AddTags", "elasticloadbalancing:RemoveTags"]),
        allow(["elasticloadbalancing:RegisterTargets", "elasticloadbalancing:DeregisterTargets"]),
    );
}

export function kedaPolicy(): PolicyDocument {
    return document(
        allow(["cloudwatch:GetMetricData", "cloudwatch:GetMetricStatistics", "cloudwatch:ListMetrics"]),
        allow(["aps:QueryMetrics", "aps:GetLabels", "aps:GetSeries", "aps:GetMetricMetadata"]),
    );
}

export function csiPolicy(): PolicyDocument {
    const objectActions = ["s3:GetObject", "s3:PutObject", "s3:AbortMultipartUpload", "s3:DeleteObject"];
    return document(allow("s3:ListBucket", "arn:aws:s3:::*"), allow(objectActions, "arn:aws:s3:::*/*"));
}

export function kmsPolicy(sandbox: Sandbox): PolicyDocument {
    const key = `arn:aws:kms:${sandbox.region}:${sandbox.accountId}:key/0d9c1b2a-models`;
    return document(allow(["kms:Decrypt", "kms:DescribeKey"], key));
}

export function gatedHubPolicy(sandbox: Sandbox): PolicyDocument {
    const hub = `arn:aws:sagemaker:${sandbox.region}:${sandbox.accountId}:hub/own-hub`;
    return document(allow("sagemaker:CreateHubContentPresignedUrls", [hub, `${hub}/*`]));
}

/** What a role needs for TLS buckets that the managed policy does not cover. */
export function tlsBucketStatements(sandbox: Sandbox, buckets: string[]): object[] {
    const Resource = buckets.map((bucket) => `arn:aws:s3:::${bucket}/*`);
    const Condition = { StringEquals: { "aws:ResourceAccount": sandbox.accountId } };
    return [
        {
            Sid: "TLSBucketDeleteObjectsPermission",
            Effect: "Allow",
            Action: "s3:DeleteObject",
            Resource,
            Condition,
        },
        { Sid: "TLSBucketGetObjectAccess", Effect: "Allow", Action: "s3:GetObject", Resource },
        {
            Sid: "TLSBucketPutObjectAccess",
            Effect: "Allow",
            Action: ["s3:PutObject", "s3:PutObjectTagging"],
            Resource,
            Condition,
        },
    ];
}
