/** The fault proxy under AWS SDK v3 clients with their own retries: each service understands the faults in its own protocol. */
import assert from "node:assert/strict";
import type * as http from "node:http";
import { ACMClient, AddTagsToCertificateCommand } from "@aws-sdk/client-acm";
import { CreateTagsCommand, EC2Client } from "@aws-sdk/client-ec2";
import { CreateAddonCommand, EKSClient } from "@aws-sdk/client-eks";
import { AddTagsCommand, ElasticLoadBalancingV2Client } from "@aws-sdk/client-elastic-load-balancing-v2";
import { IAMClient, TagRoleCommand } from "@aws-sdk/client-iam";
import { PutObjectTaggingCommand, S3Client } from "@aws-sdk/client-s3";
import { AddTagsCommand as AddSageMakerTagsCommand, SageMakerClient } from "@aws-sdk/client-sagemaker";
import type { FaultAction } from "../../sandbox/faults/proxy";
import { type Fixture, startFixture } from "./faultsFixtures";

const Tags = [{ Key: "k", Value: "v" }];
const THROTTLING = /^(Throttling|ThrottlingException|RequestLimitExceeded|SlowDown)$/;
const DENIED = /^(AccessDenied(Exception)?|UnauthorizedOperation)$/;
const SERVER_ERROR =
    /^(ServiceFailure(Exception)?|ServerException|InternalError|InternalFailure|InternalServerError)$/;

/** Success in each protocol, for a call whose answer carries nothing. */
function succeed(request: http.IncomingMessage, response: http.ServerResponse): void {
    request.resume();
    request.on("end", () => {
        const service = /\/(\w+)\/aws4_request/.exec(request.headers.authorization ?? "")?.[1] ?? "";
        const json = ["eks", "acm", "sagemaker"].includes(service);
        response.setHeader("content-type", json ? "application/json" : "text/xml");
        const root = { iam: "TagRole", elasticloadbalancing: "AddTags", ec2: "CreateTags" }[service];
        if (json) response.end("{}");
        else response.end(root ? `<${root}Response><${root}Result></${root}Result></${root}Response>` : "");
    });
}

describe("fault proxy with AWS SDK clients", () => {
    let fixture: Fixture;
    let calls: Record<string, () => Promise<{ $metadata: { attempts?: number } }>>;
    before(async () => {
        fixture = await startFixture(succeed);
        const credentials = { accessKeyId: "test", secretAccessKey: "test" };
        const config = { endpoint: fixture.proxy.awsUrl, region: "us-west-2", credentials, maxAttempts: 3 };
        const eks = new EKSClient(config);
        const iam = new IAMClient(config);
        const ec2 = new EC2Client(config);
        const s3 = new S3Client(config);
        const acm = new ACMClient(config);
        const elb = new ElasticLoadBalancingV2Client(config);
        const sagemaker = new SageMakerClient(config);
        const object = { Bucket: "b", Key: "k", Tagging: { TagSet: Tags } };
        calls = {
            "eks:CreateAddon": () =>
                eks.send(new CreateAddonCommand({ clusterName: "demo", addonName: "a" })),
            "iam:TagRole": () => iam.send(new TagRoleCommand({ RoleName: "r", Tags })),
            "ec2:CreateTags": () => ec2.send(new CreateTagsCommand({ Resources: ["subnet-1"], Tags })),
            "s3:PutObjectTagging": () => s3.send(new PutObjectTaggingCommand(object)),
            "acm:AddTagsToCertificate": () =>
                acm.send(
                    new AddTagsToCertificateCommand({
                        CertificateArn: "arn:aws:acm:us-west-2:123456789012:certificate/c",
                        Tags,
                    }),
                ),
            "elasticloadbalancing:AddTags": () =>
                elb.send(new AddTagsCommand({ ResourceArns: ["arn"], Tags })),
            "sagemaker:AddTags": () =>
                sagemaker.send(new AddSageMakerTagsCommand({ ResourceArn: "arn", Tags })),
        };
    });
    after(() => fixture.stop());
    afterEach(() => fixture.proxy.reset());

    const everyService = (
        check: (operation: string, send: () => ReturnType<(typeof calls)[string]>) => Promise<void>,
    ) => Promise.all(Object.entries(calls).map(([operation, send]) => check(operation, send)));
    const arm = (operation: string, action: FaultAction, times: number) =>
        fixture.proxy.arm({ match: (write) => write.what.startsWith(operation), action, times });

    for (const action of ["throttle", "serverError", "dropBefore", "dropAfter"] as const) {
        it(`${action} twice: every service's client succeeds at its third attempt`, async () => {
            await everyService(async (operation, send) => {
                arm(operation, action, 2);
                assert.equal((await send()).$metadata.attempts, 3, operation);
                const faults = fixture.proxy.writes().filter((write) => write.what.startsWith(operation));
                assert.deepEqual(
                    faults.map((write) => write.fault),
                    [action, action, undefined],
                );
            });
        }).timeout(20_000);
    }

    for (const [action, name, attempts] of [
        ["throttle", THROTTLING, 3],
        ["serverError", SERVER_ERROR, 3],
        // What is not allowed is not asked again.
        ["deny", DENIED, 1],
    ] as const) {
        it(`${action} for ever: every service's client gives up with the service's own error`, async () => {
            await everyService(async (operation, send) => {
                arm(operation, action, Number.POSITIVE_INFINITY);
                const failure = (await send().then(
                    () => undefined,
                    (error: unknown) => error,
                )) as {
                    name: string;
                    message: string;
                    $metadata: { attempts: number };
                };
                assert.match(failure.name, name);
                assert.equal(failure.$metadata.attempts, attempts, operation);
                if (action === "deny") assert.ok(failure.message.includes(operation), failure.message);
            });
        }).timeout(20_000);
    }
});
