// Small words that end-to-end tests say about runs and states of Pulumi.
import assert from "node:assert/strict";
import type { HelmInstallation } from "../../sandbox/content";
import { requestJson } from "../../sandbox/kubernetes/requestJson";
import type { Pulumi, PulumiRun } from "../../sandbox/pulumi/driver";
import type { Sandbox } from "../../sandbox/sandbox";

export const RELEASE = "hyperpod-inference-operator";
export const ADDON = "amazon-sagemaker-hyperpod-inference";
/** The demo's installation, as far as the changes of a test need it. */
export const DEMO_RELEASE = {
    releaseName: RELEASE,
    namespace: "kube-system",
    revisions: 3,
} as HelmInstallation;
const JOURNAL = `pulumi-hyperpod-migration-${RELEASE}`;
export const JOURNAL_PATH = `/api/v1/namespaces/kube-system/secrets/${JOURNAL}`;
export const LEASE_PATH = `/apis/coordination.k8s.io/v1/namespaces/kube-system/leases/${JOURNAL}`;

/** Arguments of a move that leaves the dependencies where they are: half the time, and the same journal, steps and undos. */
export const QUICK = { clusterName: "demo", skipDependenciesMigration: true };

export function succeeds(run: PulumiRun): PulumiRun {
    assert.equal(run.exitCode, 0, textOf(run));
    return run;
}

/** The text of a run that must fail. */
export function fails(run: PulumiRun): string {
    assert.notEqual(run.exitCode, 0, `should have failed:\n${textOf(run)}`);
    return textOf(run);
}

/** Of each error code no line stands twice under Diagnostics: not as a warning and an error, nor as output of a process beside it. */
export function assertToldOnce({ stdout }: PulumiRun): void {
    const [, diagnostics = ""] = stdout.split(/^Diagnostics:$/m);
    const told = diagnostics
        .split("\n")
        .filter((line) => /\[HP\d{3}\]/.test(line))
        .map((line) => line.replace(/^\s*(?:\*|error:|warning:)?\s*/, ""));
    assert.deepEqual(told, [...new Set(told)], "told once");
}

export function textOf({ stdout, stderr }: PulumiRun): string {
    return `${stdout}\n${stderr}`;
}

/** Undefined when the API server has no such object. */
export async function readObject(
    sandbox: Sandbox,
    path: string,
): Promise<Record<string, unknown> | undefined> {
    try {
        return (await requestJson(sandbox, "GET", path)) as Record<string, unknown>;
    } catch (error) {
        if (/: 404 /.test((error as Error).message)) return undefined;
        throw error;
    }
}

export interface MigrationState {
    readonly phase: string;
    readonly steps: { name: string; state: string }[];
    readonly journal?: JournalCopy;
    readonly [output: string]: unknown;
}

/** The outputs of the migration in the stack's state, secrets opened; undefined when it is not there. */
export async function migrationIn(pulumi: Pulumi): Promise<MigrationState | undefined> {
    const { resources = [] } = await pulumi.exportState();
    const { outputs } = resources.find(({ type }) => type.endsWith(":HelmToAddonMigration")) ?? {};
    if (outputs === undefined) return undefined;
    const { journal } = outputs as { journal?: { plaintext?: string } };
    const opened = journal?.plaintext === undefined ? {} : { journal: JSON.parse(journal.plaintext) };
    return { ...outputs, ...opened } as MigrationState;
}

export interface JournalCopy {
    readonly document: string;
    readonly hash: string;
}

export async function journalInCluster(sandbox: Sandbox): Promise<JournalCopy | undefined> {
    const secret = (await readObject(sandbox, JOURNAL_PATH)) as { data: Record<string, string> } | undefined;
    const open = (key: string) => Buffer.from(secret?.data[key] ?? "", "base64").toString("utf8");
    return secret && { document: open("document"), hash: open("hash") };
}
