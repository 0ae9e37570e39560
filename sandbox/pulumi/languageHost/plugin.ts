// A RunPlugin request comes in (a folder with PulumiPlugin.yaml or PulumiPolicy.yaml), its output and at last its exit code go out.
import { spawn } from "node:child_process";
import { type RunPluginRequest, RunPluginResponse } from "@pulumi/pulumi/proto/language_pb";
import { nodeProgram, sdkFile } from "./options";

/** Resolves when the plugin has ended; the signal ends it. */
export function runPlugin(
    request: RunPluginRequest,
    send: (response: RunPluginResponse) => void,
    signal: AbortSignal,
): Promise<void> {
    const plugin = nodeProgram(request.getInfo());
    const isPolicyPack = request.getKind() === "analyzer";
    const runner = sdkFile(plugin.directory, isPolicyPack ? "cmd/run-policy-pack" : "cmd/run-plugin");
    const given = request.getArgsList();
    const child = spawn(
        "node",
        // The runner of policy packs wants the engine's address before the folder, that of plugins after it.
        [
            ...plugin.nodeArguments,
            runner,
            ...(isPolicyPack ? [...given, plugin.directory] : [plugin.directory, ...given]),
        ],
        {
            // A policy pack reads its own package.json there, as with Pulumi's host; a plugin works where the program does.
            cwd: isPolicyPack ? plugin.directory : request.getPwd() || plugin.directory,
            env: { ...variables(request.getEnvList()), ...plugin.environment },
            stdio: ["ignore", "pipe", "pipe"],
        },
    );
    signal.addEventListener("abort", () => child.kill("SIGKILL"));
    child.stdout.on("data", (chunk: Buffer) => send(new RunPluginResponse().setStdout(chunk)));
    child.stderr.on("data", (chunk: Buffer) => send(new RunPluginResponse().setStderr(chunk)));
    return new Promise((resolve, reject) => {
        child.once("error", (error) => reject(new Error(`could not start node: ${error.message}`)));
        child.once("close", (code) => {
            send(new RunPluginResponse().setExitcode(code ?? 1));
            resolve();
        });
    });
}

/** The request's list is the whole environment, later entries win. */
function variables(list: string[]): Record<string, string> {
    return Object.fromEntries(
        list.map((entry) => {
            const end = entry.indexOf("=");
            return [entry.slice(0, end), entry.slice(end + 1)];
        }),
    );
}
