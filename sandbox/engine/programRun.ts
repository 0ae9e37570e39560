// Preview and update: runs the program, answers its requests, deletes what it no longer mentions, and ends it. What a
// registration means is decided by the registrations.
import { deleteAll } from "./deletions";
import type { Deployment } from "./deployment";
import { startServer } from "./engineServer";
import type { Callback, Goal } from "./goal";
import {
    addMonitorService,
    type DeploymentFacts,
    type InvokeRequest,
    type ProgramRequests,
    type ReadRequest,
    type Registered,
} from "./monitorServer";
import { ProgramProcess, REPORTED } from "./programProcess";
import type { OtherStack } from "./readStep";
import { Registrations } from "./registrations";
import { construct } from "./remoteComponent";
import type { ResourceState } from "./state";
import { Transforms } from "./transforms";
import { isProviderType } from "./urn";
import { type PropertyMap, UNKNOWN, withoutOutputValues } from "./values";

/** A program whose registrations were refused gets this long to end by itself. */
const GRACE_MS = 5_000;
/** Answers that are on their way arrive before the connection is cut. */
const ANSWER_MS = 50;

export class ProgramRun implements ProgramRequests {
    readonly facts: DeploymentFacts;
    private readonly registrations: Registrations;
    private readonly transforms: Transforms;
    private monitorAddress = "";
    private signaled = false;
    private readonly open = new Set<Promise<unknown>>();
    private readonly over = deferred();
    private readonly done = deferred();

    constructor(
        private readonly deployment: Deployment,
        resources: ResourceState[],
        otherStack: OtherStack,
    ) {
        const { options } = deployment;
        const { project, stack, config } = options;
        this.facts = {
            project: project.name,
            stack,
            organization: options.organization,
            dryRun: options.isPreview,
            parallel: options.parallel,
            config: config.values,
            configSecretKeys: config.secretKeys,
        };
        this.registrations = new Registrations(deployment, resources, otherStack);
        this.transforms = new Transforms(options.log);
    }

    async run(): Promise<void> {
        const { options } = this.deployment;
        const { server, address } = await startServer((created) =>
            addMonitorService(created, this, options.log),
        );
        this.monitorAddress = address;
        const program = new ProgramProcess({
            ...options,
            monitorAddress: address,
            onOutput: (line, stream) =>
                options.emit({
                    kind: "message",
                    severity: stream === "stdout" ? "info" : "info#err",
                    text: line,
                }),
        });
        const ended = program.ended.then((code) => this.programEnded(code));
        this.deployment.runner.onStop(() => this.done.resolve());
        await Promise.race([this.done.promise, ended]);
        await Promise.allSettled(this.open);
        await this.deployment.runner.settled();
        await this.deleteLeftOut();
        this.registrations.endStack();
        if (!this.isClosed) {
            this.over.resolve();
        } else if (this.signaled) {
            program.kill(); // it has done its part and only waits for an end that has come
        } else {
            await new Promise((resolve) => setTimeout(resolve, ANSWER_MS));
            server.forceShutdown(); // waiting and later registrations of the program are cut off, which ends it quietly
        }
        const timer = setTimeout(() => program.kill(), GRACE_MS);
        await ended;
        clearTimeout(timer);
        server.forceShutdown();
    }

    get isClosed(): boolean {
        return this.deployment.runner.isStopped;
    }

    async registerResource(goal: Goal): Promise<Registered> {
        this.registrations.refuseWhenStopped();
        const wanted = await this.transforms.apply(goal);
        if (wanted.remote) {
            const provider = await this.deployment.providers.get(
                await this.registrations.defaults.resolve(wanted),
            );
            return await construct(provider.calls, wanted, this.facts, this.monitorAddress);
        }
        this.transforms.remember(this.registrations.urnOf(wanted), goal);
        const properties = withoutOutputValues(wanted.properties);
        const state = await this.track(() => this.registrations.carryOut({ ...wanted, properties }));
        return { urn: state.urn, id: shownId(state), outputs: state.custom ? (state.outputs ?? {}) : {} };
    }

    async registerOutputs(urn: string, outputs: PropertyMap): Promise<void> {
        this.registrations.setOutputs(urn, outputs);
    }

    async readResource(request: ReadRequest): Promise<{ urn: string; properties: PropertyMap }> {
        return await this.track(() => this.registrations.read(request));
    }

    async invoke(request: InvokeRequest): ReturnType<ProgramRequests["invoke"]> {
        return await this.track(async () => {
            this.registrations.refuseWhenStopped();
            if (this.facts.dryRun && request.dependsOn.some((urn) => this.registrations.isYetToBeMade(urn))) {
                return { unknown: true as const };
            }
            const reference = await this.registrations.defaults.resolve({
                type: request.tok,
                provider: request.provider,
                version: request.version,
                pluginDownloadUrl: "",
            });
            const provider = await this.deployment.providers.get(reference);
            const answer = await provider
                .invoke(request.tok, request.args, this.facts.dryRun)
                .catch((error: Error) => {
                    throw new Error(`invocation of ${request.tok} returned an error: ${error.message}`);
                });
            return answer.failures.length > 0 ? { failures: answer.failures } : { return: answer.return };
        });
    }

    addStackTransform(callback: Callback): void {
        this.transforms.addForStack(callback);
    }

    async programDone(): Promise<void> {
        this.signaled = true;
        this.done.resolve();
        await this.over.promise;
    }

    private async deleteLeftOut(): Promise<void> {
        const { runner, failed } = this.deployment;
        if (failed || runner.isStopped || runner.failed) {
            return;
        }
        await deleteAll(this.deployment, this.registrations.leftOut());
    }

    private async programEnded(code: number): Promise<void> {
        if (
            code === 0 ||
            this.deployment.canceled ||
            this.deployment.failed ||
            this.deployment.runner.failed
        ) {
            this.done.resolve();
            return;
        }
        this.deployment.failed = true; // registrations that were sent are still carried out
        if (code !== REPORTED) {
            const text = `an unhandled error occurred: Program exited with non-zero exit code: ${code}`;
            this.deployment.options.emit({ kind: "message", severity: "error", text });
        }
        this.done.resolve();
    }

    private async track<T>(work: () => Promise<T>): Promise<T> {
        const running = work();
        this.open.add(running);
        try {
            return await running;
        } finally {
            this.open.delete(running);
        }
    }
}

function shownId(state: ResourceState): string {
    return state.id === undefined || (state.id === UNKNOWN && !isProviderType(state.type)) ? "" : state.id;
}

function deferred(): { promise: Promise<void>; resolve: () => void } {
    let resolve: () => void = () => undefined;
    const promise = new Promise<void>((done) => {
        resolve = done;
    });
    return { promise, resolve };
}
