// The resource that remembers whose things are whose and which HyperPod cluster it is. Looks, and writes nothing anywhere.

import { describeBlocker } from "../../common/blocker";
import { asMigrationError, ErrorCode } from "../../common/errors";
import { UNKNOWN } from "../../common/unknownValue";
import { findHyperpodClusters } from "../adapters/aws/hyperpodClusters";
import { openSession, type SessionRequest } from "../adapters/aws/session";
import type { CheckFailure } from "../pulumi/inputs";
import type { Bag } from "../pulumi/propertyBag";
import { once } from "./askOnce";
import { reachIn } from "./clusterOfResource";
import { differs } from "./propertiesDiffer";
import { rememberOnly } from "./rememberOnly";
import { tellErrors } from "./tellErrors";

const remembered = ["clusterName", "clusterArn", "hyperpodClusterArn", "owner"];

/** One look-up per cluster and process: check is called one resource after the other. */
function lookUp(request: SessionRequest, eksClusterArn: string): Promise<string[]> {
    return once([request, "HyperPod clusters", eksClusterArn], async () => {
        return findHyperpodClusters(await openSession(request), eksClusterArn);
    });
}

async function hyperpodClusterArn(news: Bag): Promise<{ arn?: string; failure?: CheckFailure }> {
    const given = news.hyperpodClusterArn as string | undefined;
    if (given !== undefined) return { arn: given };
    const request = reachIn(news);
    if (request === undefined || news.clusterArn === UNKNOWN) return { arn: UNKNOWN };
    try {
        const found = await lookUp(request, String(news.clusterArn));
        const [arn, another] = found;
        if (arn !== undefined && another === undefined) return { arn };
        return refused(
            arn === undefined
                ? {
                      code: ErrorCode.MissingSetting,
                      what: `no HyperPod cluster in ${request.region} uses the EKS cluster ${String(news.clusterName)} as its orchestrator`,
                      remedy: "create the HyperPod cluster first, or give hyperpodClusterArn",
                  }
                : {
                      code: ErrorCode.InvalidInput,
                      what: `several HyperPod clusters use the EKS cluster ${String(news.clusterName)}: ${found.join(", ")}`,
                      remedy: "give hyperpodClusterArn",
                  },
        );
    } catch (error) {
        const { code, what } = asMigrationError(error, "HyperPod cluster", "");
        return refused({
            code,
            what: `could not be found, because the HyperPod clusters cannot be listed (${what})`,
            remedy: "allow sagemaker:ListClusters and sagemaker:DescribeCluster, or give hyperpodClusterArn",
        });
    }
}

function refused(problem: Parameters<typeof describeBlocker>[0]): { failure: CheckFailure } {
    return { failure: { property: "hyperpodClusterArn", reason: describeBlocker(problem) } };
}

export const inferenceCluster = tellErrors("HyperPod cluster", {
    async check(olds, news) {
        const { arn, failure } = await hyperpodClusterArn(news);
        // The first owner stays, so that a renamed stack or component does not lose sight of what it made.
        const owner = news.givenOwner ?? olds.owner ?? news.defaultOwner;
        const inputs = { ...news, owner, hyperpodClusterArn: arn };
        return failure ? { inputs, failures: [failure] } : { inputs };
    },
    diff: (_id, olds, news) => ({ changes: differs(olds, news, remembered) }),
    ...rememberOnly,
});
