// The permissions of the AWS Load Balancer Controller 2.13, as its project publishes them, for any partition. Pure.

import { LOAD_BALANCER_CLUSTER_TAG } from "../operatorNames";
import { POLICY_VERSION } from "./document";

const ec2Reads = [
    "AccountAttributes",
    "Addresses",
    "AvailabilityZones",
    "InternetGateways",
    "Vpcs",
    "VpcPeeringConnections",
    "Subnets",
    "SecurityGroups",
    "Instances",
    "NetworkInterfaces",
    "Tags",
    "CoipPools",
    "IpamPools",
    "RouteTables",
].map((what) => `ec2:Describe${what}`);

const elbReads = [
    "LoadBalancers",
    "LoadBalancerAttributes",
    "Listeners",
    "ListenerCertificates",
    "SSLPolicies",
    "Rules",
    "TargetGroups",
    "TargetGroupAttributes",
    "TargetHealth",
    "Tags",
    "TrustStores",
    "ListenerAttributes",
    "CapacityReservation",
].map((what) => `elasticloadbalancing:Describe${what}`);

const elb = (...what: string[]) => what.map((name) => `elasticloadbalancing:${name}`);
const webAcl = (service: string) =>
    ["GetWebACL", "GetWebACLForResource", "AssociateWebACL", "DisassociateWebACL"].map(
        (what) => `${service}:${what}`,
    );

const clusterTag = LOAD_BALANCER_CLUSTER_TAG;
const onOurResource = { Null: { [`aws:ResourceTag/${clusterTag}`]: "false" } };
const onOurRequest = { Null: { [`aws:RequestTag/${clusterTag}`]: "false" } };
const onOurResourceNotRequest = {
    Null: { [`aws:RequestTag/${clusterTag}`]: "true", [`aws:ResourceTag/${clusterTag}`]: "false" },
};

export function albPolicy(partition: string): object {
    const arn = (rest: string) => `arn:${partition}:${rest}`;
    const securityGroup = arn("ec2:*:*:security-group/*");
    const balancers = ["net/*/*", "app/*/*"].map((kind) =>
        arn(`elasticloadbalancing:*:*:loadbalancer/${kind}`),
    );
    const targetGroup = arn("elasticloadbalancing:*:*:targetgroup/*/*");
    const inner = (what: string) =>
        ["net/*/*/*", "app/*/*/*"].map((kind) => arn(`elasticloadbalancing:*:*:${what}/${kind}`));
    const allow = (Action: string[], Resource: string | string[], Condition?: object) => ({
        Effect: "Allow",
        Action,
        Resource,
        ...(Condition ? { Condition } : {}),
    });
    return {
        Version: POLICY_VERSION,
        Statement: [
            allow(["iam:CreateServiceLinkedRole"], "*", {
                StringEquals: { "iam:AWSServiceName": "elasticloadbalancing.amazonaws.com" },
            }),
            allow([...ec2Reads, "ec2:GetCoipPoolUsage", "ec2:GetSecurityGroupsForVpc", ...elbReads], "*"),
            allow(
                [
                    "cognito-idp:DescribeUserPoolClient",
                    "acm:ListCertificates",
                    "acm:DescribeCertificate",
                    "iam:ListServerCertificates",
                    "iam:GetServerCertificate",
                    ...webAcl("waf-regional"),
                    ...webAcl("wafv2"),
                    "shield:GetSubscriptionState",
                    "shield:DescribeProtection",
                    "shield:CreateProtection",
                    "shield:DeleteProtection",
                ],
                "*",
            ),
            allow(["ec2:AuthorizeSecurityGroupIngress", "ec2:RevokeSecurityGroupIngress"], "*"),
            allow(["ec2:CreateSecurityGroup"], "*"),
            allow(["ec2:CreateTags"], securityGroup, {
                StringEquals: { "ec2:CreateAction": "CreateSecurityGroup" },
                ...onOurRequest,
            }),
            allow(["ec2:CreateTags", "ec2:DeleteTags"], securityGroup, onOurResourceNotRequest),
            allow(
                [
                    "ec2:AuthorizeSecurityGroupIngress",
                    "ec2:RevokeSecurityGroupIngress",
                    "ec2:DeleteSecurityGroup",
                ],
                "*",
                onOurResource,
            ),
            allow(elb("CreateLoadBalancer", "CreateTargetGroup"), "*", onOurRequest),
            allow(elb("CreateListener", "DeleteListener", "CreateRule", "DeleteRule"), "*"),
            allow(elb("AddTags", "RemoveTags"), [targetGroup, ...balancers], onOurResourceNotRequest),
            allow(elb("AddTags", "RemoveTags"), [...inner("listener"), ...inner("listener-rule")]),
            allow(
                elb(
                    "ModifyLoadBalancerAttributes",
                    "SetIpAddressType",
                    "SetSecurityGroups",
                    "SetSubnets",
                    "DeleteLoadBalancer",
                    "ModifyTargetGroup",
                    "ModifyTargetGroupAttributes",
                    "DeleteTargetGroup",
                    "ModifyListenerAttributes",
                    "ModifyCapacityReservation",
                    "ModifyIpPools",
                ),
                "*",
                onOurResource,
            ),
            allow(elb("AddTags"), [targetGroup, ...balancers], {
                StringEquals: {
                    "elasticloadbalancing:CreateAction": ["CreateTargetGroup", "CreateLoadBalancer"],
                },
                ...onOurRequest,
            }),
            allow(elb("RegisterTargets", "DeregisterTargets"), targetGroup),
            allow(
                elb(
                    "SetWebAcl",
                    "ModifyListener",
                    "AddListenerCertificates",
                    "RemoveListenerCertificates",
                    "ModifyRule",
                    "SetRulePriorities",
                ),
                "*",
            ),
        ],
    };
}
