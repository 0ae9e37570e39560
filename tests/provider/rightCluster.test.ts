// A move acts on the cluster that it was begun on: a namesake in another Region or account, or a kubeconfig of another cluster, is refused before anything is read as plan or written.
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { createServer, type Server } from "node:http";
import { createServer as createTlsServer } from "node:https";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { closedGate } from "../../provider/adapters/locklessGates";
import type { ConnectionRequest } from "../../provider/adapters/openCluster";
import { openCluster } from "../../provider/adapters/openCluster";
import { systemClock } from "../../provider/process/systemClock";
import { clusterArnOf } from "../../provider/pulumi/clusterOfMove";
import { connectWith } from "./memory/connectWith";
import { assertDone, startOf } from "./memory/expectations";
import { MemoryStack } from "./memoryStack";
import { connectMemory } from "./memoryWorld";

const { world, snapshot } = startOf();

describe("the cluster that a move was begun on", () => {
    /** What the environment leads to when nobody says a Region, and whose credentials it has. */
    let environment: { region: string; account: string };
    const elsewhere: typeof connectMemory = (there, mover) => {
        const connect = connectMemory(there, mover);
        return async (request, ...rest) => {
            const { cluster, ...connection } = await connect(request, ...rest);
            const { account, region } = { ...environment, region: request.region ?? environment.region };
            const arn = `arn:aws:eks:${region}:${account}:cluster/${request.clusterName}`;
            return { ...connection, cluster: { ...cluster, arn, region, accountId: account } };
        };
    };
    const home = { region: "us-west-2", account: "123456789012" };

    beforeEach(() => {
        world.restore(snapshot);
        environment = home;
    });

    async function moved(inputs: object = {}): Promise<MemoryStack> {
        const stack = new MemoryStack(world, { clusterName: "demo", ...inputs }, true, elsewhere);
        assert.equal((await stack.up()).kind, "done");
        return stack;
    }

    it("is found again from an environment of another Region, where a namesake exists", async () => {
        const stack = await moved();
        environment = { ...home, region: "eu-west-1" };
        assert.equal((await stack.refresh()).kind, "done");
        assert.equal((await stack.destroy()).kind, "done");
    });

    for (const [what, wrong, blamed] of [
        ["account", { ...home, account: "444455556666" }, /credentials are of account 444455556666/],
    ] as const)
        it(`is not the namesake of another ${what}: nothing is read or written there`, async () => {
            const stack = await moved();
            environment = wrong;
            for (const call of ["refresh", "destroy"] as const) {
                const { kind, message, mover } = await stack[call]();
                assert.equal(kind, "failed", call);
                assert.match(
                    message,
                    /the move was begun on arn:aws:eks:us-west-2:123456789012:cluster\/demo/,
                );
                assert.match(message, blamed);
                assert.match(message, /\[HP101\]/);
                assert.deepEqual(mover.writes, []);
            }
            assert.ok(stack.resource, "the state is kept");
        });

    it("is not the namesake of a Region that the inputs name: `region` is blamed", async () => {
        const stack = await moved({ region: "us-west-2" });
        for (const more of [{}, { until: "verify" }]) {
            const { kind, message, mover } = await stack.up({ region: "eu-west-1", ...more });
            assert.equal(kind, "failed");
            assert.match(message, /`region` .* says eu-west-1: set it to us-west-2/);
            assert.deepEqual(mover.writes, []);
        }
    });

    it("has a journal that another stack, and another account, does not take over", async () => {
        await moved();
        const stranger = new MemoryStack(world, { clusterName: "demo" }, true, elsewhere);
        environment = { ...home, account: "444455556666" };
        const { kind, message, mover } = await stranger.up();
        assert.equal(kind, "failed");
        assert.match(message, /HP204/);
        assert.deepEqual(mover.writes, []);
    });

    it("is not the one that was made again under its name: said, with the way on, and nothing is written", async () => {
        world.restore(snapshot);
        const stack = new MemoryStack(world);
        assertDone(await stack.up());
        const again = connectWith((connection) => ({
            ...connection,
            cluster: { ...connection.cluster, oidcIssuer: "oidc.eks.us-west-2.amazonaws.com/id/ANOTHER" },
        }));
        const later = new MemoryStack(world, { clusterName: "demo" }, true, again);
        later.load(stack.save());
        for (const { message, mover } of [
            await later.up({ additionalConfiguration: { nodeSelector: { pool: "cpu" } } }),
            await later.destroy(),
        ]) {
            assert.match(message, /was deleted and made again under its name.*\[HP102\].*id\/ANOTHER/s);
            assert.match(message, /pulumi state delete/);
            assert.deepEqual(
                mover.writes.filter((write) => !write.includes("Lease")),
                [],
            );
        }
    });

    it("is kept by the resource of the undo as well", async () => {
        const stack = await moved();
        const { wayBack, mover } = stack.process();
        const { outs } = await wayBack.create({ clusterName: "demo" }, stack.log);
        assert.equal(clusterArnOf(outs), "arn:aws:eks:us-west-2:123456789012:cluster/demo");
        assert.equal(wayBack.diff(outs, { clusterName: "demo" }).changes, false);
        assert.deepEqual(wayBack.update(outs, { clusterName: "demo" }).outs, outs);
        environment = { ...home, account: "444455556666" };
        await assert.rejects(wayBack.delete(outs, stack.log), /HP101/);
        assert.deepEqual(mover.writes, []);
    });

    it("is known from what version 0.1.0 stored", () => {
        const addonArn = "arn:aws-cn:eks:cn-north-1:123456789012:addon/demo/some-addon/1234";
        assert.equal(clusterArnOf({ addonArn }), "arn:aws-cn:eks:cn-north-1:123456789012:cluster/demo");
        assert.equal(clusterArnOf({ addonArn: "" }), undefined);
    });
});

