// The token webhook as an API server asks it: presigned STS URLs in, users and groups out.
import assert from "node:assert/strict";
import { Sha256 } from "@aws-crypto/sha256-js";
import { CreateAccessEntryCommand } from "@aws-sdk/client-eks";
import { CreateRoleCommand } from "@aws-sdk/client-iam";
import { AssumeRoleCommand } from "@aws-sdk/client-sts";
import { HttpRequest } from "@smithy/protocol-http";
import { SignatureV4 } from "@smithy/signature-v4";
import {
    type AwsFixture,
    accountId,
    createDemoCluster,
    pristineAws,
    region,
    trust,
} from "./fixtures/awsFixture";

interface Review {
    status: {
        authenticated: boolean;
        error?: string;
        audiences?: string[];
        user?: { username: string; groups: string[]; extra: Record<string, string[]> };
    };
}
interface Keys {
    accessKeyId: string;
    secretAccessKey: string;
    sessionToken?: string;
}

describe("AWS emulator: token webhook", () => {
    let fixture: AwsFixture;
    before(async () => {
        fixture = await pristineAws();
        await createDemoCluster(fixture.clients.eks);
    });

    async function token(
        keys: Keys = { accessKeyId: "any", secretAccessKey: "any" },
        options: { signingDate?: Date; cluster?: string } = {},
    ) {
        const { signingDate = new Date(), cluster = "demo" } = options;
        const signer = new SignatureV4({ credentials: keys, region, service: "sts", sha256: Sha256 });
        const host = `sts.${region}.amazonaws.com`;
        const headers = { host, ...(cluster ? { "x-k8s-aws-id": cluster } : {}) };
        const query = { Action: "GetCallerIdentity", Version: "2011-06-15" };
        const request = new HttpRequest({
            hostname: host,
            path: "/",
            query,
            headers,
            protocol: "https:",
            method: "GET",
        });
        const unhoistableHeaders = new Set(["x-k8s-aws-id"]);
        const signed = await signer.presign(request, {
            expiresIn: 60,
            signingDate,
            unhoistableHeaders,
            signableHeaders: new Set(["host", "x-k8s-aws-id"]),
        });
        const url = `https://${host}/?${new URLSearchParams(signed.query as Record<string, string>)}`;
        return `k8s-aws-v1.${Buffer.from(url).toString("base64url")}`;
    }

    async function review(given: string, audiences?: string[]): Promise<Review["status"]> {
        const answer = await fetch(`http://127.0.0.1:${fixture.options.tokenWebhookPort}/`, {
            method: "POST",
            body: JSON.stringify({
                apiVersion: "authentication.k8s.io/v1",
                kind: "TokenReview",
                spec: { token: given, audiences },
            }),
        });
        assert.equal(answer.status, 200);
        return ((await answer.json()) as Review).status;
    }

    it("takes an unknown principal for an administrator, and echoes audiences", async () => {
        const status = await review(await token(), ["https://kubernetes.default.svc"]);
        assert.equal(status.authenticated, true);
        assert.deepEqual(status.user?.groups, ["system:masters"]);
        assert.deepEqual(status.user?.extra, { arn: [`arn:aws:iam::${accountId}:user/sandbox-operator`] });
        assert.deepEqual(status.audiences, ["https://kubernetes.default.svc"]);
    });

    it("gives a principal with an access entry exactly its groups", async () => {
        const { eks, iam, sts } = fixture.clients;
        const role = { RoleName: "deployer", AssumeRolePolicyDocument: trust(), Path: "/team/" };
        const principalArn = (await iam.send(new CreateRoleCommand(role))).Role?.Arn;
        await eks.send(
            new CreateAccessEntryCommand({
                clusterName: "demo",
                principalArn,
                kubernetesGroups: ["deployers"],
            }),
        );
        const { Credentials: issued } = await sts.send(
            new AssumeRoleCommand({ RoleArn: principalArn, RoleSessionName: "ci" }),
        );
        const status = await review(
            await token({
                accessKeyId: issued?.AccessKeyId ?? "",
                secretAccessKey: issued?.SecretAccessKey ?? "",
                sessionToken: issued?.SessionToken ?? "",
            }),
        );
        assert.equal(status.user?.username, `arn:aws:sts::${accountId}:assumed-role/deployer/ci`);
        assert.deepEqual(status.user?.groups, ["deployers"]);
    });

    it("gives a mapped principal exactly the groups of its mapping, until it is taken back", async () => {
        const arn = `arn:aws:iam::${accountId}:user/sandbox-operator`;
        await fixture.aws.mapPrincipal(arn, { username: "reader", groups: ["readers"] });
        const { user } = await review(await token());
        assert.deepEqual([user?.username, user?.groups], ["reader", ["readers"]]);
        await fixture.aws.mapPrincipal(arn);
        assert.deepEqual((await review(await token())).user?.groups, ["system:masters"]);
    });

    it("refuses what is expired, not bound to a cluster, or no token at all", async () => {
        const old = { signingDate: new Date(Date.now() - 16 * 60_000) };
        for (const [given, why] of [
            [await token(undefined, old), /expired/],
            [await token(undefined, { cluster: "" }), /x-k8s-aws-id/],
            ["k8s-aws-v1.aHR0cHM6Ly9leGFtcGxlLmNvbS8", /not a GetCallerIdentity request/],
            ["k8s-aws-v1.%%%", /GetCallerIdentity|base64url/],
            ["eyJhbGciOiJSUzI1NiJ9", /not an EKS token/],
        ] as const) {
            const status = await review(given);
            assert.equal(status.authenticated, false, given);
            assert.match(status.error ?? "", why);
        }
    });
});
