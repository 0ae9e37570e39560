// The running Pulumi program: starts the SDK's own program runner as the language host does (same flags, same
// environment, runtime options honoured) and reports its output and its end. Knows nothing of resources.
import { type ChildProcess, spawn } from "node:child_process";
import { eachLine } from "./lines";
import { sdkFile } from "./pluginFinder";
import type { Project } from "./project";
import type { ConfigValues } from "./stackConfig";

export interface ProgramStart {
    project: Project;
    stack: string;
    organization: string;
    config: ConfigValues;
    isPreview: boolean;
    parallel: number;
    monitorAddress: string;
    engineAddress: string;
    environment: NodeJS.ProcessEnv;
    onOutput: (line: string, stream: "stdout" | "stderr") => void;
}

/** The runner ends with this code when it has already reported the error itself. */
export const REPORTED = 32;

export class ProgramProcess {
    /** Exit code, or 1 when a signal ended it. */
    readonly ended: Promise<number>;
    private readonly child: ChildProcess;

    constructor(start: ProgramStart) {
        const { project } = start;
        this.child = spawn(
            "node",
            [...project.runtimeOptions.nodeargs, sdkFile(project, "cmd/run"), ...flags(start)],
            {
                cwd: project.programDirectory,
                env: environment(start),
                stdio: ["ignore", "pipe", "pipe"],
                detached: true, // an interrupt in the terminal is for the engine alone
            },
        );
        const { stdout, stderr } = this.child;
        if (stdout && stderr) {
            eachLine(stdout, (line) => start.onOutput(line, "stdout"));
            eachLine(stderr, (line) => start.onOutput(line, "stderr"));
        }
        this.ended = new Promise((resolve, reject) => {
            this.child.once("error", (error) => reject(new Error(`could not start node: ${error.message}`)));
            this.child.once("close", (code) => resolve(code ?? 1));
        });
    }

    kill(): void {
        if (this.child.exitCode === null && this.child.signalCode === null) {
            this.child.kill("SIGKILL");
        }
    }
}

function flags(start: ProgramStart): string[] {
    const { project } = start;
    return [
        "--monitor",
        start.monitorAddress,
        "--engine",
        start.engineAddress,
        "--organization",
        start.organization,
        "--project",
        project.name,
        "--root-directory",
        project.root,
        "--stack",
        start.stack,
        "--pwd",
        project.programDirectory,
        ...(start.isPreview ? ["--dry-run"] : []),
        "--parallel",
        String(start.parallel),
        project.entryPoint,
    ];
}

function environment(start: ProgramStart): NodeJS.ProcessEnv {
    const { typescript, tsconfig } = start.project.runtimeOptions;
    const config = Object.fromEntries(
        Object.entries(start.config.values).map(([key, value]) => [key.replace(":", ":config:"), value]),
    );
    return {
        ...start.environment,
        PULUMI_CONFIG: JSON.stringify(config),
        PULUMI_CONFIG_SECRET_KEYS: JSON.stringify(start.config.secretKeys),
        ...(typescript ? { PULUMI_NODEJS_TYPESCRIPT: "true" } : {}),
        ...(tsconfig ? { PULUMI_NODEJS_TSCONFIG_PATH: tsconfig } : {}),
    };
}
