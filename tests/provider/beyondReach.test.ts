// Whoever holds the stack's key can sign a journal: it still gets nothing that the release, the add-on and this cluster do not have. Refused before the first write, forward and back.
import assert from "node:assert/strict";
import { Handover } from "../../common/enums";
import { hashOf } from "../../common/hash";
import { JOURNAL_LABELS, journalName } from "../../provider/adapters/kubernetes/journalSecrets";
import { openSecrets } from "../../provider/engine/backupEncryption";
import { pack, unpack } from "../../provider/engine/compressedText";
import type { JournalDocument } from "../../provider/engine/journalDocument";
import { markOf } from "../../provider/engine/vouched";
import type { Backup } from "../../provider/operations/backup/backup";
import { type ConversionBridge, IdentityTreatment, type Plan } from "../../provider/plan/plan";
import type { KubernetesObject } from "../../provider/ports/world";
import { RELEASE } from "./memory/content";
import { assertDone, assertHarmless, assertSame, startOf, stateOf } from "./memory/expectations";
import { OPERATOR_NAMESPACE } from "./memory/operatorContent";
import { OIDC_PROVIDER, roleOf } from "./memory/roles";
import { decodeText, encode } from "./memory/serving";
import { MemoryStack } from "./memoryStack";

const by = { manager: "thief", operation: "Update" } as const;
const CLUSTER = "arn:aws:eks:us-west-2:123456789012:cluster/demo";
const RBAC = "rbac.authorization.k8s.io/v1";
const {
    world,
    snapshot,
    state: start,
} = startOf({}, (made) => {
    made.data.roles.set("admin", roleOf("admin"));
    const labels = { app: "victim" };
    made.store.create(
        {
            apiVersion: "apps/v1",
            kind: "Deployment",
            metadata: { name: "victim", namespace: "shop" },
            spec: {
                replicas: 1,
                selector: { matchLabels: labels },
                template: { metadata: { labels }, spec: { containers: [{ name: "c", image: "c" }] } },
            },
        },
        { manager: "team", operation: "Update" },
    );
    made.settle();
});

interface Forged {
    readonly document: JournalDocument;
    readonly backup: Backup;
}

/** The thief writes what `change` makes of the authentic journal, signed with the stack's own key. */
async function signed(
    until: string,
    change: (journal: Forged) => { document?: Partial<JournalDocument>; backup?: Partial<Backup> },
): Promise<MemoryStack> {
    world.restore(snapshot);
    const stack = new MemoryStack(world);
    assertDone(await stack.up({ until }));
    world.settle();
    const read = (name: string, namespace: string = RELEASE.namespace) =>
        (
            world.store.raw({ apiVersion: "v1", kind: "Secret", namespace, name }) as KubernetesObject & {
                data: Record<string, string>;
            }
        ).data;
    const name = journalName(RELEASE.name);
    const document = unpack(decodeText(read(name).document ?? "")) as JournalDocument;
    const packed = decodeText(read(journalName(RELEASE.name, 0)).backup ?? "");
    const backup = (await openSecrets(unpack(packed), async (namespace) =>
        decodeText(read(`${name}-key-${RELEASE.namespace}`, namespace).key ?? ""),
    )) as Backup;
    const forged = change({ document, backup });
    const newBackup = pack({ ...backup, ...forged.backup });
    const newDocument = pack({
        ...document,
        ...forged.document,
        sequence: document.sequence + 1,
        backupHash: hashOf(newBackup),
    });
    const hash = hashOf(newDocument);
    const key = String(stack.wayBack?.journalKey);
    const { namespace, name: release } = RELEASE;
    const mark = markOf(key, hash, { clusterArn: CLUSTER, namespace, release });
    const put = (secret: string, data: Record<string, string>) =>
        world.store.merge(
            { apiVersion: "v1", kind: "Secret", namespace, name: secret },
            {
                metadata: { labels: JOURNAL_LABELS },
                data: Object.fromEntries(Object.entries(data).map(([field, text]) => [field, encode(text)])),
            },
            by,
        );
    put(name, { document: newDocument, hash, mark });
    put(journalName(release, 0), { backup: newBackup, total: "1", backupHash: hashOf(newBackup) });
    return stack;
}

/** In the backup, of a role that the release has. */
const withRules =
    (rules: readonly object[]) =>
    ({ backup }: Forged) => ({
        backup: {
            objects: backup.objects.map((object) =>
                object.kind === "Role" && object.metadata.name === "keda-operator-certs"
                    ? { ...object, rules }
                    : object,
            ),
        },
    });

