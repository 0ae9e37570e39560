// How many calls the tags of the models cost, and that each service is asked in its own way: the real adapter against small stand-ins of ELB, ACM and S3 on loopback.
import assert from "node:assert/strict";
import { createServer, type IncomingMessage, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { openSession } from "../../provider/adapters/aws/session";
import { lookOnce } from "../../provider/adapters/aws/tagCache";
import { AwsTags } from "../../provider/adapters/aws/tags";
import { openGate } from "../../provider/adapters/locklessGates";
import { TaggedKind, type TaggedResource } from "../../provider/ports/world";

const KEY = "CreatedBy";
const VALUE = "HyperPodInference";
const MODELS = 45;
type TagSet = Record<string, string>;

/** Tags by ARN or `/bucket/key`, and what was asked. */
class StandIns {
    readonly tags = new Map<string, TagSet>();
    calls: string[] = [];
    server: Server | undefined;

    async start(): Promise<string> {
        const server = createServer(async (request, response) => {
            const { status, body } = this.#answer(request, await textOf(request));
            response.statusCode = status;
            response.end(body);
        });
        this.server = server;
        await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
        return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    }

    countOf(call: string): number {
        return this.calls.filter((one) => one === call).length;
    }

    #answer({ method, url = "", headers }: IncomingMessage, body: string) {
        const target = headers["x-amz-target"];
        if (target !== undefined) return this.#acm(String(target).replace("CertificateManager.", ""), body);
        if (url.includes("tagging")) return this.#s3(method ?? "", url.split("?")[0] ?? "", body);
        return this.#elb(new URLSearchParams(body));
    }

    #acm(call: string, body: string) {
        this.calls.push(call);
        const { CertificateArn, Tags } = JSON.parse(body) as {
            CertificateArn: string;
            Tags?: { Key: string; Value?: string }[];
        };
        const tags = this.tags.get(CertificateArn);
        if (tags === undefined)
            return { status: 400, body: JSON.stringify({ __type: "ResourceNotFoundException" }) };
        for (const { Key, Value } of Tags ?? []) {
            if (call.startsWith("Add")) tags[Key] = Value ?? "";
            else if (Value === undefined || tags[Key] === Value) delete tags[Key];
        }
        const told = Object.entries(tags).map(([Key, Value]) => ({ Key, Value }));
        return { status: 200, body: JSON.stringify({ Tags: told }) };
    }

    #s3(method: string, path: string, body: string) {
        this.calls.push(method === "GET" ? "GetObjectTagging" : "PutObjectTagging");
        const tags = this.tags.get(path);
        if (tags === undefined) return { status: 404, body: "<Error><Code>NoSuchKey</Code></Error>" };
        if (method === "PUT") {
            const pairs = body.matchAll(/<Key>(.*?)<\/Key><Value>(.*?)<\/Value>/g);
            this.tags.set(path, Object.fromEntries([...pairs].map(([, key, value]) => [key, value])));
            return { status: 200, body: "" };
        }
        const set = Object.entries(tags).map(
            ([key, value]) => `<Tag><Key>${key}</Key><Value>${value}</Value></Tag>`,
        );
        return { status: 200, body: `<Tagging><TagSet>${set.join("")}</TagSet></Tagging>` };
    }

    #elb(request: URLSearchParams) {
        const call = request.get("Action") ?? "";
        this.calls.push(call);
        const arns = [...request].filter(([name]) => name.startsWith("ResourceArns")).map(([, arn]) => arn);
        assert.ok(arns.length <= 20, "more than a request takes");
        if (arns.some((arn) => !this.tags.has(arn)))
            return {
                status: 400,
                body: "<ErrorResponse><Error><Code>LoadBalancerNotFound</Code></Error></ErrorResponse>",
            };
        for (const arn of arns) {
            if (call === "AddTags") this.tags.set(arn, { ...this.tags.get(arn), [KEY]: VALUE });
            if (call === "RemoveTags") delete this.tags.get(arn)?.[KEY];
        }
        const told = arns.map((arn) => {
            const set = Object.entries(this.tags.get(arn) ?? {}).map(
                ([key, value]) => `<member><Key>${key}</Key><Value>${value}</Value></member>`,
            );
            return `<member><ResourceArn>${arn}</ResourceArn><Tags>${set.join("")}</Tags></member>`;
        });
        const result = `<TagDescriptions>${told.join("")}</TagDescriptions>`;
        return {
            status: 200,
            body: `<${call}Response><${call}Result>${result}</${call}Result></${call}Response>`,
        };
    }
}

