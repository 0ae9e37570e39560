// One preview, update, destroy or refresh from beginning to end: reads the state, shows the display, runs the deployment
// and answers whether it succeeded. Interrupts are passed on to the deployment that runs.
import { CallLog } from "./callLog";
import type { Flags } from "./commandLine";
import { Deployment } from "./deployment";
import { destroy } from "./destroy";
import { Display } from "./display/display";
import { LiveTable } from "./display/liveTable";
import { PlainLines } from "./display/plainLines";
import { addEngineService, startServer } from "./engineServer";
import { eventLog } from "./eventLog";
import type { EngineEvent, EventSink } from "./events";
import { ProgramRun } from "./programRun";
import { refreshAll } from "./refresh";
import { Snapshot } from "./snapshot";
import type { Workspace } from "./workspace";

export type Kind = "update" | "destroy" | "refresh";

const TITLES: Record<Kind, [preview: string, act: string]> = {
    update: ["Previewing update", "Updating"],
    destroy: ["Previewing destroy", "Destroying"],
    refresh: ["Previewing refresh", "Refreshing"],
};

export interface OperationOptions {
    workspace: Workspace;
    kind: Kind;
    isPreview: boolean;
    flags: Flags;
    environment: NodeJS.ProcessEnv;
    parallel: number;
    /** Told which deployment an interrupt is for. */
    onStart: (deployment: Deployment) => void;
}

export async function runOperation(options: OperationOptions): Promise<boolean> {
    const { workspace, kind, isPreview, flags, environment } = options;
    const state = workspace.read();
    const snapshot = Snapshot.of(
        state,
        isPreview ? () => undefined : (resources, pending) => workspace.write(resources, pending),
    );
    if (flags["clear-pending-creates"]) {
        snapshot.clearPendingCreates();
    }
    const emit = sink(options);
    const log = new CallLog(environment.PULUMI_DEBUG_GRPC);
    log.deploymentBegins();
    const { server, address } = await startServer((created) => addEngineService(created, emit));
    const deployment = new Deployment({
        project: workspace.project,
        stack: workspace.stack,
        organization: "organization",
        config: workspace.config.read(),
        environment,
        isPreview,
        parallel: options.parallel,
        continueOnError: flags["continue-on-error"] ?? false,
        snapshot,
        interrupted: kind === "refresh" ? [] : (state?.pending_operations ?? []),
        emit,
        engineAddress: address,
        log,
    });
    options.onStart(deployment);
    try {
        if (kind === "refresh") {
            await refreshAll(deployment, snapshot.resources(), false);
        } else if (kind === "destroy") {
            if (flags.refresh) {
                await refreshAll(deployment, snapshot.resources(), true);
            }
            await destroy(
                deployment,
                snapshot.resources(),
                flags.target ?? [],
                flags["target-dependents"] ?? false,
            );
        } else {
            if (flags.refresh) {
                await refreshAll(deployment, snapshot.resources(), true);
            }
            const otherStack = (project: string, stack: string) => workspace.readOther(project, stack);
            await new ProgramRun(deployment, snapshot.resources(), otherStack).run();
        }
    } catch (error) {
        deployment.fail((error as Error).message);
    }
    const summary = await deployment.finish();
    server.forceShutdown();
    return summary.result === "succeeded";
}

function sink({ workspace, kind, isPreview, flags }: OperationOptions): EventSink {
    const print = (text: string): void => void process.stdout.write(text);
    const live = process.stdout.isTTY && !flags["non-interactive"];
    const display = new Display({
        title: `${TITLES[kind][isPreview ? 0 : 1]} (${workspace.stack}):`,
        project: workspace.project.name,
        stack: workspace.stack,
        isPreview,
        showDetails: isPreview && kind === "update" && (flags.diff ?? false),
        suppressOutputs: flags["suppress-outputs"] ?? false,
        renderer: live ? new LiveTable(process.stdout) : new PlainLines(print),
        print,
    });
    const log = eventLog(flags["event-log"]);
    return (event: EngineEvent) => {
        log(event);
        display.take(event);
    };
}