const withPlan =
    (change: (plan: Plan) => Partial<Plan>) =>
    ({ document }: Forged) => ({ document: { plan: { ...document.plan, ...change(document.plan) } } });

const withObject =
    (object: KubernetesObject) =>
    ({ backup }: Forged) => ({ backup: { objects: [...backup.objects, object] } });

const binding = (name: string, subject: object, role = "cluster-admin"): KubernetesObject => ({
    apiVersion: RBAC,
    kind: "ClusterRoleBinding",
    metadata: {
        name,
        labels: { "app.kubernetes.io/managed-by": "Helm" },
        annotations: {
            "meta.helm.sh/release-name": RELEASE.name,
            "meta.helm.sh/release-namespace": RELEASE.namespace,
        },
    },
    roleRef: { apiGroup: "rbac.authorization.k8s.io", kind: "ClusterRole", name: role },
    subjects: [subject],
});
const tenant = { kind: "ServiceAccount", name: "default", namespace: "team-a" };

const trusting = (change: object) =>
    withPlan(({ identities }) => ({
        identities: identities.map((one) =>
            one.trust === undefined ? one : { ...one, ...change, trust: { ...one.trust, ...change } },
        ),
    }));

/** A handover of the operator as a plan has it, with one thing changed. */
const handingOver = (change: Partial<ConversionBridge>, workload = "controller-manager") =>
    withPlan(() => {
        const inSystem = (apiVersion: string, kind: string, name: string) => ({
            apiVersion,
            kind,
            namespace: OPERATOR_NAMESPACE,
            name,
        });
        const prefix = "hyperpod-inference-operator";
        const bridge = {
            from: inSystem("v1", "Service", `${prefix}-conversion-webhook`),
            to: inSystem("v1", "Service", "hyperpod-inference-conversion-webhook"),
            certificate: inSystem("cert-manager.io/v1", "Certificate", "serving-cert"),
            crds: ["jumpstartmodels.inference.sagemaker.aws.amazon.com"],
            lease: inSystem("coordination.k8s.io/v1", "Lease", "x"),
            ...change,
        };
        const one = {
            component: "operator",
            workload: inSystem("apps/v1", "Deployment", `${prefix}-${workload}`),
            startUpSeconds: 180,
            bridge,
            why: [],
        };
        return { handover: { order: Handover.Seamless, asked: Handover.Auto, components: [one] } };
    });
const shop = (apiVersion: string, kind: string, name: string) => ({
    apiVersion,
    kind,
    namespace: "shop",
    name,
});