async function textOf(request: IncomingMessage): Promise<string> {
    const parts: Buffer[] = [];
    for await (const part of request) parts.push(part as Buffer);
    return Buffer.concat(parts).toString("utf8");
}

const names = Array.from({ length: MODELS }, (_, index) => `m${index}`);
const balancer = (name: string) => `arn:aws:elasticloadbalancing:us-west-2:1:loadbalancer/app/${name}`;
const certificate = (name: string) => `arn:aws:acm:us-west-2:1:certificate/${name}`;
const resources: TaggedResource[] = names.flatMap((name) => [
    { kind: TaggedKind.LoadBalancer, id: balancer(name) },
    { kind: TaggedKind.Certificate, id: certificate(name) },
    { kind: TaggedKind.S3Object, id: `s3://tls/${name}.pem` },
]);

describe("tags of 45 models, on the APIs of AWS", () => {
    const standIns = new StandIns();
    let open: () => Promise<AwsTags>;
    before(async () => {
        const url = await standIns.start();
        const endpoints = { acm: url, elbv2: url, s3: url };
        const keys = { accessKeyId: "a", secretAccessKey: "b" };
        open = async () =>
            new AwsTags(await openSession({ region: "us-west-2", access: { endpoints, keys } }), openGate);
    });
    beforeEach(() => {
        standIns.calls = [];
        standIns.tags.clear();
        for (const name of names)
            for (const id of [balancer(name), certificate(name), `/tls/${name}.pem`])
                standIns.tags.set(id, { team: "a" });
    });
    after(() => standIns.server?.close());

    const seen = async (tags: AwsTags) => {
        const read = await tags.readAll(resources);
        return resources.flatMap((resource, index) => {
            const found = read[index];
            return found === undefined ? [] : [{ resource, tags: found }];
        });
    };

    it("are put with few calls, one each where a service takes one at a time, beside the tags that are there", async () => {
        const tags = await open();
        await tags.put(await seen(tags), KEY, VALUE);
        assert.deepEqual(
            ["DescribeTags", "AddTags", "ListTagsForCertificate", "AddTagsToCertificate"].map((call) =>
                standIns.countOf(call),
            ),
            [3, 3, MODELS, MODELS],
        );
        assert.deepEqual(
            [standIns.countOf("GetObjectTagging"), standIns.countOf("PutObjectTagging")],
            [MODELS, MODELS],
        );
        for (const found of standIns.tags.values()) assert.deepEqual(found, { team: "a", [KEY]: VALUE });
    });

    it("are taken away with fewer, and only where they have that value", async () => {
        for (const found of standIns.tags.values()) found[KEY] = VALUE;
        const theirs = [balancer("m1"), certificate("m2"), "/tls/m3.pem"];
        for (const id of theirs) standIns.tags.set(id, { [KEY]: "somebody" });
        await (await open()).takeAway(resources, KEY, VALUE);
        for (const [id, found] of standIns.tags)
            assert.deepEqual(found, theirs.includes(id) ? { [KEY]: "somebody" } : { team: "a" }, id);
        assert.equal(standIns.countOf("ListTagsForCertificate"), 0);
        assert.ok(standIns.calls.length <= 4 * MODELS, `${standIns.calls.length} calls`);
        assert.equal(standIns.calls.length, 3 + 3 + MODELS + MODELS + (MODELS - 1));
    });

    it("are met one by one when one of a group is gone", async () => {
        const tags = await open();
        const before = await seen(tags);
        for (const id of [balancer("m1"), certificate("m1"), "/tls/m1.pem"]) standIns.tags.delete(id);
        await tags.put(before, KEY, VALUE);
        for (const found of standIns.tags.values()) assert.deepEqual(found, { team: "a", [KEY]: VALUE });
        await tags.takeAway(resources, KEY, VALUE);
        for (const found of standIns.tags.values()) assert.deepEqual(found, { team: "a" });
    });

    it("are looked at once by the two plans of `pulumi up`, and anew by the next; a failed look is made again", async () => {
        const [first, second] = [await open(), await open()];
        const one = resources[1] as TaggedResource;
        await first.look(one);
        assert.deepEqual(await second.look(one), { team: "a" });
        assert.equal(standIns.calls.length, 1);
        standIns.tags.set(one.id, { team: "b" });
        assert.deepEqual(await second.look(one), { team: "b" });
        assert.equal(standIns.calls.length, 2);
        await assert.rejects(lookOnce("x", () => Promise.reject(new Error("away"))));
        assert.deepEqual(await lookOnce("x", async () => ({ team: "c" })), { team: "c" });
    });
});
