// One sandbox for all end-to-end tests of a process; every test starts from a baseline that is restored. Asserts nothing itself.
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import {
    captureState,
    compareStates,
    type Difference,
    describeDifferences,
    type State,
} from "../../sandbox/compare";
import { Pulumi } from "../../sandbox/pulumi/driver";
import type { Sandbox } from "../../sandbox/sandbox";
import { type Content, DEMO } from "../../sandbox/startFrom";
import { closeSandbox, sandboxWith } from "../run/sharedSandbox";

const EXAMPLE = resolve(__dirname, "../../examples/move-from-helm");
/** The program whose one migration takes its arguments from the test. */
const PROGRAM = join(__dirname, "programs/move");

export interface Stage {
    readonly sandbox: Sandbox;
    /** The state that every test starts from, and every undo must end in. */
    readonly start: State;
}

export interface Scene extends Stage {
    /** A stack that knew nothing when the scene opened. */
    readonly pulumi: Pulumi;
    /** Where its state, the backups and the history lie. */
    readonly backendDirectory: string;
    /** The same stack, its program with other arguments. */
    with(args: unknown, env?: Record<string, string>): Pulumi;
}

export interface SceneOptions {
    readonly content?: Content;
    /** Laid over the content, for this scene alone. */
    readonly change?: (sandbox: Sandbox) => Promise<unknown>;
    /** Arguments of the migration; without them the example of the README runs. */
    readonly args?: unknown;
    readonly env?: Record<string, string>;
}

const starts = new Map<string, State>();
const folders: string[] = [];

export async function closeStage(): Promise<void> {
    for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true });
    await closeSandbox();
    starts.clear();
}

/** The cluster and AWS as at the start, no fault armed, and a stack that knows nothing. */
export async function fresh(options: SceneOptions = {}): Promise<Scene> {
    const content = options.content ?? DEMO;
    const sandbox = await sandboxWith(content);
    await options.change?.(sandbox);
    const known = options.change === undefined ? starts.get(content.name) : undefined;
    const start = known ?? (await captureState(sandbox));
    if (options.change === undefined) starts.set(content.name, start);
    sandbox.faults.reset();
    const backendDirectory = newFolder();
    const stack = (args: unknown, env = options.env) =>
        new Pulumi({
            projectDirectory: args === undefined ? EXAMPLE : PROGRAM,
            backendDirectory,
            env: {
                ...sandbox.env,
                ...(args === undefined ? {} : { MOVE_ARGS: JSON.stringify(args) }),
                ...env,
            },
            config: args === undefined ? { clusterName: sandbox.clusterName } : {},
        });
    const pulumi = stack(options.args);
    await pulumi.ensureStack();
    return { sandbox, start, pulumi, backendDirectory, with: stack };
}

/** A temporary folder that goes when the stage closes. */
export function newFolder(): string {
    const folder = mkdtempSync(join(tmpdir(), "hyperpod-e2e-"));
    folders.push(folder);
    return folder;
}

/** What differs from the start, for people; empty when nothing does. */
export async function differencesFromStart({ sandbox, start }: Stage): Promise<string> {
    return inWords(compareStates(start, await captureState(sandbox)));
}

/** Differences for people; empty when there are none. */
export function inWords(differences: Difference[]): string {
    return differences.length === 0 ? "" : describeDifferences(differences);
}

/** What differs between two ends of a move, apart from what each move makes anew: certificates, keys, its journal. */
export function differencesBetweenMoves(one: State, other: State): Difference[] {
    return compareStates(one, other, { ignore: isMadeAnew });
}

const OWN_SECRETS =
    /^Secret (hyperpod-inference-system\/(webhook-server-cert|alb-tls|kedaorg-certs)|cert-manager\/cert-manager-webhook-ca)$/;

function isMadeAnew({ key, path, before, after }: Difference): boolean {
    if (/pulumi-hyperpod-migration-/.test(key)) return true;
    if (OWN_SECRETS.test(key)) return true;
    if (/caBundle/.test(path)) return true;
    // Each sandbox listens on ports of its own.
    if (/^eks:Cluster /.test(key) && path === "endpoint") return true;
    if (/^coordination\.k8s\.io\/Lease kube-system\/apiserver-/.test(key)) return true;
    // The API server draws the addresses of new Services.
    if (/^networking\.k8s\.io\/IPAddress /.test(key) || /^spec\.clusterIPs?\b/.test(path)) return true;
    // A clone carries the number of its migration.
    return (
        /migration/.test(path) ||
        /pulumi-hyperpod-inference/.test(`${JSON.stringify(before)}${JSON.stringify(after)}`)
    );
}

/** Until `done` answers true; throws after the time. */
export async function until(
    what: string,
    timeoutMs: number,
    done: () => Promise<boolean> | boolean,
): Promise<void> {
    const deadline = Date.now() + timeoutMs;
    while (!(await done())) {
        if (Date.now() > deadline) throw new Error(`waited ${timeoutMs / 1000} s for ${what}`);
        await new Promise((next) => setTimeout(next, 100));
    }
}
