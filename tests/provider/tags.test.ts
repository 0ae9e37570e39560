// Tags: what belongs to the models is found by owner and by the real paths, merged, limited, shown, and put back exactly.
import assert from "node:assert/strict";
import { findOwned } from "../../provider/discovery/awsResourcesOfModels";
import { memoryCell } from "../../provider/engine/memoryCell";
import { countTags, planTags } from "../../provider/plan/tagsOfModels";
import {
    BucketOwner,
    type KubernetesObject,
    type LoadBalancer,
    type SeenTags,
    TaggedKind,
    type TaggedResource,
    type World,
} from "../../provider/ports/world";
import { hyperPodInference } from "../../provider/profiles/hyperPodInference";
import { busy, resourcesOf } from "../../provider/profiles/modelResources";
import { type TagMemory, tag as tagStep } from "../../provider/steps/tag";

const TAG = { key: "CreatedBy", value: "HyperPodInference" };
const certificate = (name: string) => `arn:aws:acm:us-west-2:123456789012:certificate/${name}`;

function model(name: string, change: { spec?: object; status?: object } = {}): KubernetesObject {
    return {
        apiVersion: "inference.sagemaker.aws.amazon.com/v1",
        kind: "InferenceEndpointConfig",
        metadata: { name, namespace: "team", uid: `uid-${name}` },
        spec: { tlsConfig: { tlsCertificateOutputS3Uri: "s3://acme-tls/certificates" }, ...change.spec },
        status: {
            tlsCertificate: {
                certificateARN: certificate(name),
                tlsCertificateOutputS3Bucket: "acme-tls",
                tlsCertificateS3Keys: [`${name}/tls.crt`],
            },
            ...change.status,
        },
    };
}

function ingress(
    name: string,
    owner: string | undefined,
    change: { annotations?: Record<string, string>; host?: string } = {},
): KubernetesObject {
    return {
        apiVersion: "networking.k8s.io/v1",
        kind: "Ingress",
        metadata: {
            name,
            namespace: "team",
            annotations: change.annotations ?? {},
            ...(owner === undefined
                ? {}
                : {
                      ownerReferences: [
                          {
                              apiVersion: "v1",
                              kind: "InferenceEndpointConfig",
                              name: owner,
                              uid: `uid-${owner}`,
                          },
                      ],
                  }),
        },
        status: { loadBalancer: { ingress: change.host === undefined ? [] : [{ hostname: change.host }] } },
    };
}

/** As much of the world as finding and tagging ask for. */
class TagWorld {
    readonly tags = new Map<string, Record<string, string>>();
    readonly owners = new Map<string, BucketOwner>();
    writes = 0;
    constructor(
        readonly ingresses: readonly KubernetesObject[] = [],
        readonly balancers: readonly LoadBalancer[] = [],
        tagged: Record<string, Record<string, string>> = {},
    ) {
        for (const [id, tags] of Object.entries(tagged)) this.tags.set(id, tags);
    }
    get world(): World {
        const world = {
            objects: { list: async (_: string, kind: string) => (kind === "Ingress" ? this.ingresses : []) },
            tags: {
                look: async ({ id }: TaggedResource) => this.tags.get(id) && { ...this.tags.get(id) },
                readAll: async (resources: readonly TaggedResource[]) =>
                    resources.map(({ id }) => this.tags.get(id) && { ...this.tags.get(id) }),
                put: async (seen: readonly SeenTags[], key: string, value: string) => {
                    for (const { resource } of seen)
                        this.#write(resource, { ...this.tags.get(resource.id), [key]: value });
                },
                takeAway: async (resources: readonly TaggedResource[], key: string, value: string) => {
                    for (const resource of resources) {
                        const { [key]: had, ...others } = this.tags.get(resource.id) ?? {};
                        if (had === value) this.#write(resource, others);
                    }
                },
                loadBalancers: async () => this.balancers,
                bucketOwner: async (name: string) => this.owners.get(name) ?? BucketOwner.ThisAccount,
            },
        };
        return world as unknown as World;
    }
    #write({ id }: TaggedResource, tags: Record<string, string>): void {
        this.writes += 1;
        this.tags.set(id, tags);
    }
    find(models: KubernetesObject[]) {
        assert.ok(hyperPodInference.ownership);
        return findOwned(
            this.world,
            hyperPodInference.ownership,
            { name: "demo", accountId: "123456789012" },
            models,
        );
    }
}