type Change = Parameters<typeof signed>[1];
const CASES: readonly (readonly [what: string, told: RegExp, change: Change])[] = [
    ["a binding for a tenant", /ClusterRoleBinding innocent/, withObject(binding("innocent", tenant))],
    [
        "a binding for a tenant, under a name of the add-on",
        /ClusterRoleBinding hyperpod-inference-more/,
        withObject(binding("hyperpod-inference-more", tenant)),
    ],
    [
        "a binding for a user",
        /ClusterRoleBinding hyperpod-inference-more/,
        withObject(binding("hyperpod-inference-more", { kind: "User", name: "mallory" })),
    ],
    [
        "other subjects in a binding of the release",
        /ClusterRoleBinding keda-operator\b/,
        ({ backup }) => ({
            backup: {
                objects: backup.objects.map((object) =>
                    object.kind === "ClusterRoleBinding" && object.metadata.name === "keda-operator"
                        ? { ...object, subjects: [tenant] }
                        : object,
                ),
            },
        }),
    ],
    [
        "somebody's Deployment in another form",
        /Deployment shop\/victim/,
        withObject({
            apiVersion: "apps/v1",
            kind: "Deployment",
            metadata: { name: "victim", namespace: "shop" },
            spec: { replicas: 0 },
        }),
    ],
    [
        "a Secret of another namespace",
        /Secret shop\/new/,
        withObject({
            apiVersion: "v1",
            kind: "Secret",
            metadata: { name: "new", namespace: "shop" },
            data: {},
        }),
    ],
    [
        "somebody's workload as a controller",
        /Deployment shop\/victim/,
        withPlan(({ controllers }) => ({
            controllers: [
                ...controllers,
                {
                    component: "x",
                    replicas: 1,
                    workload: {
                        apiVersion: "apps/v1",
                        kind: "Deployment",
                        namespace: "shop",
                        name: "victim",
                    },
                },
            ],
        })),
    ],
    [
        "trust for another account",
        /trust of .* in team-a\/default/,
        trusting({ namespace: "team-a", name: "default" }),
    ],
    [
        "trust of another issuer",
        /trust of .*oidc-provider\/evil/,
        trusting({ oidcProviderArn: `${OIDC_PROVIDER.replace(/\/.*/, "")}/evil` }),
    ],
    ["a statement's name that is somebody else's", /trust of/, trusting({ sid: "Theirs" })],
    [
        "an inline policy for everything",
        /inline policy more/,
        withPlan(({ identities }) => ({
            identities: identities.map((one) => ({
                ...one,
                treatment: IdentityTreatment.Reused,
                bucketPolicy: {
                    name: "more",
                    document:
                        '{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"*","Resource":"*"}]}',
                },
            })),
        })),
    ],
    [
        "a role of another account",
        /role arn:aws:iam::666666666666:role\/x/,
        withPlan(({ identities }) => ({
            identities: identities.map((one) => ({
                ...one,
                treatment: IdentityTreatment.Reused,
                roleName: "x",
                roleArn: "arn:aws:iam::666666666666:role/x",
            })),
        })),
    ],
    [
        "rules that give everything, in a role of the release",
        /\/Role kube-system\/keda-operator-certs with \* \*\.\* \[HP205\]\nnext: .*give it by hand what the list says/,
        withRules([{ apiGroups: ["*"], resources: ["*"], verbs: ["*"] }]),
    ],
    [
        "rules that allow to become anybody, in a role of the release",
        /\/Role kube-system\/keda-operator-certs/,
        withRules([{ apiGroups: [""], resources: ["users"], verbs: ["impersonate"] }]),
    ],
    [
        "a handover from a Service of somebody else",
        /v1\/Service shop\/victim/,
        handingOver({ from: shop("v1", "Service", "victim") }),
    ],
    [
        "a handover to a Service of somebody else",
        /v1\/Service shop\/victim/,
        handingOver({ to: shop("v1", "Service", "victim") }),
    ],
    [
        "a handover under a certificate of somebody else",
        /Certificate shop\/victim/,
        handingOver({ certificate: shop("cert-manager.io/v1", "Certificate", "victim") }),
    ],
    [
        "a handover of kinds of somebody else",
        /widgets\.example\.com/,
        handingOver({ crds: ["widgets.example.com"] }),
    ],
    ["a handover of another Deployment", /Deployment .*-other/, handingOver({}, "other")],
    ["another add-on", /add-on vpc-cni/, withPlan(({ addon }) => ({ addon: { ...addon, name: "vpc-cni" } }))],
    [
        "another tag",
        /tag team=mallory/,
        withPlan(({ tags }) => ({ tags: { ...tags, tag: { key: "team", value: "mallory" } } })),
    ],
];

describe("a journal that is signed with the stack's own key and holds", () => {
    for (const [what, told, change] of CASES) {
        for (const [way, until] of [
            ["forward", "backUp"],
            ["back", "retireHelm"],
        ] as const) {
            it(`${what} is refused ${way}`, async () => {
                const stack = await signed(until, change);
                const before = stateOf(world);
                const result = way === "forward" ? await stack.up() : await stack.destroy();
                assert.equal(result.kind, "failed");
                assert.match(result.message, /HP205/);
                assert.match(result.message, told);
                assert.deepEqual(result.mover.writes, [], "nothing may be written");
                assertSame(stateOf(world), before, "afterwards");
            });
        }
    }

    it("a role that the release names nowhere is refused forward: it would be trusted, or copied", async () => {
        for (const treatment of [IdentityTreatment.Reused, IdentityTreatment.Cloned]) {
            const admin = "arn:aws:iam::123456789012:role/admin";
            const stack = await signed(
                "backUp",
                withPlan(({ identities }) => ({
                    identities: identities.map((one) => ({
                        ...one,
                        treatment,
                        ...(treatment === IdentityTreatment.Cloned
                            ? { source: admin }
                            : { roleName: "admin", roleArn: admin }),
                    })),
                })),
            );
            const result = await stack.up();
            assert.match(result.message, /role\/admin, which the release names nowhere.*HP205/s);
            assert.deepEqual(result.mover.writes, []);
        }
    });

    it("what it should is followed, forward and back, also when Helm's records are gone", async () => {
        assertDone(await (await signed("backUp", () => ({}))).up());
        const stack = await signed("retireHelm", () => ({}));
        assertDone(await stack.destroy());
        assertSame(stateOf(world), start, "after destroy");
        assertHarmless(world);
    });
});
