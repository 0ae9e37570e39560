// A Run request comes in, the program runs with the SDK's own runner, and how it ended goes out. Knows nothing of resources.
import { spawn } from "node:child_process";
import { type RunRequest, RunResponse } from "@pulumi/pulumi/proto/language_pb";
import { nodeProgram, sdkFile } from "./options";

/** The runner ends with this code when it has told the error itself. */
const reported = 32;

/** The signal ends the program: its engine is gone or waits no longer. */
export function runProgram(
    request: RunRequest,
    engineAddress: string,
    signal: AbortSignal,
): Promise<RunResponse> {
    const program = nodeProgram(request.getInfo());
    const runner = sdkFile(program.directory, "cmd/run");
    const child = spawn(
        "node",
        [
            ...program.nodeArguments,
            runner,
            ...flags(request, engineAddress),
            program.entryPoint,
            ...request.getArgsList(),
        ],
        {
            cwd: program.directory,
            env: { ...process.env, ...program.environment, ...configuration(request) },
            // The CLI reads this process's output, and tells it as the program's.
            stdio: ["ignore", "inherit", "inherit"],
        },
    );
    signal.addEventListener("abort", () => child.kill("SIGKILL"));
    return new Promise((resolve) => {
        const failed = (error: string) => resolve(new RunResponse().setError(error));
        child.once("error", (error) => failed(`could not start node: ${error.message}`));
        child.once("exit", (code, killedBy) => {
            if (code === 0) resolve(new RunResponse());
            else if (code === reported) resolve(new RunResponse().setBail(true));
            else if (code === null) failed(`Program exited unexpectedly: ${killedBy}`);
            else failed(`Program exited with non-zero exit code: ${code}`);
        });
    });
}

function flags(request: RunRequest, engineAddress: string): string[] {
    const named = {
        monitor: request.getMonitorAddress(),
        engine: engineAddress,
        organization: request.getOrganization(),
        project: request.getProject(),
        "root-directory": request.getInfo()?.getRootDirectory() ?? "",
        stack: request.getStack(),
        pwd: request.getPwd(),
        parallel: String(request.getParallel()),
    };
    return [
        ...Object.entries(named).flatMap(([name, value]) => (value === "" ? [] : [`--${name}`, value])),
        ...(request.getDryrun() ? ["--dry-run"] : []),
    ];
}

function configuration(request: RunRequest): Record<string, string> {
    return {
        PULUMI_CONFIG: JSON.stringify(Object.fromEntries(request.getConfigMap().getEntryList())),
        PULUMI_CONFIG_SECRET_KEYS: JSON.stringify(request.getConfigsecretkeysList()),
    };
}
