/** The endpoint of an AWS emulator comes in; every resource a move may touch, canonical and by key, goes out. Reads only. */
import { Agent } from "node:http";
import { NodeHttpHandler } from "@smithy/node-http-handler";
import { captureEks } from "./aws/eks";
import { captureIam } from "./aws/iam";
import { captureCertificates, captureLoadBalancers } from "./aws/loadBalancing";
import { captureNetwork } from "./aws/network";
import type { ClientConfig } from "./aws/resource";
import { captureS3 } from "./aws/s3";
import { captureSageMaker } from "./aws/sagemaker";
import type { State } from "./capturedState";

const CONNECTIONS = 12;
const TIMEOUT_MS = 10_000;
/** Hundreds of calls wait for the few connections on purpose; the SDK need not warn of it. */
const WARN_NEVER = { socketAcquisitionWarningTimeout: 600_000 };

export async function captureAws(
    endpoint: string,
    region: string,
): Promise<Pick<State, "aws" | "identities">> {
    const agent = new Agent({ keepAlive: true, maxSockets: CONNECTIONS });
    const timeouts = { connectionTimeout: TIMEOUT_MS, requestTimeout: TIMEOUT_MS };
    const config: ClientConfig = {
        endpoint,
        region,
        credentials: { accessKeyId: "compare", secretAccessKey: "compare" },
        maxAttempts: 3,
        requestHandler: new NodeHttpHandler({
            httpAgent: agent,
            ...timeouts,
            ...WARN_NEVER,
            throwOnRequestTimeout: true,
        }),
    };
    try {
        const captured = await Promise.all([
            captureIam(config),
            captureS3(config),
            captureNetwork(config),
            captureCertificates(config),
            captureLoadBalancers(config),
            captureEks(config),
            captureSageMaker(config),
        ]);
        const resources = captured.flat();
        const identified = resources.filter((found) => found.identity !== undefined);
        return {
            aws: Object.fromEntries(resources.map(({ key, content }) => [key, content])),
            identities: Object.fromEntries(identified.map(({ key, identity }) => [key, identity as string])),
        };
    } finally {
        agent.destroy();
    }
}
