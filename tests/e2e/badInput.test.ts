// Input that cannot work: an error that names the property or the step and the next command, in time, and nothing written.
import assert from "node:assert/strict";
import { DeleteClusterCommand } from "@aws-sdk/client-eks";
import { setReleaseStatus } from "../../sandbox/content";
import { awsClients } from "../../sandbox/content/awsClients";
import type { Sandbox } from "../../sandbox/sandbox";
import "./hooks";
import { assertToldOnce, DEMO_RELEASE, fails, QUICK, succeeds } from "./runs";
import { fresh } from "./stage";

interface Case {
    readonly what: string;
    readonly args: unknown;
    readonly env?: Record<string, string>;
    /** Makes the world bad; what it answers makes it good again. */
    readonly before?: (sandbox: Sandbox) => Promise<() => Promise<unknown>>;
    readonly told: readonly RegExp[];
}

const DEAD_END = "http://127.0.0.1:9";
const NO_CREDENTIALS = {
    AWS_ACCESS_KEY_ID: "",
    AWS_SECRET_ACCESS_KEY: "",
    AWS_EC2_METADATA_DISABLED: "true",
    AWS_SHARED_CREDENTIALS_FILE: "/nonexistent",
    AWS_CONFIG_FILE: "/nonexistent",
};

const CASES: readonly Case[] = [
    {
        what: "wrong types, unknown properties and contradictions, all at once",
        args: {
            clusterName: 5,
            commit: "yes",
            until: "Lunch",
            installTimeoutMinutes: -1,
            addonVersion: "1.3",
            wish: 1,
        },
        told: [
            /clusterName.*must be a string .*, not number 5/,
            /commit.*must be true or false/,
            /until.*must be one of/,
            /installTimeoutMinutes.*must be a whole number of minutes from 1 to 1440/,
            /addonVersion.*must be an add-on version, like v1\.3\.0-eksbuild\.1/,
            /wish.*is no input/,
        ],
    },
    {
        what: "empty names",
        args: { clusterName: "", releaseName: " ", region: "" },
        told: [
            /clusterName.*must be an EKS cluster name/,
            /releaseName.*must be a Helm release name/,
            /region.*must be an AWS Region/,
        ],
    },
    {
        what: "an unknown cluster",
        args: { clusterName: "nowhere" },
        told: [
            /clusterName/,
            /there is no EKS cluster nowhere in us-west-2 \[HP102\]/,
            /next: .*aws eks list-clusters/,
        ],
    },
    {
        what: "no such release",
        args: { clusterName: "demo", releaseName: "another" },
        told: [
            /releaseName/,
            /no Helm release .* was found on cluster demo by that name and namespace; \S+ holds it \[HP110\]/,
            /next: set `releaseName` to \S+ and `releaseNamespace` to \S+/,
        ],
    },
    {
        what: "a release that is pending",
        args: { clusterName: "demo" },
        before: async (sandbox) => {
            await setReleaseStatus(sandbox, DEMO_RELEASE, "pending-upgrade");
            return async () => undefined;
        },
        told: [/releaseName/, /is pending-upgrade \[HP111\]/, /next: .*helm rollback/],
    },
    {
        what: "an unreachable cluster",
        args: { clusterName: "demo" },
        before: async (sandbox) => {
            const outage = await sandbox.faults.outage("kubernetes");
            return () => outage.end();
        },
        told: [
            /clusterName/,
            /connect: cannot reach the API server for cluster demo \[HP104\]/,
            /next: .*network/,
        ],
    },
    {
        what: "an unreachable AWS endpoint",
        args: { clusterName: "demo" },
        env: { AWS_ENDPOINT_URL: DEAD_END },
        told: [/clusterName/, /connect: cannot reach .* for cluster demo \[HP104\]/, /next: .*network/],
    },
    {
        what: "no credentials",
        args: { clusterName: "demo" },
        env: NO_CREDENTIALS,
        told: [
            /clusterName/,
            /connect: access denied by .* for cluster demo \[HP103\]/,
            /next: .*aws sts get-caller-identity/,
        ],
    },
    {
        what: "credentials that may not look into the cluster",
        args: { clusterName: "demo" },
        before: async ({ aws, accountId }) => {
            const user = `arn:aws:iam::${accountId}:user/sandbox-operator`;
            await aws.mapPrincipal(user, { username: "nobody", groups: [] });
            return () => aws.mapPrincipal(user);
        },
        told: [/clusterName/, /\[HP(103|132)\]/, /next: /],
    },
];

describe("bad input", function () {
    this.timeout(600_000);

    for (const { what, args, env, before, told } of CASES) {
        it(`${what}: told by name, with the next command, nothing written`, async () => {
            const scene = await fresh({ args, ...(env ? { env } : {}) });
            const repair = await before?.(scene.sandbox);
            try {
                const text = fails(await scene.pulumi.up());
                for (const expected of told) assert.match(text, expected);
                assert.deepEqual(scene.sandbox.faults.writes(), [], "nothing was written");
                assert.doesNotMatch(
                    text,
                    /undefined|\[object Object\]|\n\s+at .*\.js:/,
                    "no leftovers of code",
                );
            } finally {
                await repair?.();
            }
        });
    }

    it("a cluster that is gone at destroy: says so, and how to forget the move", async () => {
        const { sandbox, pulumi } = await fresh({ args: { ...QUICK, until: "backUp" } });
        succeeds(await pulumi.up("--skip-preview"));
        await awsClients(sandbox).eks.send(new DeleteClusterCommand({ name: sandbox.clusterName }));
        sandbox.faults.reset();
        const run = await pulumi.destroy("--skip-preview");
        const text = fails(run);
        assertToldOnce(run);
        assert.match(text, /there is no EKS cluster demo in us-west-2 \[HP102\]/);
        assert.match(text, /next: .*pulumi state delete/);
        assert.deepEqual(sandbox.faults.writes(), []);
    });
});
