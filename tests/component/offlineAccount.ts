// A sandbox with a bare cluster, and Pulumi on it with the stand-in aws plugin: what the end-to-end tests of the component start from.
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { captureState, type Difference, type State } from "../../sandbox/compare";
import { type BareCluster, type BareClusterOptions, createBareCluster } from "../../sandbox/content";
import { Pulumi } from "../../sandbox/pulumi/driver";
import type { Sandbox } from "../../sandbox/sandbox";
import { emptySandbox } from "../run/sharedSandbox";
import { buildPackage } from "./builtPackage";

const projectRoot = path.resolve(__dirname, "../..");

/** Folders of the plugins that stand in for the real ones, for PATH. */
const standIns = ["aws-provider", "kubernetes-provider"].map((name) =>
    path.join(projectRoot, "sandbox", name),
);

export interface Examples {
    /** Pulumi on one of the examples, with a stack of its own. */
    example(name: string, config?: Record<string, string>): Pulumi;
    /** What the stacks left in folders; the sandbox stays. */
    remove(): void;
}

export interface OfflineAccount extends Examples {
    sandbox: Sandbox;
    cluster: BareCluster;
}

export async function offlineAccount(options: BareClusterOptions = {}): Promise<OfflineAccount> {
    const sandbox = await emptySandbox();
    const cluster = await createBareCluster(sandbox, options);
    return { sandbox, cluster, ...examplesOn(sandbox) };
}

/** The examples as programs of a user of this sandbox. */
export function examplesOn(sandbox: Sandbox): Examples {
    buildPackage();
    const folders: string[] = [];
    return {
        example(name, config = {}) {
            const backendDirectory = mkdtempSync(path.join(tmpdir(), "component-state-"));
            const stack = path.basename(backendDirectory);
            const projectDirectory = path.join(projectRoot, "examples", name);
            // The stack's configuration and salt, which `pulumi config set` writes beside the program.
            folders.push(backendDirectory, path.join(projectDirectory, `Pulumi.${stack}.yaml`));
            return new Pulumi({
                projectDirectory,
                backendDirectory,
                stack,
                env: { ...sandbox.env, PATH: [...standIns, sandbox.env.PATH].join(":") },
                config: { clusterName: sandbox.clusterName, ...config },
            });
        },
        remove() {
            for (const folder of folders) rmSync(folder, { recursive: true, force: true });
        },
    };
}

/** The state once the cluster is done with what was deleted: until then a listed kind may answer 404, and a namespace is on its way out. */
export async function settledState(sandbox: Sandbox): Promise<State> {
    for (let tries = 1; ; tries += 1) {
        try {
            const state = await captureState(sandbox);
            if (tries === 30 || !Object.values(state.kubernetes).some(isTerminatingNamespace)) return state;
        } catch (error) {
            if (tries === 30) throw error;
        }
        await new Promise((resolve) => setTimeout(resolve, 1_000));
    }
}

function isTerminatingNamespace(object: unknown): boolean {
    const { kind, metadata } = object as { kind?: string; metadata?: { deletionTimestamp?: string } };
    return kind === "Namespace" && metadata?.deletionTimestamp !== undefined;
}

/** What a destroyed stack may leave: EKS keeps the namespace of an add-on it removed. */
export function isExpectedRest({ where, key }: Difference): boolean {
    return where === "kubernetes" && /^Namespace cert-manager$|^\w+ cert-manager\//.test(key);
}