function balancer(name: string, stack: string, cluster = "demo"): LoadBalancer {
    return {
        arn: `arn:lb/${name}`,
        dnsName: `${name}.elb.amazonaws.com`,
        tags: { "elbv2.k8s.aws/cluster": cluster, "ingress.k8s.aws/stack": stack },
    };
}

describe("the models' AWS resources", () => {
    it("W2: every kind of custom resource counts, with the real paths of its status and spec", () => {
        const jumpStart = { ...model("m"), kind: "JumpStartModel" };
        assert.deepEqual(resourcesOf(jumpStart).s3Objects, [{ bucket: "acme-tls", key: "m/tls.crt" }]);
        const old = model("m", {
            status: { tlsCertificate: { tlsCertificateS3Keys: ["s3://acme-tls/m/ca.crt"] } },
        });
        assert.deepEqual(resourcesOf(old).s3Objects, [{ bucket: "acme-tls", key: "m/ca.crt" }]);
        const registration = model("m", {
            spec: {
                tlsConfig: { tlsCertificateOutputS3Bucket: "team-tls", tlsCertificateS3Keys: ["r/ca.crt"] },
            },
            status: {},
        });
        assert.ok(
            resourcesOf(registration).s3Objects.some(
                ({ bucket, key }) => bucket === "team-tls" && key === "r/ca.crt",
            ),
        );
        assert.deepEqual(resourcesOf(model("m")).buckets, ["acme-tls"]);
    });

    it("W3: an ingress called public-alb-shop that no model owns keeps its load balancer and certificate to itself", async () => {
        const shop = ingress("public-alb-shop", undefined, {
            host: "shop.elb.amazonaws.com",
            annotations: { "alb.ingress.kubernetes.io/certificate-arn": certificate("shop") },
        });
        const own = ingress("alb-m-team", "m", { host: "m.elb.amazonaws.com" });
        const world = new TagWorld(
            [shop, own],
            [balancer("shop", "team/public-alb-shop"), balancer("m", "team/alb-m-team")],
            {
                [certificate("shop")]: {},
                [certificate("m")]: {},
                "s3://acme-tls/m/tls.crt": {},
            },
        );
        const { resources } = await world.find([model("m")]);
        assert.deepEqual(
            resources.map(({ resource }) => resource.id).sort(),
            ["arn:lb/m", certificate("m"), "s3://acme-tls/m/tls.crt"].sort(),
        );
    });

    it("a load balancer or certificate that a model shares with others, or of another cluster, is left as it is", async () => {
        const group = {
            "alb.ingress.kubernetes.io/group.name": "public",
            "alb.ingress.kubernetes.io/certificate-arn": certificate("shared"),
        };
        const world = new TagWorld(
            [
                ingress("own", "m", { annotations: group, host: "g.elb.amazonaws.com" }),
                ingress("shop", undefined, { annotations: group, host: "g.elb.amazonaws.com" }),
                ingress("alone", "m"),
            ],
            [
                { ...balancer("g", "public"), dnsName: "g.elb.amazonaws.com" },
                balancer("elsewhere", "team/alone", "other-cluster"),
            ],
            { [certificate("shared")]: {}, [certificate("m")]: {}, "s3://acme-tls/m/tls.crt": {} },
        );
        const { resources, notes } = await world.find([model("m")]);
        assert.deepEqual(resources.map(({ resource }) => resource.kind).sort(), [
            TaggedKind.Certificate,
            TaggedKind.S3Object,
        ]);
        assert.equal(notes.filter((note) => note.includes("serves others too")).length, 2);
    });

    it("a load balancer that models share is tagged once, and none of them is told to have none", async () => {
        const group = {
            annotations: { "alb.ingress.kubernetes.io/group.name": "models" },
            host: "g.elb.amazonaws.com",
        };
        const world = new TagWorld(
            ["m", "n", "o"].map((name) => ingress(`alb-${name}`, name, group)),
            [{ ...balancer("g", "models"), dnsName: "g.elb.amazonaws.com" }],
        );
        const { resources, notes } = await world.find([model("m"), model("n"), model("o"), model("p")]);
        const balancers = resources.filter(({ resource }) => resource.kind === TaggedKind.LoadBalancer);
        assert.equal(balancers.length, 1);
        const without = notes.filter((note) => note.startsWith("no load balancer"));
        assert.match(without.join(), /^no load balancer was found that is surely of \S+ team\/p: /);
    });

    it("what a model or its status names in another form than the operator's names nothing, and stops no plan", () => {
        for (const odd of [null, "text", 5, true, ["x"], { a: {} }]) {
            const fields = [
                "certificateARN",
                "importedCertificates",
                "tlsCertificateOutputS3Bucket",
                "tlsCertificateS3Keys",
                "tlsCertificateOutputS3Uri",
                "customCertificateConfig",
            ];
            const inside = Object.fromEntries(fields.map((field) => [field, odd]));
            for (const one of [
                { ...model("m"), spec: odd, status: odd },
                model("m", { spec: { tlsConfig: odd }, status: { tlsCertificate: odd, state: odd } }),
                model("m", { spec: { tlsConfig: inside }, status: { tlsCertificate: inside } }),
            ]) {
                const { s3Objects, certificates } = resourcesOf(one as KubernetesObject);
                assert.ok(
                    [...certificates, ...s3Objects].every((found) => ["text", "x"].includes(String(found))),
                );
                assert.equal(busy(one as KubernetesObject), undefined);
            }
        }
    });

    const elsewhere = (name: string, host: string, namespace = "hyperpod-inference-system") => {
        const object = ingress(name, undefined, { host });
        return { ...object, metadata: { ...object.metadata, namespace } };
    };
    const found = async (world: TagWorld, models: KubernetesObject[] = [model("m")]) => {
        const { resources, notes } = await world.find(models);
        const balancers = resources.filter(({ resource }) => resource.kind === TaggedKind.LoadBalancer);
        return { ids: balancers.map(({ resource }) => resource.id), notes: notes.join("\n") };
    };
    const stack = "hyperpod-inference-system/alb-m-team";

    it("an ingress in the operator's namespace is a model's by its name, its host and the controller's tags together", async () => {
        const host = "m.elb.amazonaws.com";
        const at = elsewhere("alb-m-team", host);
        assert.deepEqual((await found(new TagWorld([at], [balancer("m", stack)]))).ids, ["arn:lb/m"]);
        for (const [ingresses, balancers] of [
            [[at], [balancer("m", "hyperpod-inference-system/alb-other-team")]],
            [[at], [{ ...balancer("m", stack), tags: {} }]],
            [[at], [{ ...balancer("m", stack), tags: { "ingress.k8s.aws/stack": stack } }]],
            [[at], [balancer("m", stack, "other-cluster")]],
            [[elsewhere("alb-m-team", "x.elb.amazonaws.com")], [balancer("m", stack)]],
            [[elsewhere("alb-m-team", host, "shop")], [balancer("m", "shop/alb-m-team")]],
            [
                [elsewhere("public-alb-m-team", host)],
                [balancer("m", "hyperpod-inference-system/public-alb-m-team")],
            ],
        ] as const) {
            const { ids, notes } = await found(new TagWorld(ingresses, balancers));
            assert.deepEqual(ids, []);
            assert.match(
                notes,
                /no load balancer was found that is surely of InferenceEndpointConfig team\/m/,
            );
        }
    });

    it("a host in the status of a model is the operator's word; one in its spec is not", async () => {
        const host = "m-1.us-west-2.elb.amazonaws.com";
        const named = { ...balancer("m", "x/y"), dnsName: "M-1.us-west-2.elb.amazonaws.com" };
        const inStatus = model("m", { status: { loadBalancer: { hostName: host } } });
        const byStatus = await found(new TagWorld([], [named]), [inStatus]);
        assert.deepEqual(byStatus.ids, ["arn:lb/m"]);
        assert.doesNotMatch(byStatus.notes, /load balancer/);
        const inAddress = model("m", { status: { endpoint: `https://${host}/invocations` } });
        assert.deepEqual((await found(new TagWorld([], [named]), [inAddress])).ids, ["arn:lb/m"]);
        const inSpec = model("m", { spec: { loadBalancerHostName: host } });
        assert.deepEqual((await found(new TagWorld([], [named]), [inSpec])).ids, []);
        const shop = ingress("shop", undefined, { host });
        assert.match((await found(new TagWorld([shop], [named]), [inStatus])).notes, /serves others too/);
    });

    it("hosts of every partition are found in a status, and none that only begins like one", () => {
        const hosts = [
            "internal-k8s-a-1.us-west-2.elb.amazonaws.com",
            "k8s-a-1.elb.us-gov-west-1.amazonaws.com",
            "k8s-a-1.cn-north-1.elb.amazonaws.com.cn",
            "k8s-a-1.us-iso-east-1.elb.c2s.ic.gov",
            "k8s-a-1.elb.us-isob-east-1.sc2s.sgov.gov",
            "k8s-a-1.eusc-de-east-1.elb.amazonaws.eu",
        ];
        for (const host of hosts)
            assert.deepEqual(
                resourcesOf(model("m", { status: { endpoint: `https://${host}:443/invocations` } })).hosts,
                [host],
            );
        for (const host of ["a-1.us-west-2.elb.amazonaws.com.example.org", "a-1.elb.example.org"])
            assert.deepEqual(resourcesOf(model("m", { status: { host } })).hosts, []);
    });

    it("a name that fits two models is nobody's", async () => {
        const models = [
            model("m"),
            { ...model("a"), metadata: { name: "m-a", namespace: "b", uid: "1" } },
            { ...model("a"), metadata: { name: "m", namespace: "a-b", uid: "2" } },
        ];
        const at = elsewhere("alb-m-a-b", "m.elb.amazonaws.com");
        const world = new TagWorld([at], [balancer("m", "hyperpod-inference-system/alb-m-a-b")]);
        assert.deepEqual((await found(world, models)).ids, []);
    });

    it("a certificate that the user brought along is never tagged, since the tag would let the operator delete it", async () => {
        const users = certificate("users");
        const brought = model("m", {
            spec: { tlsConfig: { customCertificateConfig: { acmArn: users } } },
            status: { tlsCertificate: { certificateARN: users } },
        });
        const world = new TagWorld(
            [ingress("i", "m", { annotations: { "alb.ingress.kubernetes.io/certificate-arn": users } })],
            [],
            { [users]: {} },
        );
        assert.deepEqual((await world.find([brought])).resources, []);
    });
});

