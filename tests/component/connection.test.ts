// How the component's own calls reach AWS: as its aws provider does, whichever way that one was configured.
import assert from "node:assert/strict";
import { createServer, type IncomingMessage, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { UNKNOWN } from "../../common/unknownValue";
import { HyperPodInferenceAddon, type HyperPodInferenceAddonArgs } from "../../components";
import { findHyperpodClusters } from "../../provider/adapters/aws/hyperpodClusters";
import { openSession, type SessionRequest } from "../../provider/adapters/aws/session";
import { reachIn } from "../../provider/resources/clusterOfResource";
import { type MockAccount, run } from "./mocks";

const ours = ["InferenceCluster", "AddonSettings", "AddonHealth", "TlsBucketRetention"];
const team = "arn:aws:iam::123456789012:role/team";
const hub = "arn:aws:iam::210987654321:role/hub";

async function install(
    provider: aws.ProviderArgs | undefined,
    args: Partial<HyperPodInferenceAddonArgs> = {},
    preview = false,
): Promise<MockAccount> {
    const program = () => {
        const options = provider ? { provider: new aws.Provider("mine", provider) } : {};
        new HyperPodInferenceAddon("inference", { clusterName: "demo", ...args }, options);
    };
    return run(program, {}, preview);
}

/** What every one of our own resources was told, which must be the same. */
function connectionOf(mock: MockAccount, hasKeys = false): Record<string, unknown> {
    const told = ours.map((kind) => {
        const { inputs } = mock.only(`pulumi-nodejs:dynamic/hyperpod:${kind}`);
        const { profile, roleArn, access } = inputs;
        // Keys must be secrets, and what holds none need not be one.
        assert.equal(Boolean(pulumi.runtime.isRpcSecret(access)), hasKeys, kind);
        return { profile, roleArn, access: hasKeys ? pulumi.runtime.unwrapRpcSecret(access) : access };
    });
    for (const one of told) assert.deepEqual(one, told[0]);
    return JSON.parse(JSON.stringify(told[0])) as Record<string, unknown>;
}

describe("how the component's own calls reach AWS", () => {
    afterEach(() => pulumi.runtime.setAllConfig({}));

    it("nothing to tell when the provider takes everything from the environment", async () => {
        assert.deepEqual(connectionOf(await install(undefined)), {});
        assert.deepEqual(connectionOf(await install({ region: "us-west-2" })), {});
    });

    it("static keys of an explicit provider, as a secret", async () => {
        const mock = await install({ accessKey: "AKIA1", secretKey: "s3cret", token: "t" });
        const keys = { accessKeyId: "AKIA1", secretAccessKey: "s3cret", sessionToken: "t" };
        assert.deepEqual(connectionOf(mock, true), { access: { keys } });
    });

    it("the one role of an explicit provider, and a chain of roles with what they ask for", async () => {
        assert.deepEqual(connectionOf(await install({ assumeRoles: [{ roleArn: team }] })), {
            roleArn: team,
        });
        const chain = [{ roleArn: hub, externalId: "x-1", duration: "1h" }, { roleArn: team }];
        assert.deepEqual(connectionOf(await install({ assumeRoles: chain })), {
            access: { assumeRoles: [{ roleArn: hub, externalId: "x-1" }, { roleArn: team }] },
        });
    });

    it("endpoints and profile of an explicit provider", async () => {
        const endpoints = [{ eks: "http://127.0.0.1:1", sts: "http://127.0.0.1:2" }, { sagemaker: "" }];
        assert.deepEqual(connectionOf(await install({ profile: "team", endpoints })), {
            profile: "team",
            access: { endpoints: { eks: "http://127.0.0.1:1", sts: "http://127.0.0.1:2" } },
        });
    });

    it("the stack's aws configuration, when there is no explicit provider", async () => {
        pulumi.runtime.setAllConfig({
            "aws:profile": "team",
            "aws:accessKey": "AKIA2",
            "aws:secretKey": "s3cret",
            "aws:assumeRoles": JSON.stringify([{ roleArn: team, sessionName: "ci" }]),
            "aws:endpoints": JSON.stringify([{ s3: "http://127.0.0.1:3" }]),
        });
        assert.deepEqual(connectionOf(await install(undefined), true), {
            profile: "team",
            access: {
                keys: { accessKeyId: "AKIA2", secretAccessKey: "s3cret" },
                assumeRoles: [{ roleArn: team, sessionName: "ci" }],
                endpoints: { s3: "http://127.0.0.1:3" },
            },
        });
        assert.deepEqual(connectionOf(await install({ region: "us-west-2" })), {});
    });

    it("in a preview too, where an argument that was left out must not look like one that is not known yet", async () => {
        assert.deepEqual(connectionOf(await install({ assumeRoles: [{ roleArn: team }] }, {}, true)), {
            roleArn: team,
        });
        const endpoints = [{ eks: "http://127.0.0.1:1" }];
        assert.deepEqual(connectionOf(await install({ profile: "team", endpoints }, {}, true)), {
            profile: "team",
            access: { endpoints: { eks: "http://127.0.0.1:1" } },
        });
    });

    it("the arguments profile and roleArn decide before the provider", async () => {
        const provider = { accessKey: "AKIA1", secretKey: "s3cret", assumeRoles: [{ roleArn: hub }] };
        assert.deepEqual(connectionOf(await install(provider, { profile: "ops", roleArn: team })), {
            profile: "ops",
            roleArn: team,
        });
    });
});

describe("a move from Helm reaches AWS as the component's aws provider does", () => {
    const move = async (provider: aws.ProviderArgs, args: Partial<HyperPodInferenceAddonArgs> = {}) => {
        const mock = await install(provider, { migrateFromHelm: {}, ...args });
        return ["HelmToAddonMigration", "WayBack"].map((kind) => {
            const { profile, roleArn, access } = mock.only(`pulumi-nodejs:dynamic/hyperpod:${kind}`).inputs;
            return {
                isSecret: Boolean(pulumi.runtime.isRpcSecret(access)),
                ...plain({ profile, roleArn, access }),
            };
        });
    };
    const plain = ({ access, ...rest }: Record<string, unknown>) =>
        JSON.parse(JSON.stringify({ ...rest, access: pulumi.runtime.unwrapRpcSecret(access) })) as object;

    it("with its static keys, as a secret", async () => {
        const keys = { accessKeyId: "AKIA1", secretAccessKey: "s3cret" };
        const told = { isSecret: true, access: { keys } };
        assert.deepEqual(await move({ accessKey: "AKIA1", secretKey: "s3cret" }), [told, told]);
    });

    it("with its roles and what they ask for, and its endpoints", async () => {
        const chain = [{ roleArn: hub, externalId: "x-1", sessionName: "ci" }, { roleArn: team }];
        const endpoints = [{ eks: "http://127.0.0.1:1" }];
        const access = { assumeRoles: chain, endpoints: endpoints[0] };
        const told = { isSecret: false, access };
        assert.deepEqual(await move({ assumeRoles: chain, endpoints }), [told, told]);
        const one = { isSecret: false, roleArn: team };
        assert.deepEqual(await move({ assumeRoles: [{ roleArn: team }] }), [one, one]);
    });

    it("unless the arguments say otherwise", async () => {
        const told = { isSecret: false, profile: "ops" };
        assert.deepEqual(await move({ accessKey: "AKIA1", secretKey: "s3cret" }, { profile: "ops" }), [
            told,
            told,
        ]);
    });

    it("and what may hold keys is a secret in the state, under every name it has there", async () => {
        const mock = await install({ accessKey: "AKIA1", secretKey: "s3cret" }, { migrateFromHelm: {} });
        const secrets = (kind: string) => mock.only(`pulumi-nodejs:dynamic/hyperpod:${kind}`).secretOutputs;
        assert.deepEqual(secrets("HelmToAddonMigration").sort(), [
            "access",
            "addonConfiguration",
            "inputs",
            "journal",
            "journalKey",
            "kubeconfig",
        ]);
        assert.deepEqual(secrets("WayBack").sort(), ["access", "journalKey", "kubeconfig"]);
        assert.deepEqual(secrets("InferenceCluster"), ["access"]);
        const installed = await install({ accessKey: "AKIA1", secretKey: "s3cret" });
        for (const kind of ours)
            assert.deepEqual(
                installed.only(`pulumi-nodejs:dynamic/hyperpod:${kind}`).secretOutputs,
                ["access"],
                kind,
            );
    });
});

describe("the connection of our own calls", () => {
    let server: Server;
    let calls: { action: string; form: URLSearchParams; accessKey: string }[];

    /** STS and SageMaker, as far as these calls go. */
    function answer(request: IncomingMessage, body: string): string {
        const form = new URLSearchParams(body);
        const action =
            form.get("Action") ?? String(request.headers["x-amz-target"] ?? request.url).replace(/.*\./, "");
        const accessKey = /Credential=([^/]+)/.exec(request.headers.authorization ?? "")?.[1] ?? "";
        calls.push({ action, form, accessKey });
        if (action !== "AssumeRole") return JSON.stringify({ ClusterSummaries: [] });
        const credentials =
            `<AccessKeyId>OF-${form.get("RoleArn")?.split("/").pop()}</AccessKeyId><SecretAccessKey>s</SecretAccessKey>` +
            "<SessionToken>t</SessionToken><Expiration>2099-01-01T00:00:00Z</Expiration>";
        return `<AssumeRoleResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><AssumeRoleResult><Credentials>${credentials}</Credentials></AssumeRoleResult></AssumeRoleResponse>`;
    }

    beforeEach(async () => {
        calls = [];
        server = createServer((request, response) => {
            let body = "";
            request.on("data", (chunk: Buffer) => {
                body += String(chunk);
            });
            request.on("end", () => response.end(answer(request, body)));
        });
        await new Promise<void>((ready) => server.listen(0, "127.0.0.1", ready));
    });
    afterEach(() => new Promise((done) => server.close(done)));

    it("assumes the roles one after the other from the static keys, at the given endpoints", async () => {
        const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
        const request: SessionRequest = {
            region: "us-west-2",
            access: {
                keys: { accessKeyId: "AKIA1", secretAccessKey: "s3cret" },
                assumeRoles: [{ roleArn: hub, externalId: "x-1", sessionName: "ci" }, { roleArn: team }],
                endpoints: { sts: url, sagemaker: url },
            },
        };
        assert.deepEqual(await findHyperpodClusters(await openSession(request), "arn:eks"), []);
        assert.deepEqual(
            calls.map(({ action, accessKey }) => `${action} by ${accessKey}`),
            ["AssumeRole by AKIA1", "AssumeRole by OF-hub", "ListClusters by OF-team"],
        );
        assert.equal(calls[0]?.form.get("ExternalId"), "x-1");
        assert.equal(calls[0]?.form.get("RoleSessionName"), "ci");
        assert.equal(calls[1]?.form.get("ExternalId"), null);
    });

    it("is not there while a preview does not know all of it", () => {
        const known = { region: "us-west-2", roleArn: team, access: { endpoints: { eks: "http://x" } } };
        assert.deepEqual(reachIn({ ...known, clusterName: "demo" }), known);
        assert.equal(reachIn({ ...known, roleArn: UNKNOWN }), undefined);
        assert.equal(reachIn({ ...known, access: { keys: { accessKeyId: UNKNOWN } } }), undefined);
    });
});