describe("roles of another account or partition, with a namesake here", () => {
    const annotate = (roleArn: string) => {
        world.store.merge(
            { apiVersion: "v1", kind: "ServiceAccount", namespace: "kube-system", name: "keda-operator" },
            { metadata: { annotations: { "eks.amazonaws.com/role-arn": roleArn } } },
            { manager: "helm", operation: "Update" },
        );
        world.settle();
    };

    beforeEach(() => world.restore(snapshot));

    for (const [what, roleArn, says] of [
        ["another account", "arn:aws:iam::444455556666:role/hp-keda", /belongs to account 444455556666/],
        ["another partition", "arn:aws-cn:iam::123456789012:role/hp-keda", /belongs to partition aws-cn/],
        ["another path", "arn:aws:iam::123456789012:role/team/hp-keda", /which has .*role\/hp-keda/],
    ] as const) {
        it(`found on the installation, of ${what}: refused, and the namesake stays as it is`, async () => {
            annotate(roleArn);
            const { kind, message, mover } = await new MemoryStack(world).up();
            assert.equal(kind, "failed");
            assert.match(message, says);
            assert.match(message, /HP138/);
            assert.deepEqual(mover.writes, []);
        });

        it(`given, of ${what}: refused by its property`, async () => {
            const { kind, message, mover } = await new MemoryStack(world, {
                clusterName: "demo",
                kedaRoleArn: roleArn,
            }).up();
            assert.equal(kind, "failed");
            assert.match(message, says);
            assert.match(message, /^kedaRoleArn: .*HP138/m);
            assert.deepEqual(mover.writes, []);
        });
    }
});

