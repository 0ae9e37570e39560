// Which resource types the stand-in knows, by token.

import * as ec2 from "./resources/ec2";
import { eksAddon } from "./resources/eksAddon";
import * as iam from "./resources/iam";
import * as s3 from "./resources/s3";
import type { ResourceType } from "./resourceType";

export const resourceTypes: Record<string, ResourceType> = {
    "aws:ec2/tag:Tag": ec2.tag,
    "aws:ec2/vpcEndpoint:VpcEndpoint": ec2.vpcEndpoint,
    "aws:ec2/vpcEndpointRouteTableAssociation:VpcEndpointRouteTableAssociation": ec2.routeTableAssociation,
    "aws:eks/addon:Addon": eksAddon,
    "aws:iam/openIdConnectProvider:OpenIdConnectProvider": iam.openIdConnectProvider,
    "aws:iam/role:Role": iam.role,
    "aws:iam/rolePolicy:RolePolicy": iam.rolePolicy,
    "aws:iam/rolePolicyAttachment:RolePolicyAttachment": iam.rolePolicyAttachment,
    "aws:s3/bucket:Bucket": s3.bucket,
    "aws:s3/bucketLogging:BucketLogging": s3.bucketLogging,
    "aws:s3/bucketPolicy:BucketPolicy": s3.bucketPolicy,
    "aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock": s3.bucketPublicAccessBlock,
    "aws:s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration":
        s3.bucketEncryption,
};
