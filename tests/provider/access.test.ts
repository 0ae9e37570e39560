// Kubeconfigs as people have them, and proxies between here and the API server or AWS: reached as kubectl and the aws CLI reach them.
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type Server } from "node:http";
import { createServer as createTlsServer } from "node:https";
import { type AddressInfo, connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { HttpRequest } from "@smithy/protocol-http";
import { proxyingHandler } from "../../provider/adapters/aws/proxyingHandler";
import { KubernetesApi } from "../../provider/adapters/kubernetes/api";
import { eksAccess, kubeconfigAccess } from "../../provider/adapters/kubernetes/clusterAccess";
import { closedGate } from "../../provider/adapters/locklessGates";
import { agentThrough, proxyFromEnvironment } from "../../provider/adapters/proxy";

const VARIABLES = [
    "HOME",
    "KUBECONFIG",
    "AWS_CA_BUNDLE",
    ...["HTTPS_PROXY", "NO_PROXY", "ALL_PROXY"].flatMap((name) => [name, name.toLowerCase()]),
];

function authorizationIn(headers: Readonly<Record<string, string>>): string | undefined {
    return headers.authorization ?? headers.Authorization;
}

describe("ways to a cluster", () => {
    let folder: string;
    const former = VARIABLES.map((name) => [name, process.env[name]] as const);
    const servers: Server[] = [];

    before(() => {
        folder = mkdtempSync(join(tmpdir(), "access-"));
    });
    beforeEach(() => {
        for (const name of VARIABLES) delete process.env[name];
        process.env.HOME = folder;
    });
    after(() => {
        for (const server of servers) server.close();
        for (const [name, value] of former) {
            if (value === undefined) delete process.env[name];
            else process.env[name] = value;
        }
        rmSync(folder, { recursive: true, force: true });
    });

    const listen = async (server: Server): Promise<number> => {
        servers.push(server);
        await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
        return (server.address() as AddressInfo).port;
    };

    describe("kubeconfig files", () => {
        const config = (parts: object) => JSON.stringify({ apiVersion: "v1", kind: "Config", ...parts });
        const contexts = {
            "current-context": "c",
            contexts: [{ name: "c", context: { cluster: "k", user: "u" } }],
        };
        const ends = (server: string, user: object = { token: "t" }) => ({
            clusters: [{ name: "k", cluster: { server } }],
            users: [{ name: "u", user }],
        });
        const path = (...names: string[]) => names.map((name) => join(folder, name)).join(":");
        const serverOf = async (kubeconfig?: string) =>
            (await (await kubeconfigAccess(kubeconfig, undefined)).credentials()).server;

        before(() => {
            mkdirSync(join(folder, ".kube"));
            const all = { ...contexts, ...ends("https://home.invalid") };
            for (const [name, parts] of [
                ["contexts", contexts],
                ["first", ends("https://first.invalid")],
                ["second", ends("https://second.invalid")],
                [".kube/config", all],
                [
                    "waits",
                    {
                        ...contexts,
                        ...ends("https://a.invalid", {
                            exec: {
                                command: join(folder, "sleeps"),
                                apiVersion: "client.authentication.k8s.io/v1",
                                interactiveMode: "Never",
                            },
                        }),
                    },
                ],
            ] as const)
                writeFileSync(join(folder, name), config(parts));
            writeFileSync(join(folder, "broken"), "users: [ {token: correct-horse");
            writeFileSync(join(folder, "sleeps"), "#!/bin/sh\nexec sleep 5\n", { mode: 0o755 });
        });

        it("of KUBECONFIG are laid together; absent ones are skipped, and the first of two names counts", async () => {
            process.env.KUBECONFIG = path("contexts", "absent", "first", "second");
            assert.equal(await serverOf(), "https://first.invalid");
            process.env.KUBECONFIG = path("second", "contexts", "first");
            assert.equal(await serverOf(), "https://second.invalid");
        });

        it("of the property may be a list too, and ~ is the home folder", async () => {
            assert.equal(await serverOf(path("contexts", "second")), "https://second.invalid");
            assert.equal(await serverOf("~/.kube/config"), "https://home.invalid");
            assert.equal(await serverOf(), "https://home.invalid");
        });

        it("that are not there, or cannot be read, are the fault of the one who named them; nothing is quoted", async () => {
            await assert.rejects(serverOf(path("absent")), /kubeconfig: names .*absent.*\[HP101\]/s);
            process.env.KUBECONFIG = path("absent", "gone");
            await assert.rejects(serverOf(), /KUBECONFIG: names .*absent, .*gone.*\[HP101\]/s);
            for (const broken of [path("broken"), readFileSync(join(folder, "broken"), "utf8").concat("\n")])
                await assert.rejects(serverOf(broken), ({ message }: Error) => {
                    assert.match(message, /kubeconfig: cannot be read.*\[HP101\]/s);
                    assert.doesNotMatch(message, /correct-horse/);
                    return true;
                });
        });

        it("with a token in a file use it, wherever it lies and whatever it holds later; an empty file is a kubeconfig", async () => {
            writeFileSync(join(folder, "token"), "first\n");
            writeFileSync(join(folder, "empty"), "\n");
            const user = { tokenFile: "token", token: "older" };
            writeFileSync(
                join(folder, "inFile"),
                config({ ...contexts, ...ends("https://a.invalid", user) }),
            );
            const access = await kubeconfigAccess(path("empty", "inFile"), undefined);
            assert.equal(authorizationIn((await access.credentials()).headers), "Bearer first");
            writeFileSync(join(folder, "token"), "second");
            assert.equal(authorizationIn((await access.credentials()).headers), "Bearer second");
            const text = config({
                ...contexts,
                ...ends("https://a.invalid", { tokenFile: join(folder, "token") }),
            });
            const fromText = await kubeconfigAccess(text, undefined);
            assert.equal(authorizationIn((await fromText.credentials()).headers), "Bearer second");
            await assert.rejects(kubeconfigAccess(path("empty"), undefined), /no current cluster/);
        });

        it("whose context names a user or a cluster that is not there say so, and never go without credentials", async () => {
            const { users: _, ...noUser } = ends("https://a.invalid");
            const { clusters: __, ...noCluster } = ends("https://a.invalid");
            for (const [parts, says] of [
                [noUser, /context "c" names the user "u", which it does not have/],
                [noCluster, /context "c" names the cluster "k", which it does not have/],
            ] as const)
                await assert.rejects(kubeconfigAccess(config({ ...contexts, ...parts }), undefined), says);
        });

        it("that cannot lead anywhere name the property that is wrong, and what to set it to", async () => {
            const whole = (server: string, more: object = {}) =>
                config({ ...contexts, ...ends(server), ...more });
            const right = whole("https://a.invalid");
            const wrongs: readonly [kubeconfig: string, context: string | undefined, says: RegExp][] = [
                [
                    right,
                    "C1",
                    /context: .*no context "C1"; did you mean c\? \[HP101\]\nnext: set `context` to one that it has \(c\)/,
                ],
                [
                    whole("https://a.invalid", { "current-context": "" }),
                    undefined,
                    /context: .*no current cluster \[HP101\]\nnext: .*\(contexts: c\)/,
                ],
                [
                    whole("http://127.0.0.1:8001"),
                    undefined,
                    /server http:\/\/127\.0\.0\.1:8001, which is no https address \[HP101\]\nnext: .*kubectl proxy/,
                ],
                [
                    whole("https://a b"),
                    undefined,
                    /server https:\/\/a b, which is no https address \[HP101\]/,
                ],
            ];
            for (const [kubeconfig, context, says] of wrongs)
                await assert.rejects(kubeconfigAccess(kubeconfig, context), says);
            for (const server of ["10.0.0.1:6443", "api.example"])
                assert.equal(await serverOf(whole(server)), `https://${server}`);
            const [cluster] = ends("https://a.invalid").clusters;
            const noAuthority = {
                ...cluster,
                cluster: { ...cluster?.cluster, "certificate-authority": "absent.crt" },
            };
            await assert.rejects(
                serverOf(whole("https://a.invalid", { clusters: [noAuthority] })),
                /kubeconfig: its user has no credentials: .*absent\.crt.* \[HP101\]\nnext: see that `kubectl get --raw/,
            );
        });

        it("with an exec plugin run it as kubectl does: beside the kubeconfig, told of the cluster where it asks for that", async () => {
            const plugin = (body: string) => `#!/bin/sh\n${body}\n`;
            const answer = (status: string) => `echo '{"kind":"ExecCredential"${status}}'`;
            for (const [name, body] of [
                [
                    "tells",
                    `echo "$KUBERNETES_EXEC_INFO" > ${join(folder, "told")}; ${answer(',"status":{"token":"t"}')}`,
                ],
                ["fails", "echo no session >&2; exit 3"],
                ["halfToken", "echo token-of-mine"],
                ["nothing", answer("")],
            ] as const)
                writeFileSync(join(folder, name), plugin(body), { mode: 0o755 });
            const throughPlugin = async (command: string, more: object = {}) => {
                const exec = { command, apiVersion: "client.authentication.k8s.io/v1", ...more };
                const file = join(folder, "withPlugin");
                writeFileSync(file, config({ ...contexts, ...ends("https://a.invalid", { exec }) }));
                return (await kubeconfigAccess(file, undefined)).credentials();
            };
            const told = () => JSON.parse(readFileSync(join(folder, "told"), "utf8")) as { spec: object };
            assert.equal(authorizationIn((await throughPlugin("./tells")).headers), "Bearer t");
            assert.deepEqual(told().spec, { interactive: false });
            await throughPlugin("./tells", {
                provideClusterInfo: true,
                interactiveMode: "Always",
                args: null,
            });
            assert.deepEqual(told().spec, { interactive: false, cluster: { server: "https://a.invalid" } });
            for (const [command, says] of [
                ["./fails", /plugin .*fails gave no credentials: no session \[HP101\]\nnext: /],
                [
                    "./halfToken",
                    /plugin .*halfToken gave no credentials: what it printed is no ExecCredential/,
                ],
                ["./nothing", /plugin .*nothing gave no credentials: what it printed is no ExecCredential/],
                ["absent-plugin", /plugin absent-plugin gave no credentials: .*ENOENT/],
            ] as const)
                await assert.rejects(throughPlugin(command), ({ message }: Error) => {
                    assert.match(message, says);
                    assert.doesNotMatch(message, /token-of-mine/);
                    return true;
                });
        });

        it("with an exec plugin that never answers end in time, and name it", async () => {
            const access = await kubeconfigAccess(path("waits"), undefined, 200);
            await assert.rejects(access.credentials(), /sleeps gave no credentials within 0\.2 s/);
        });
    });

    describe("proxies", () => {
        let ca: string;
        let proxy: string;
        let asked: string[];

        before(async () => {
            const at = (name: string) => join(folder, name);
            execFileSync(
                "openssl",
                [
                    "req",
                    "-x509",
                    "-newkey",
                    "rsa:2048",
                    "-nodes",
                    "-keyout",
                    at("k"),
                    "-out",
                    at("c"),
                    "-days",
                    "2",
                    "-subj",
                    "/CN=cluster.invalid",
                    "-addext",
                    "subjectAltName=DNS:cluster.invalid",
                ],
                { stdio: "ignore" },
            );
            const tls = { key: readFileSync(at("k")), cert: readFileSync(at("c")) };
            const server = createTlsServer(tls, (_, answer) => void answer.end("{}"));
            const port = await listen(server);
            const forwards = createServer().on("connect", ({ url = "" }, socket) => {
                asked.push(url);
                const up = connect(port, "127.0.0.1", () => {
                    socket.write("HTTP/1.1 200 OK\r\n\r\n");
                    up.pipe(socket).pipe(up);
                });
                up.on("error", () => socket.destroy());
                socket.on("error", () => up.destroy());
            });
            proxy = `http://127.0.0.1:${await listen(forwards)}`;
            ca = tls.cert.toString("base64");
        });
        beforeEach(() => {
            asked = [];
        });

        const throughKubeconfig = (more: object) =>
            kubeconfigAccess(
                JSON.stringify({
                    apiVersion: "v1",
                    kind: "Config",
                    "current-context": "c",
                    contexts: [{ name: "c", context: { cluster: "k", user: "u" } }],
                    clusters: [
                        {
                            name: "k",
                            cluster: {
                                "certificate-authority-data": ca,
                                server: "https://cluster.invalid",
                                ...more,
                            },
                        },
                    ],
                    users: [{ name: "u", user: { token: "t" } }],
                }),
                undefined,
            );
        const version = async (access: Awaited<ReturnType<typeof kubeconfigAccess>>) => {
            const api = new KubernetesApi(access, async () => undefined, closedGate);
            return (await api.call({ method: "GET", path: "/version", retries: 0, timeoutMs: 3000 })).status;
        };

        it("of the kubeconfig (proxy-url) and of the environment (HTTPS_PROXY) lead to the API server", async () => {
            assert.equal(await version(await throughKubeconfig({ "proxy-url": proxy })), 200);
            process.env.HTTPS_PROXY = proxy;
            assert.equal(await version(await throughKubeconfig({})), 200);
            const cluster = { endpoint: "https://cluster.invalid", certificateAuthority: ca };
            assert.equal(await version(eksAccess(cluster, async () => "token", Date.now)), 200);
            assert.deepEqual(asked, Array(3).fill("cluster.invalid:443"));
        });

        it("are passed by where NO_PROXY names the host, and for this machine itself", async () => {
            process.env.HTTPS_PROXY = proxy;
            process.env.NO_PROXY = ".invalid,other.example";
            await assert.rejects(version(await throughKubeconfig({})), /ENOTFOUND|EAI_AGAIN/);
            assert.deepEqual(asked, []);
            for (const direct of [
                "https://localhost:6443",
                "https://127.0.0.1",
                "https://[::1]:1",
                "http://a.example",
            ])
                assert.equal(proxyFromEnvironment(direct), undefined);
            assert.equal(proxyFromEnvironment("https://eks.us-west-2.amazonaws.com"), proxy);
        });

        it("of the environment are read as kubectl and curl read them: networks, domains, ports, no scheme", () => {
            const direct: readonly [noProxy: string, address: string, isDirect: boolean][] = [
                ["10.0.0.0/8", "https://10.1.2.3:6443", true],
                ["10.0.0.0/8", "https://11.1.2.3", false],
                ["10.0.0.0/99,10.0.0.0/x", "https://10.1.2.3", false],
                ["10.1.2.3", "https://10.1.2.3:6443", true],
                ["1.2.3", "https://0.1.2.3", false],
                ["fd00::/8", "https://[fd00::1]:6443", true],
                ["[fd00::1]:6443", "https://[fd00::1]:6443", true],
                ["fd00::1", "https://[fd00::1]", true],
                ["fd00:0:0::0001", "https://[fd00::1]", true],
                ["fd00::2", "https://[fd00::1]", false],
                ["eks.amazonaws.com", "https://a.eks.amazonaws.com.", true],
                ["eks.amazonaws.com", "https://a.b.eks.amazonaws.com", true],
                ["eks.amazonaws.com", "https://noteks.amazonaws.com", false],
                [".eks.amazonaws.com", "https://eks.amazonaws.com", false],
                ["*.eks.amazonaws.com", "https://a.EKS.amazonaws.com", true],
                ["api.internal:6443, other", "https://api.internal:6443", true],
                ["api.internal:6443", "https://api.internal", false],
                ["api.internal:443", "https://api.internal", true],
                ["a,*", "https://anything.example", true],
                ["", "https://anything.example", false],
            ];
            process.env.HTTPS_PROXY = "proxy.example:3128";
            for (const [noProxy, address, isDirect] of direct) {
                process.env.NO_PROXY = noProxy;
                const expected = isDirect ? undefined : "http://proxy.example:3128";
                assert.equal(proxyFromEnvironment(address), expected, `${noProxy} and ${address}`);
            }
            process.env.no_proxy = "other";
            assert.ok(proxyFromEnvironment("https://anything.example"), "small letters win");
            assert.throws(
                () => agentThrough("http://user:correct-horse@proxy.example:99999"),
                /^Error: the proxy that HTTPS_PROXY, .* is no address, like http:\/\/proxy\.example:3128$/,
            );
            delete process.env.HTTPS_PROXY;
            process.env.all_proxy = "socks5://proxy.example";
            assert.equal(proxyFromEnvironment("https://a.example"), "socks5://proxy.example");
        });

        it("lead to AWS", async () => {
            process.env.HTTPS_PROXY = proxy;
            const handler = proxyingHandler({ requestTimeout: 3000, connectionTimeout: 3000 });
            const request = new HttpRequest({
                protocol: "https:",
                hostname: "eks.invalid",
                path: "/",
                headers: { host: "eks.invalid" },
            });
            // The stand-in's certificate is not AWS's: what counts is the way there.
            await assert.rejects(handler.handle(request), /certificate|altnames/i);
            assert.deepEqual(asked, ["eks.invalid:443"]);
            handler.destroy();
        });

        it("that sign for themselves are trusted where AWS_CA_BUNDLE says so; a bundle that is not there is named", async () => {
            process.env.HTTPS_PROXY = proxy;
            process.env.AWS_CA_BUNDLE = join(folder, "c");
            const limits = { requestTimeout: 3000, connectionTimeout: 3000 };
            const handler = proxyingHandler(limits);
            const hostname = "cluster.invalid";
            const request = new HttpRequest({
                protocol: "https:",
                hostname,
                path: "/",
                headers: { host: hostname },
            });
            const { response } = (await handler.handle(request)) as { response: { statusCode: number } };
            assert.equal(response.statusCode, 200);
            handler.destroy();
            process.env.AWS_CA_BUNDLE = join(folder, "absent");
            assert.throws(
                () => proxyingHandler(limits),
                /AWS_CA_BUNDLE names .*absent, which cannot be read/,
            );
        });

        it("of other kinds: socks5 is understood, the rest is refused by name, without what is secret in it", () => {
            assert.equal(agentThrough("socks5://proxy.example:1080").constructor.name, "SocksProxyAgent");
            assert.equal(agentThrough("proxy.example:3128").constructor.name, "HttpsProxyAgent");
            assert.throws(
                () => agentThrough("ftp://me:correct-horse@proxy.example"),
                ({ message }: Error) => {
                    assert.match(message, /^the proxy ftp:\/\/proxy\.example is none/);
                    return !message.includes("correct-horse");
                },
            );
        });
    });
});
