// Things of another partition, account or Region than the cluster's: a move refuses them by property, together with everything else.
import assert from "node:assert/strict";
import { strangerAt } from "../../common/arnHome";
import { startOf } from "./memory/expectations";
import { MemoryStack } from "./memoryStack";

describe("things of other places", () => {
    it("are refused by property, with what is there already and what is not", async () => {
        const { world } = startOf();
        const stack = new MemoryStack(world, {
            clusterName: "demo",
            albRoleArn: "arn:aws:iam::111122223333:role/alb",
            kedaRoleArn: "arn:aws-cn:iam::123456789012:role/keda",
            executionRoleArn: "arn:aws:iam::123456789012:role/SageMakerHyperPodInference-gone",
            hyperpodClusterArn: "arn:aws:sagemaker:eu-west-1:123456789012:cluster/abcdefghijkl",
        });
        const { kind, message } = await stack.up();
        assert.equal(kind, "failed");
        assert.match(message, /^albRoleArn: .*belongs to account 111122223333/m);
        assert.match(message, /^kedaRoleArn: .*belongs to partition aws-cn/m);
        assert.match(message, /^executionRoleArn: .*does not exist in this account/m);
        assert.match(
            message,
            /^hyperpodClusterArn: is of the Region eu-west-1, and the cluster of us-west-2.*HP101/m,
        );
        assert.equal(stack.resource, undefined);
    });

    it("are told with everything in which they are elsewhere, at once", () => {
        const home = { partition: "aws", region: "us-west-2", accountId: "123456789012" };
        assert.equal(
            strangerAt("arn:aws-cn:kms:cn-north-1:111122223333:key/1", home, ["account", "region"]),
            "is of the partition aws-cn and the account 111122223333 and the Region cn-north-1, " +
                "and the cluster of aws and 123456789012 and us-west-2: arn:aws-cn:kms:cn-north-1:111122223333:key/1",
        );
    });
});