describe("the tag step", () => {
    const found = (tags: Record<string, string>, kind = TaggedKind.S3Object) => ({
        resources: [{ resource: { kind, id: "one" }, owner: "InferenceEndpointConfig team/m", tags }],
        notes: [],
        unreadable: [],
        asked: [],
        buckets: [],
    });
    const many = (count: number) =>
        Object.fromEntries(Array.from({ length: count }, (_, index) => [`k${index}`, "v"]));

    it("W4: an S3 object with 10 tags stops the move; 9, or 10 with the key, do not; nothing is cut", () => {
        assert.equal(planTags(found(many(10)), TAG).blockers[0]?.code, "HP133");
        assert.deepEqual(planTags(found(many(9)), TAG).blockers, []);
        const overwritten = planTags(found({ ...many(9), CreatedBy: "platform" }), TAG);
        assert.deepEqual(overwritten.blockers, []);
        assert.equal(overwritten.tags.resources[0]?.overwrites, "platform");
        assert.match(
            overwritten.notes[0] ?? "",
            /one of InferenceEndpointConfig team\/m: tag CreatedBy changes from platform to HyperPodInference/,
        );
        assert.equal(planTags(found(many(50), TaggedKind.LoadBalancer), TAG).blockers.length, 1);
    });

    it("a resource that has the tag already is not touched, and the counts say what is", () => {
        const { tags } = planTags(found({ CreatedBy: "HyperPodInference" }), TAG);
        assert.deepEqual(tags.resources, []);
        assert.equal(countTags(tags), "");
        assert.equal(countTags(planTags(found({}), TAG).tags), "1 S3 object");
    });

    const resources = ["a", "b", "c"].map((id) => ({
        resource: { kind: TaggedKind.S3Object, id },
        owner: "m",
        ...(id === "b" ? { overwrites: "platform" } : {}),
    }));
    const plan = { tags: { tag: TAG, resources } } as never;
    const start = { a: { env: "prod" }, b: { CreatedBy: "platform", env: "prod" }, c: {} };

    /** The step on a world, and its memory as the journal has it. */
    async function stepOn(one: TagWorld) {
        let remembered = await tagStep.remember(one.world, plan);
        const change = async (next: (now: TagMemory) => TagMemory) => {
            remembered = next(remembered);
        };
        const memory = memoryCell(() => remembered, change);
        const run = (what: "apply" | "undo", isNew?: true) =>
            tagStep[what]({ world: one.world, plan, memory, ...(isNew ? { isNew } : {}) } as never);
        return { apply: (isNew?: true) => run("apply", isNew), undo: () => run("undo") };
    }

    it("W4: tags are merged, and the undo gives the exact former sets", async () => {
        const one = new TagWorld([], [], structuredClone(start));
        const step = await stepOn(one);
        await step.apply(true);
        assert.deepEqual(Object.fromEntries(one.tags), {
            a: { env: "prod", CreatedBy: "HyperPodInference" },
            b: { CreatedBy: "HyperPodInference", env: "prod" },
            c: { CreatedBy: "HyperPodInference" },
        });
        const { writes } = one;
        await step.apply();
        assert.equal(one.writes, writes, "a second apply writes nothing");
        await step.undo();
        assert.deepEqual(Object.fromEntries(one.tags), start);
        await step.undo();
        assert.equal(one.writes, writes * 2, "a second undo writes nothing");
    });

    it("the undo is right after a half-done apply, and leaves what others changed meanwhile", async () => {
        const one = new TagWorld([], [], structuredClone(start));
        const step = await stepOn(one);
        one.tags.set("a", { env: "prod", CreatedBy: "HyperPodInference", cost: "42" });
        one.tags.set("c", { CreatedBy: "somebody-else" });
        await step.undo();
        assert.deepEqual(Object.fromEntries(one.tags), {
            a: { env: "prod", cost: "42" },
            b: start.b,
            c: { CreatedBy: "somebody-else" },
        });
    });

    it("what somebody set between plan and tag is what the undo gives, the tag's own value too", async () => {
        const one = new TagWorld([], [], structuredClone(start));
        const step = await stepOn(one);
        const meanwhile = {
            a: { env: "prod", CreatedBy: "HyperPodInference" },
            b: { env: "prod" },
            c: { CreatedBy: "somebody-else", cost: "42" },
        };
        for (const [id, tags] of Object.entries(meanwhile)) one.tags.set(id, tags);
        await step.apply(true);
        assert.deepEqual(one.tags.get("c"), { CreatedBy: "HyperPodInference", cost: "42" });
        await step.undo();
        assert.deepEqual(Object.fromEntries(one.tags), meanwhile);
    });

    it("what somebody set after a crash in the middle is what the undo gives", async () => {
        const one = new TagWorld([], [], structuredClone(start));
        const step = await stepOn(one);
        await step.apply(true);
        one.tags.set("c", { CreatedBy: "somebody-else" });
        await step.apply();
        await step.undo();
        assert.deepEqual(Object.fromEntries(one.tags), { ...start, c: { CreatedBy: "somebody-else" } });
    });

    it("a resource that is gone by now is no error", async () => {
        const one = new TagWorld([], [], structuredClone(start));
        const step = await stepOn(one);
        one.tags.delete("b");
        await step.apply(true);
        await step.undo();
        assert.deepEqual(Object.fromEntries(one.tags), { a: start.a, c: start.c });
    });
});