describe("a kubeconfig beside the name of a cluster", () => {
    const servers: Server[] = [];
    let folder: string;
    let ca: string;
    let request: ConnectionRequest;
    let issuer: string | number;
    let paths: string[];
    let eksCa: string;
    const warnings: string[] = [];
    const log = { progress: () => undefined, warn: (line: string) => void warnings.push(line) };
    const listen = async (server: Server): Promise<number> => {
        servers.push(server);
        await new Promise<void>((ready) => server.listen(0, "127.0.0.1", ready));
        return (server.address() as AddressInfo).port;
    };
    const url = (id: string) => `https://oidc.eks.us-west-2.amazonaws.com/id/${id}`;

    before(async () => {
        folder = mkdtempSync(join(tmpdir(), "right-cluster-"));
        const [key, cert] = [join(folder, "key"), join(folder, "cert")];
        const subject = ["-subj", "/CN=localhost", "-addext", "subjectAltName=IP:127.0.0.1"];
        const made = [
            "req",
            "-x509",
            "-newkey",
            "rsa:2048",
            "-nodes",
            "-days",
            "2",
            "-keyout",
            key,
            "-out",
            cert,
        ];
        execFileSync("openssl", [...made, ...subject], { stdio: "ignore" });
        ca = readFileSync(cert).toString("base64");
        const api = createTlsServer({ key: readFileSync(key), cert: readFileSync(cert) }, (asked, answer) => {
            paths.push(asked.url ?? "");
            const isIssuer = asked.url === "/.well-known/openid-configuration";
            if (isIssuer && typeof issuer === "number") answer.statusCode = issuer;
            answer.setHeader("content-type", "application/json");
            answer.end(JSON.stringify(isIssuer ? { issuer } : { items: [] }));
        });
        const eks = createServer((_, answer) => {
            answer.setHeader("content-type", "application/json");
            const certificateAuthority = { data: eksCa };
            const identity = { oidc: { issuer: url("PROD") } };
            const arn = "arn:aws:eks:us-west-2:111122223333:cluster/prod";
            const endpoint = "https://prod.invalid";
            answer.end(
                JSON.stringify({
                    cluster: { name: "prod", arn, version: "1.34", endpoint, certificateAuthority, identity },
                }),
            );
        });
        const server = `https://127.0.0.1:${await listen(api as unknown as Server)}`;
        const kubeconfig = JSON.stringify({
            apiVersion: "v1",
            kind: "Config",
            "current-context": "staging",
            contexts: [{ name: "staging", context: { cluster: "k", user: "u" } }],
            clusters: [{ name: "k", cluster: { server, "certificate-authority-data": ca } }],
            users: [{ name: "u", user: { token: "t" } }],
        });
        const keys = { accessKeyId: "AKIA1", secretAccessKey: "s3cret" };
        const endpoints = { eks: `http://127.0.0.1:${await listen(eks)}` };
        request = { clusterName: "prod", region: "us-west-2", kubeconfig, access: { keys, endpoints } };
    });
    beforeEach(() => {
        paths = [];
        warnings.length = 0;
        eksCa = Buffer.from("another CA").toString("base64");
    });
    after(() => {
        for (const server of servers) server.close();
        rmSync(folder, { recursive: true, force: true });
    });

    it("that leads to another cluster is refused, naming both, before anything else is read", async () => {
        issuer = url("STAGING");
        await assert.rejects(
            openCluster(request, systemClock, log, closedGate),
            /the kubeconfig leads to another cluster than clusterName.*\[HP101\].*cluster\/prod issues tokens as .*id\/PROD, .* as .*id\/STAGING/s,
        );
        assert.deepEqual(paths, ["/.well-known/openid-configuration"]);
    });

    it("that leads to the cluster through a tunnel is known by the issuer of its tokens", async () => {
        issuer = url("PROD");
        await openCluster(request, systemClock, log, closedGate);
        assert.deepEqual(warnings, []);
    });

    it("that has the cluster's certificate authority needs no further proof", async () => {
        issuer = url("STAGING");
        eksCa = ca;
        await openCluster(request, systemClock, log, closedGate);
        assert.ok(!paths.includes("/.well-known/openid-configuration"));
    });

    it("of which nothing can be told is taken with a warning", async () => {
        issuer = 403;
        await openCluster(request, systemClock, log, closedGate);
        assert.match(
            warnings.join(),
            /nothing proves that the kubeconfig's https:.* is the EKS cluster .*prod/,
        );
    });
});
