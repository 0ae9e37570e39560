// A cluster name that is not there, in the component: told with the name that was probably meant, once, whether or not clusters may be listed.
import assert from "node:assert/strict";
import * as pulumi from "@pulumi/pulumi";
import { findCluster } from "../../components/cluster";
import { MockAccount } from "./mocks";

async function failureFor(clusterName: string, clusters: string[] | "refused"): Promise<Error> {
    await new MockAccount({ clusters }).install();
    const parent = new pulumi.ComponentResource("test:Parent", "parent");
    const found = findCluster({ clusterName, region: "us-west-2" }, { parent });
    const failure = await (found as unknown as { promise(): Promise<unknown> }).promise().then(
        () => assert.fail("was found"),
        (error: Error) => error,
    );
    return failure;
}

describe("a cluster that the component cannot find", () => {
    it("is told with the name that was probably meant", async () => {
        const { message } = await failureFor("ml-prd", ["ml-staging", "ml-prod", "web"]);
        assert.match(message, /EKS Cluster \(ml-prd\).*; did you mean ml-prod\?(\nnext: .*list-clusters|$)/);
    });

    it("is told without one where none is near, and where clusters cannot be listed", async () => {
        for (const clusters of [["web"], "refused"] as const) {
            const { message } = await failureFor("ml-prd", clusters === "refused" ? clusters : [...clusters]);
            assert.match(message, /EKS Cluster \(ml-prd\)/);
            assert.doesNotMatch(message, /did you mean/);
        }
    });
});
