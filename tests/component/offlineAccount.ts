// A sandbox with a bare cluster, and Pulumi on it with the stand-in aws plugin: what the end-to-end tests of the component start from.
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { captureState, type Difference, type State } from "../../sandbox/compare";
import { type BareCluster, type BareClusterOptions, createBareCluster } from "../../sandbox/content";
import { Pulumi } from "../../sandbox/engine/driver";
import { type Sandbox, startSandbox } from "../../sandbox/sandbox";
import { buildPackage } from "./builtPackage";

const projectRoot = path.resolve(__dirname, "../..");

export interface OfflineAccount {
    sandbox: Sandbox;
    cluster: BareCluster;
    /** Pulumi on one of the examples, with a stack of its own. */
    example(name: string, config?: Record<string, string>): Pulumi;
    stop(): Promise<void>;
}

export async function offlineAccount(options: BareClusterOptions = {}): Promise<OfflineAccount> {
    buildPackage();
    const sandbox = await startSandbox({});
    const cluster = await createBareCluster(sandbox, options);
    const folders: string[] = [];
    return {
        sandbox,
        cluster,
        example(name, config = {}) {
            const backendDirectory = mkdtempSync(path.join(tmpdir(), "component-state-"));
            // The stack's configuration and salt, which `pulumi config set` writes beside the program.
            folders.push(backendDirectory, path.join(projectRoot, "examples", name, "Pulumi.dev.yaml"));
            return new Pulumi({
                projectDirectory: path.join(projectRoot, "examples", name),
                backendDirectory,
                // The plugin on PATH is the stand-in.
                env: {
                    ...sandbox.env,
                    PATH: `${path.join(projectRoot, "sandbox/aws-provider")}:${sandbox.env.PATH ?? ""}`,
                },
                config: { clusterName: sandbox.clusterName, ...config },
            });
        },
        async stop() {
            await sandbox.stop();
            for (const folder of folders) rmSync(folder, { recursive: true, force: true });
        },
    };
}

/** The state once the API server has stopped serving what was just deleted; until then a listed kind may answer 404. */
export async function settledState(sandbox: Sandbox): Promise<State> {
    for (let tries = 1; ; tries += 1) {
        try {
            return await captureState(sandbox);
        } catch (error) {
            if (tries === 20) throw error;
            await new Promise((resolve) => setTimeout(resolve, 1_000));
        }
    }
}

/** What a destroyed stack may leave: EKS keeps the namespace of an add-on it removed. */
export function isExpectedRest({ where, key }: Difference): boolean {
    return where === "kubernetes" && /^Namespace cert-manager$|^\w+ cert-manager\//.test(key);
}
