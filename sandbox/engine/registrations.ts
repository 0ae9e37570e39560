// The resources a program asks for: each wish becomes a URN, a provider, a plan and steps, and ends as a state. Remembers
// what has been registered, finishes components and the stack. Starts no process and serves no request.
import { DefaultProviders } from "./defaultProviders";
import { dependentsFirst } from "./dependents";
import type { Deployment } from "./deployment";
import type { OperationInfo } from "./events";
import type { Goal } from "./goal";
import { MonitorClosed, type ReadRequest, RegistrationFailed } from "./monitorServer";
import { OldResources } from "./oldResources";
import { Serial } from "./operationQueue";
import { PlanError, Planner } from "./planner";
import { type OtherStack, readStep } from "./readStep";
import type { ResourceState } from "./state";
import { StepRefused } from "./stepRunner";
import type { Step } from "./steps";
import { isProviderType, makeUrn, STACK_TYPE } from "./urn";
import { type PropertyMap, UNKNOWN, withoutOutputValues } from "./values";

interface Entry {
    state: ResourceState;
    info: OperationInfo;
    outputsSet: boolean;
}

export class Registrations {
    readonly defaults: DefaultProviders;
    private readonly olds: OldResources;
    private readonly planner: Planner;
    private readonly planning = new Serial();
    private readonly registered = new Map<string, Entry>();

    constructor(
        private readonly deployment: Deployment,
        resources: ResourceState[],
        private readonly otherStack: OtherStack,
    ) {
        const { project, stack, config } = deployment.options;
        this.olds = new OldResources(resources, stack, project.name);
        this.planner = new Planner(deployment.context, this.olds, (old) =>
            dependentsFirst(deployment, old, (urn) => this.registered.has(urn)),
        );
        this.defaults = new DefaultProviders(config, async (goal) => {
            const state = await this.carryOut(goal);
            return `${state.urn}::${state.id ?? UNKNOWN}`;
        });
    }

    /** What the program did not mention. */
    leftOut(): ResourceState[] {
        return this.olds.condemned();
    }

    refuseWhenStopped(): void {
        if (this.deployment.runner.isStopped) {
            throw new MonitorClosed();
        }
    }

    urnOf({ parent, type, name }: { parent: string; type: string; name: string }): string {
        const { project, stack } = this.deployment.options;
        return makeUrn(stack, project.name, parent || undefined, type, name);
    }

    /** From the wish to the state that fulfils it. */
    async carryOut(wish: Goal): Promise<ResourceState> {
        this.refuseWhenStopped();
        const goal = { ...wish };
        const urn = this.urnOf(goal);
        if (goal.custom && !isProviderType(goal.type)) {
            goal.provider = await this.defaults.resolve(goal);
        }
        try {
            if (this.registered.has(urn)) {
                throw new PlanError([`Duplicate resource URN '${urn}'; try giving it a unique name`]);
            }
            let plan = await this.planSerially(() => this.planner.plan(urn, goal));
            for (;;) {
                const info = plan.steps.at(-1) ?? { op: "same" as const, urn };
                this.registered.set(urn, { state: plan.state, info: { ...info, urn }, outputsSet: false });
                await this.runOrClose(plan.steps);
                if (!plan.next) {
                    return plan.state;
                }
                plan = await this.planSerially(plan.next);
            }
        } catch (error) {
            if (error instanceof MonitorClosed || error instanceof RegistrationFailed) {
                throw error;
            }
            if (error instanceof PlanError) {
                for (const message of error.messages) {
                    this.deployment.fail(message, urn);
                }
            } else {
                this.deployment.fail((error as Error).message, urn);
            }
            throw new MonitorClosed();
        }
    }

    async read(request: ReadRequest): Promise<{ urn: string; properties: PropertyMap }> {
        this.refuseWhenStopped();
        const urn = this.urnOf(request);
        const provider = await this.defaults.resolve({ ...request, pluginDownloadUrl: "" });
        const state: ResourceState = {
            urn,
            custom: true,
            id: request.id,
            type: request.type,
            inputs: request.properties,
            external: true,
            provider,
            ...(request.parent ? { parent: request.parent } : {}),
            ...(request.dependencies.length > 0 ? { dependencies: request.dependencies } : {}),
            ...(request.additionalSecretOutputs.length > 0
                ? { additionalSecretOutputs: request.additionalSecretOutputs }
                : {}),
        };
        const step = readStep(state, this.olds.take(urn), this.otherStack);
        this.registered.set(urn, { state, info: step, outputsSet: false });
        await this.runOrClose([step]);
        return { urn, properties: state.outputs ?? {} };
    }

    setOutputs(urn: string, outputs: PropertyMap): void {
        this.refuseWhenStopped();
        const entry = this.registered.get(urn);
        if (!entry) {
            throw new Error(`unknown resource '${urn}'`);
        }
        entry.outputsSet = true;
        if (Object.keys(outputs).length > 0) {
            entry.state.outputs = withoutOutputValues(outputs);
        } else {
            delete entry.state.outputs;
        }
        if (!this.deployment.options.isPreview) {
            this.deployment.context.snapshot.save();
        }
        if (entry.state.type !== STACK_TYPE) {
            this.deployment.options.emit({ kind: "end", ...entry.info, new: entry.state });
        }
    }

    /** The stack itself ends last, when the program got so far as to name its outputs. */
    endStack(): void {
        for (const { state, info, outputsSet } of this.registered.values()) {
            if (state.type === STACK_TYPE && outputsSet) {
                this.deployment.options.emit({ kind: "end", ...info, new: state });
            }
        }
    }

    isYetToBeMade(urn: string): boolean {
        const entry = this.registered.get(urn);
        return entry?.state.custom === true && (entry.state.id === undefined || entry.state.id === "");
    }

    /** A failed step ends the program, or with --continue-on-error only this registration. */
    private async runOrClose(steps: Step[]): Promise<void> {
        try {
            await this.deployment.runner.runChain(steps);
        } catch (error) {
            if (error instanceof StepRefused && !this.deployment.runner.isStopped) {
                throw new RegistrationFailed(steps.at(-1)?.urn ?? "");
            }
            throw error instanceof StepRefused ? new MonitorClosed() : error;
        }
    }

    private planSerially<T>(plan: () => Promise<T>): Promise<T> {
        return this.planning.run(async () => {
            this.refuseWhenStopped();
            return await plan();
        });
    }
}
