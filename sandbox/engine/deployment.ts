// One deployment: everything a preview, update, destroy or refresh shares. Holds the state being changed, the providers,
// the step runner and the way to cancel; the four kinds of deployment are built on top of it.
import { randomUUID } from "node:crypto";
import type { CallLog } from "./callLog";
import type { EventSink, Message, Operation, Summary } from "./events";
import type { Project } from "./project";
import { Providers } from "./providers";
import type { Snapshot } from "./snapshot";
import type { ConfigValues } from "./stackConfig";
import type { PendingOperation } from "./state";
import { StepRunner } from "./stepRunner";
import type { StepContext } from "./steps";

export interface DeploymentOptions {
    project: Project;
    stack: string;
    organization: string;
    config: ConfigValues;
    environment: NodeJS.ProcessEnv;
    isPreview: boolean;
    parallel: number;
    continueOnError: boolean;
    snapshot: Snapshot;
    /** Left over from an interrupted run; the user is warned. */
    interrupted: PendingOperation[];
    emit: EventSink;
    engineAddress: string;
    log: CallLog;
}

export class Deployment {
    readonly context: StepContext;
    readonly runner: StepRunner;
    readonly providers: Providers;
    /** Something other than a step went wrong; it has been reported. */
    failed = false;
    canceled = false;
    private terminated = false;
    private readonly started = Date.now();

    constructor(readonly options: DeploymentOptions) {
        const { project, environment, engineAddress, isPreview, log, emit } = options;
        const onMessage = (message: Message): void => emit({ kind: "message", ...message });
        this.providers = new Providers({ project, environment, engineAddress, isPreview, log, onMessage });
        this.context = {
            isPreview,
            snapshot: options.snapshot,
            providers: this.providers,
            newId: randomUUID,
        };
        this.runner = new StepRunner(this.context, emit, options.parallel, options.continueOnError);
        if (options.interrupted.length > 0 && !isPreview) {
            emit({ kind: "message", severity: "warning", text: interruptedText(options.interrupted) });
        }
    }

    /** A failure that belongs to no step, such as a rejected check. */
    fail(text: string, urn?: string): void {
        this.failed = true;
        this.runner.stop();
        this.options.emit({ kind: "message", severity: "error", text, ...(urn ? { urn } : {}) });
    }

    /** First interrupt: nothing new starts, what runs is awaited and stored. */
    async cancel(): Promise<void> {
        this.canceled = true;
        this.runner.cancel();
        await this.providers.cancel();
    }

    /** Second interrupt: the plugins are ended and nothing is written any more. */
    async terminate(): Promise<void> {
        this.terminated = true;
        this.options.snapshot.freeze();
        this.runner.silence();
        await this.providers.cancel(1_000);
        await this.providers.end();
    }

    async finish(): Promise<Summary> {
        await this.runner.settled();
        const { isPreview, emit, snapshot } = this.options;
        if (!isPreview) {
            snapshot.flush();
        }
        const verb = isPreview ? "preview" : "update";
        if (this.canceled && !this.terminated) {
            emit({ kind: "message", severity: "error", text: `${verb} canceled` });
        } else if (this.terminated || (this.runner.failed && !this.options.continueOnError)) {
            emit({ kind: "message", severity: "error", text: `${verb} failed` });
        }
        if (!this.terminated) {
            await this.providers.cancel();
            await this.providers.end();
        }
        const succeeded = !this.failed && !this.runner.failed && !this.canceled;
        const summary: Summary = {
            isPreview,
            result: succeeded ? "succeeded" : this.terminated ? "canceled" : "failed",
            maybeCorrupt: this.runner.maybeCorrupt,
            resourceChanges: this.runner.counts as Partial<Record<Operation, number>>,
            seconds: (Date.now() - this.started) / 1000,
        };
        emit({ kind: "summary", ...summary });
        return summary;
    }
}

function interruptedText(operations: PendingOperation[]): string {
    return [
        `Attempting to deploy or update resources with ${operations.length} pending operations from previous deployment.`,
        ...operations.map(({ resource, type }) => `  * ${resource.urn}, interrupted while ${type}`),
        "These resources are in an unknown state because the Pulumi CLI was interrupted while waiting for changes to these resources to complete. " +
            "You should confirm whether or not the operations listed completed successfully by checking the state of the appropriate provider. " +
            "For example, if you are using AWS, you can confirm using the AWS Console.",
        "",
        "Once you have confirmed the status of the interrupted operations, you can repair your stack using `pulumi refresh` which will refresh " +
            "the state from the provider you are using and clear the pending operations if there are any.",
        "",
        "Note that `pulumi refresh` will need to be run interactively to clear pending CREATE operations.",
        "",
    ].join("\n");
}
