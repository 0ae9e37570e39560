// Ways to credentials that people have: roles with an external ID, profiles, web identity (IRSA, CI), SSO. The real SDK against stand-ins of STS and SSO on loopback.
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { openSession, type SessionRequest } from "../../provider/adapters/aws/session";

const REGION = "us-west-2";
const ROLE = "arn:aws:iam::123456789012:role/mover";
const NEXT = "arn:aws:iam::210987654321:role/far";
const KEYS = { accessKeyId: "AKIAFIRST", secretAccessKey: "first" };
const IN_AN_HOUR = () => new Date(Date.now() + 3_600_000).toISOString();

interface Asked {
    readonly path: string;
    readonly authorization: string;
    readonly bearer: string;
    readonly form: Record<string, string>;
}

describe("AWS credentials", () => {
    let folder: string;
    let url: string;
    let server: Server;
    let asked: Asked[];
    /** Hosts to which a proxy was asked for a way. */
    let tunnels: string[];
    let warnings: unknown[];
    const { warn } = console;
    const former = { ...process.env };

    before(async () => {
        server = createServer(async (request, response) => {
            let body = "";
            for await (const part of request) body += part;
            const { authorization = "", "x-amz-sso_bearer_token": bearer = "" } = request.headers;
            const form = Object.fromEntries(new URLSearchParams(body));
            asked.push({ path: request.url ?? "", authorization, bearer: String(bearer), form });
            response.end(form.Action === undefined ? ofSso() : ofSts(form.Action, form.RoleArn ?? ""));
        });
        server.on("connect", ({ url: host = "" }, socket) => {
            tunnels.push(host);
            socket.end("HTTP/1.1 403 Forbidden\r\n\r\n");
        });
        await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
        url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    });
    beforeEach(() => {
        asked = [];
        tunnels = [];
        warnings = [];
        console.warn = (...line: unknown[]) => void warnings.push(line);
        folder = mkdtempSync(join(tmpdir(), "credentials-"));
        for (const name of Object.keys(process.env)) if (name.startsWith("AWS_")) delete process.env[name];
        Object.assign(process.env, {
            HOME: folder,
            AWS_CONFIG_FILE: join(folder, "config"),
            AWS_SHARED_CREDENTIALS_FILE: join(folder, "credentials"),
            AWS_EC2_METADATA_DISABLED: "true",
            AWS_ENDPOINT_URL_STS: url,
            AWS_ENDPOINT_URL_SSO: url,
        });
    });
    afterEach(() => {
        console.warn = warn;
        rmSync(folder, { recursive: true, force: true });
        for (const name of Object.keys(process.env)) if (!(name in former)) delete process.env[name];
        Object.assign(process.env, former);
    });
    after(() => server.close());

    const keyId = async (request: SessionRequest) =>
        (await (await openSession({ region: REGION, ...request })).credentials()).accessKeyId;
    const configure = (text: string) => writeFileSync(join(folder, "config"), text);

    /** As `aws sso login` does. */
    const signIn = (session: string) => {
        const cache = join(folder, ".aws/sso/cache");
        mkdirSync(cache, { recursive: true });
        const name = createHash("sha1").update(session).digest("hex");
        const token = { accessToken: "sso-token", expiresAt: IN_AN_HOUR() };
        writeFileSync(join(cache, `${name}.json`), JSON.stringify(token));
    };

    it("of roles one after another carry each role's external ID, session name and source identity", async () => {
        const assumeRoles = [
            { roleArn: ROLE, externalId: "acme-42", sessionName: "ci", sourceIdentity: "pat" },
            { roleArn: NEXT, externalId: "far-7" },
        ];
        const access = { keys: KEYS, assumeRoles, endpoints: { sts: url } };
        assert.equal(await keyId({ access }), "KEY-far");
        assert.deepEqual(
            asked.map(({ form: { RoleArn, ExternalId, RoleSessionName, SourceIdentity } }) => [
                RoleArn,
                ExternalId,
                RoleSessionName,
                SourceIdentity,
            ]),
            [
                [ROLE, "acme-42", "ci", "pat"],
                [NEXT, "far-7", "pulumi-hyperpod-inference", undefined],
            ],
        );
        assert.match(
            asked[1]?.authorization ?? "",
            /Credential=KEY-mover\//,
            "the first role asks for the second",
        );
    });

    it("of a profile with role_arn, source_profile and external_id are those of the role", async () => {
        configure(
            `[profile base]\naws_access_key_id = AKIABASE\naws_secret_access_key = b\n[profile mover]\nrole_arn = ${ROLE}\nsource_profile = base\nexternal_id = acme-42\nregion = ${REGION}\n`,
        );
        assert.equal(await keyId({ profile: "mover" }), "KEY-mover");
        assert.equal(asked[0]?.form.ExternalId, "acme-42");
        assert.match(asked[0]?.authorization ?? "", /Credential=AKIABASE\//);
    });

    it("go with the Region that the CLI would take, and what names none is named", async () => {
        configure(
            "[default]\nregion = eu-west-1\n[profile fips]\nuse_fips_endpoint = true\nregion = us-gov-west-1\n",
        );
        writeFileSync(
            join(folder, "credentials"),
            "[keys]\naws_access_key_id = A\naws_secret_access_key = s\nregion = ca-central-1\n[bare]\naws_access_key_id = A\naws_secret_access_key = s\n",
        );
        const regionOf = async (profile?: string) =>
            (await openSession(profile === undefined ? {} : { profile })).region;
        assert.equal(await regionOf("keys"), "ca-central-1", "the credentials file may name it too");
        process.env.AWS_PROFILE = "";
        assert.equal(await regionOf(), "eu-west-1");
        await assert.rejects(
            regionOf("kes"),
            /profile: .*no profile "kes"; did you mean keys\? \[HP101\]\nnext: .*list-profiles/,
        );
        await assert.rejects(regionOf("bare"), /region: .*the profile bare names one \[HP101\]/);
        process.env.AWS_REGION = " us-west-2a";
        await assert.rejects(regionOf(), /AWS_REGION: must be an AWS Region, .*not "us-west-2a" \[HP101\]/);
        delete process.env.AWS_REGION;
        const { EKSClient } = await import("@aws-sdk/client-eks");
        const fipsOf = async (profile: string) =>
            new EKSClient(
                (await openSession({ profile })).clientSettings("eks") as object,
            ).config.useFipsEndpoint();
        assert.deepEqual([await fipsOf("fips"), await fipsOf("keys")], [true, false]);
    });

    it("of a web identity are asked for with the token of its file, unsigned, by variables and by profile", async () => {
        const tokenFile = join(folder, "token");
        writeFileSync(tokenFile, "a.b.c");
        // The SDK reads each file once per process.
        configure(
            `[profile ci]\nrole_arn = ${NEXT}\nweb_identity_token_file = ${tokenFile}\nregion = ${REGION}\n`,
        );
        Object.assign(process.env, { AWS_ROLE_ARN: ROLE, AWS_WEB_IDENTITY_TOKEN_FILE: tokenFile });
        assert.equal(await keyId({}), "KEY-mover");
        assert.deepEqual(warnings, [], "the STS of the session's own Region");
        delete process.env.AWS_ROLE_ARN;
        delete process.env.AWS_WEB_IDENTITY_TOKEN_FILE;
        assert.equal(await keyId({ profile: "ci" }), "KEY-far");
        for (const { form, authorization } of asked) {
            assert.deepEqual([form.Action, form.WebIdentityToken], ["AssumeRoleWithWebIdentity", "a.b.c"]);
            assert.equal(authorization, "");
        }
    });

    it("of SSO are asked for with the token that `aws sso login` left; without one the error says what to run", async () => {
        configure(
            `[sso-session acme]\nsso_region = ${REGION}\nsso_start_url = https://acme.example/start\n[profile dev]\nsso_session = acme\nsso_account_id = 123456789012\nsso_role_name = Mover\nregion = ${REGION}\n`,
        );
        await assert.rejects(keyId({ profile: "dev" }), /aws sso login/);
        signIn("acme");
        assert.equal(await keyId({ profile: "dev" }), "KEY-sso");
        assert.deepEqual(
            asked.map(({ path, bearer }) => [path, bearer]),
            [["/federation/credentials?account_id=123456789012&role_name=Mover", "sso-token"]],
        );
    });

    it("are asked for where they are: SSO in its own Region, STS in that of the session, in its partition", async () => {
        const tokenFile = join(folder, "token");
        writeFileSync(tokenFile, "a.b.c");
        configure(
            `[sso-session acme]\nsso_region = eu-central-1\nsso_start_url = https://acme.example/start\n[profile dev]\nsso_session = acme\nsso_account_id = 123456789012\nsso_role_name = Mover\n[profile ci]\nrole_arn = ${ROLE}\nweb_identity_token_file = ${tokenFile}\n`,
        );
        signIn("acme");
        delete process.env.AWS_ENDPOINT_URL_STS;
        delete process.env.AWS_ENDPOINT_URL_SSO;
        process.env.HTTPS_PROXY = url;
        await assert.rejects(keyId({ profile: "dev" }));
        await assert.rejects(keyId({ profile: "ci", region: "cn-north-1" }));
        assert.deepEqual(
            [...new Set(tunnels)],
            ["portal.sso.eu-central-1.amazonaws.com:443", "sts.cn-north-1.amazonaws.com.cn:443"],
        );
    });
});

function ofSso(): string {
    return JSON.stringify({
        roleCredentials: {
            accessKeyId: "KEY-sso",
            secretAccessKey: "s",
            sessionToken: "t",
            expiration: Date.now() + 3_600_000,
        },
    });
}

function ofSts(action: string, roleArn: string): string {
    const name = roleArn.split("/").pop();
    return `<${action}Response><${action}Result><Credentials><AccessKeyId>KEY-${name}</AccessKeyId><SecretAccessKey>s</SecretAccessKey><SessionToken>t</SessionToken><Expiration>${IN_AN_HOUR()}</Expiration></Credentials><AssumedRoleUser><Arn>${roleArn}</Arn><AssumedRoleId>x:y</AssumedRoleId></AssumedRoleUser></${action}Result></${action}Response>`;
}
