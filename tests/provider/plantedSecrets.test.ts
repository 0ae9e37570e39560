// Secrets are planted in every input and in every Secret of the cluster; nothing that a move tells anybody, at whatever position it fails, holds one of them.
import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { withTrust } from "../../common/iam/trustPolicy";
import type { AddonRequest } from "../../provider/ports/world";
import { SecretValues, unmarked } from "../../provider/pulumi/secretValues";
import { pageOf } from "../../provider/report/page";
import { movesIn } from "../../provider/report/storedState";
import { connectWith } from "./memory/connectWith";
import { assertDone, startOf } from "./memory/expectations";
import { HELM_TRUST, OIDC_PROVIDER, roleOf } from "./memory/roles";
import { encode } from "./memory/serving";
import { MemoryStack, type Result } from "./memoryStack";

const folder = mkdtempSync(path.join(tmpdir(), "planted-"));
const ROLE = "arn:aws:iam::123456789012:role/";
const ROLES = {
    executionRoleArn: "SageMakerHyperPodInference-planted-operator",
    albRoleArn: "planted-alb",
    kedaRoleArn: "planted-keda",
};
const ACCOUNTS = ["hyperpod-inference-controller-manager", "aws-load-balancer-controller", "keda-operator"];
const trusting = (name: string) =>
    withTrust(HELM_TRUST, {
        sid: "Planted",
        oidcProviderArn: OIDC_PROVIDER,
        namespace: "hyperpod-inference-system",
        name,
    });
const KUBECONFIG = `apiVersion: v1
clusters:
- {name: memory, cluster: {server: "https://memory"}}
users:
- name: someone
  user:
    token: planted-kubeconfig-token
    client-key-data: cGxhbnRlZC1rZXk=
`;
const SECRET_INPUTS = {
    profile: "planted-profile",
    context: "planted-context",
    addonVersion: "v1.3.0-eksbuild.1",
    tlsCertificateS3Bucket: "planted-bucket",
    hyperpodClusterArn: "arn:aws:sagemaker:us-west-2:123456789012:cluster/plantedplant",
    additionalConfiguration: {
        nodeSelector: { pool: "planted-pool" },
        tolerations: [{ key: "planted-toleration", operator: "Exists" }],
    },
    ...Object.fromEntries(Object.entries(ROLES).map(([input, name]) => [input, `${ROLE}${name}`])),
};
const INPUTS = {
    clusterName: "demo",
    onUnsupportedSettings: "Drop",
    report: path.join(folder, "move.html"),
    kubeconfig: KUBECONFIG,
    access: {
        keys: { accessKeyId: "planted-access-key", secretAccessKey: "planted-secret-key" },
        assumeRoles: [{ roleArn: `${ROLE}team`, externalId: "planted-external-id" }],
    },
    ...SECRET_INPUTS,
    secretInputs: Object.keys(SECRET_INPUTS),
};

const { world, snapshot } = startOf(
    {
        values: { apiToken: "planted-helm-value", alb: { extra: { password: "planted-helm-value" } } },
        dependencies: [
            {
                apiVersion: "v1",
                kind: "Secret",
                metadata: { name: "of-the-chart", namespace: "kube-system" },
                data: { password: encode("planted-in-the-manifest") },
                stringData: { password: "planted-in-the-manifest" },
            },
        ],
    },
    (made) => {
        for (const [index, name] of Object.values(ROLES).entries())
            made.data.roles.set(name, roleOf(name, { trustPolicy: trusting(ACCOUNTS[index] ?? "") }));
        for (const secret of made.store.all("Secret"))
            if (secret.type !== "helm.sh/release.v1")
                made.store.merge(
                    { ...secret, ...secret.metadata, namespace: secret.metadata.namespace ?? "" },
                    { data: { planted: encode("planted-in-a-secret") } },
                    { manager: "tenant", operation: "Update" },
                );
    },
);

/** Plain, and as base64 at any offset. */
const PLANTED = /planted|cGxhbnRlZ|BsYW50ZW|wbGFudGVk/i;
/** The engine encrypts them. */
const ENCRYPTED = new Set(["journal", "journalKey", "inputs", "addonConfiguration"]);

function begin(): MemoryStack {
    world.restore(snapshot);
    rmSync(INPUTS.report, { force: true });
    return new MemoryStack(world, INPUTS);
}

function assertNothingTold(stack: MemoryStack, { message }: Pick<Result, "message">, when: string): void {
    const outputs = Object.entries(stack.answered).filter(
        ([name, value]) => !ENCRYPTED.has(name) && unmarked(value) === value,
    );
    const told: Record<string, string> = {
        progress: stack.progress.join("\n"),
        warnings: stack.warnings.join("\n"),
        error: message,
        plan: JSON.stringify(stack.resource?.inputs.plan ?? []),
        outputs: JSON.stringify(outputs),
        report: readIfThere(INPUTS.report),
    };
    for (const [where, text] of Object.entries(told)) {
        const found = PLANTED.exec(text);
        const near = found ? text.slice(Math.max(0, found.index - 80), found.index + 60) : "";
        assert.ok(found === null, `${when}: ${where} tells …${near}…`);
    }
}

function readIfThere(file: string): string {
    try {
        return readFileSync(file, "utf8");
    } catch (error) {
        if ((error as NodeJS.ErrnoException).code === "ENOENT") return "";
        throw error;
    }
}

