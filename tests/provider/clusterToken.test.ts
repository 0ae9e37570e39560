// The token of an EKS cluster: a presigned call of the STS of the cluster's Region, in every partition.
import assert from "node:assert/strict";
import { partition } from "@aws-sdk/core/client";
import { awsDomain } from "../../common/awsRegion";
import { mintClusterToken } from "../../provider/adapters/aws/clusterToken";
import { openSession } from "../../provider/adapters/aws/session";

const HOSTS = {
    "us-west-2": "sts.us-west-2.amazonaws.com",
    "us-gov-west-1": "sts.us-gov-west-1.amazonaws.com",
    "cn-north-1": "sts.cn-north-1.amazonaws.com.cn",
    "us-iso-east-1": "sts.us-iso-east-1.c2s.ic.gov",
    "us-isob-east-1": "sts.us-isob-east-1.sc2s.sgov.gov",
    "eu-isoe-west-1": "sts.eu-isoe-west-1.cloud.adc-e.uk",
    "eusc-de-east-1": "sts.eusc-de-east-1.amazonaws.eu",
};

describe("the domain of a Region", () => {
    for (const region of [...Object.keys(HOSTS), "us-isof-south-1", "ap-southeast-5", "mx-central-1"])
        it(`${region}: the one that the AWS SDK knows`, () => {
            assert.equal(awsDomain(region), partition(region).dnsSuffix);
        });
});

describe("the token of a cluster", () => {
    for (const [region, host] of Object.entries(HOSTS))
        it(`is signed for ${host}, with the keys of the connection, whatever endpoint calls go to`, async () => {
            const session = await openSession({
                region,
                access: {
                    keys: { accessKeyId: "AKIA1", secretAccessKey: "s3cret", sessionToken: "t" },
                    endpoints: { sts: "http://127.0.0.1:1" },
                },
            });
            const token = await mintClusterToken("demo", session);
            const url = new URL(Buffer.from(token.replace("k8s-aws-v1.", ""), "base64url").toString("utf8"));
            assert.equal(url.host, host);
            const asked = Object.fromEntries(url.searchParams);
            assert.match(asked["X-Amz-Credential"] ?? "", new RegExp(`^AKIA1/\\d{8}/${region}/sts/`));
            assert.deepEqual(
                [
                    asked.Action,
                    asked["X-Amz-SignedHeaders"],
                    asked["X-Amz-Expires"],
                    asked["X-Amz-Security-Token"],
                ],
                ["GetCallerIdentity", "host;x-k8s-aws-id", "60", "t"],
            );
        });
});