describe("planted secrets", () => {
    after(() => rmSync(folder, { recursive: true, force: true }));

    it("are in no plan, line, output, report or log of a move, a refresh with drift, and the undo", async () => {
        const stack = begin();
        const up = await stack.up();
        assertDone(up);
        assertNothingTold(stack, up, "up");
        // What was planted did reach the add-on, or this test would prove nothing.
        const addon = [...world.data.addons.values()].find(({ name }) => /inference/.test(name));
        assert.match(addon?.configurationValues ?? "", /planted-pool.*planted-toleration/);
        assert.match(readIfThere(INPUTS.report), /<html/);
        assert.notEqual(unmarked(stack.answered.addonVersion), stack.answered.addonVersion);
        const refreshed = await stack.refresh();
        assertDone(refreshed);
        assertNothingTold(stack, refreshed, "refresh");
        const again = await stack.up({ removeTimeoutMinutes: 30 });
        assertDone(again);
        assertNothingTold(stack, again, "the second up");
        const down = await stack.destroy();
        assertDone(down);
        assertNothingTold(stack, down, "destroy");
    });

    it("are in no error, wherever up or destroy fails", async () => {
        const clean = begin();
        const { mover } = await clean.up();
        world.settle();
        const moved = { world: world.snapshot(), stack: clean.save() };
        const errors: string[] = [];
        const way = (await clean.destroy()).mover.writes.length;
        for (let write = 1; write <= mover.writes.length; write += 6) {
            const stack = begin();
            const failed = await stack.up({}, { write, moment: "before", kind: "fail", times: 500 });
            errors.push(failed.message);
            assertNothingTold(stack, failed, `up that fails at write ${write}`);
        }
        for (let write = 1; write <= way; write += 6) {
            const stack = begin();
            world.restore(moved.world);
            stack.load(moved.stack);
            const failed = await stack.destroy({ write, moment: "after", kind: "fail", times: 500 });
            errors.push(failed.message);
            assertNothingTold(stack, failed, `destroy that fails at write ${write}`);
        }
        assert.ok(errors.filter((message) => message !== "").length > 20, "most of them fail");
    });

    it("are in no word of EKS's that quotes the settings, and in no stack trace", async () => {
        world.restore(snapshot);
        const stack = new MemoryStack(
            world,
            INPUTS,
            true,
            connectWith((connection) => {
                const { addons, log } = connection.world;
                const create = addons.create.bind(addons);
                Object.assign(addons, {
                    create: async (request: AddonRequest) => {
                        const { name, configurationValues } = request;
                        if (!/inference/.test(name)) return create(request);
                        log.progress(`sent ${configurationValues}`);
                        log.warn(`refused ${configurationValues}`);
                        throw new Error(`InvalidParameterException: ${configurationValues}`);
                    },
                });
                return connection;
            }),
        );
        const failed = await stack.up();
        assert.match(failed.message, /InvalidParameterException.*\[secret\]/);
        assert.match(stack.progress.join("\n"), /sent .*\[secret\]/);
        assert.match(stack.warnings.join("\n"), /refused .*\[secret\]/);
        assertNothingTold(stack, failed, "up");
    });

    it("are in no refusal of inputs, also of one that is no longer the same", async () => {
        for (const change of [
            { addonVersion: "planted-version" },
            { albRoleArn: "planted-no-arn" },
            { albRoleArn: `${ROLE}planted-and-gone` },
            { additionalConfiguration: { alb: { enabled: "planted-no-flag" }, extra: "planted" } },
            { hyperpodClusterArn: "planted", executionRoleArn: `${ROLE}planted-other-name` },
            { kubeconfig: "\n{planted: [" },
        ]) {
            const stack = begin();
            const result = await stack.up(change);
            assertNothingTold(stack, result, JSON.stringify(change));
        }
    });

    it("are in no page that is made from the state later", async () => {
        const stack = begin();
        assertDone(await stack.up());
        const type = "pulumi-nodejs:dynamic/hyperpod:HelmToAddonMigration";
        const resources = [{ urn: "urn::move", type, outputs: stack.resource?.outputs }];
        const [move] = movesIn({ deployment: { resources } }, 0);
        assert.ok(move?.source.plan, "the page has the journal's plan");
        const [found] = PLANTED.exec(pageOf(move.source)) ?? [];
        assert.equal(found, undefined);
    });
});

describe("a secret value", () => {
    const secrets = SecretValues.in({
        additionalConfiguration: { a: 'with "quotes" and\na second line', b: ["x"], c: "demo" },
        until: "backUp",
        secretInputs: ["additionalConfiguration", "until"],
    });

    it("is taken out as it is, as JSON, as base64, and line by line", () => {
        for (const text of [
            'with "quotes" and\na second line',
            JSON.stringify('with "quotes" and\na second line'),
            Buffer.from('with "quotes" and\na second line').toString("base64"),
            "near a second line of it",
        ]) {
            assert.ok(secrets.withheld(text).includes("[secret]"), text);
            assert.doesNotMatch(secrets.withheld(text), /quotes|second|cXVvdGVz/, text);
        }
    });

    it("that is short goes only as a word of its own, and our own words stay", () => {
        assert.equal(
            secrets.withheld("cluster/demo of demonstrations"),
            "cluster/[secret] of demonstrations",
        );
        assert.equal(secrets.withheld("stops after backUp, x"), "stops after backUp, x");
    });
});
