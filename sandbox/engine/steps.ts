// The steps a deployment is made of: what each one calls at the provider and what it does to the state. A step neither
// decides whether it is needed (planner) nor when it runs (step runner).
import type { Operation, OperationInfo } from "./events";
import { identified, type Provider } from "./provider";
import { ProviderError } from "./providerAnswers";
import type { Providers } from "./providers";
import type { Snapshot } from "./snapshot";
import type { OperationType, PendingOperation, ResourceState } from "./state";
import { isProviderType } from "./urn";
import { markOutputs, type PropertyMap, UNKNOWN } from "./values";

export interface StepContext {
    isPreview: boolean;
    snapshot: Snapshot;
    providers: Providers;
    newId(): string;
}

export interface Step extends OperationInfo {
    /** Whether it appears in the summary. */
    counted: boolean;
    /** What it turned out to be, when that shows only by doing it (refresh). */
    result?: Operation;
    /** The result is not shown. */
    keepOp?: boolean;
    /** Begins although another step has failed. */
    evenWhenStopped?: boolean;
    execute(context: StepContext): Promise<void>;
}

const now = (): string => new Date().toISOString();

/** The provider a resource's state names. */
export async function providerOf(context: StepContext, state: ResourceState): Promise<Provider> {
    return await context.providers.get(state.provider ?? "");
}

export function sameStep(old: ResourceState, goal: ResourceState): Step {
    return {
        op: "same",
        urn: goal.urn,
        old,
        new: goal,
        counted: true,
        async execute({ snapshot, providers, isPreview }) {
            inherit(goal, old);
            if (old.outputs) {
                goal.outputs = old.outputs;
            }
            if (isProviderType(goal.type)) {
                await providers.keep(goal.urn, goal.id ?? UNKNOWN, goal.inputs ?? {});
            }
            if (!isPreview) {
                snapshot.settleQuietly(old, goal, !sameState(old, goal));
            }
        },
    };
}

export function createStep(
    goal: ResourceState,
    info: Partial<OperationInfo> & { op: Operation; replaced?: ResourceState; discard?: boolean },
): Step {
    const { replaced, discard, ...shown } = info;
    return {
        ...shown,
        urn: goal.urn,
        old: replaced,
        new: goal,
        counted: info.op === "create",
        async execute(context) {
            await stored(context, "creating", goal, replaced && discard ? replaced : undefined, async () => {
                const inputs = goal.inputs ?? {};
                goal.created = goal.modified = now();
                if (isProviderType(goal.type)) {
                    const id = context.isPreview ? UNKNOWN : context.newId();
                    await context.providers.configure(goal.urn, id, inputs);
                    goal.id = id;
                    goal.outputs = providerOutputs(inputs);
                    return;
                }
                if (!goal.custom) {
                    return;
                }
                const provider = await providerOf(context, goal);
                const made = await provider.create(
                    goal.urn,
                    inputs,
                    goal.customTimeouts?.create ?? 0,
                    context.isPreview,
                );
                if (made.id !== "") {
                    goal.id = made.id;
                }
                goal.outputs = marked(made.outputs, goal);
            });
            if (replaced && !discard) {
                replaced.delete = true; // deleted at the end, after everything that used it has moved over
                context.snapshot.save();
            }
        },
    };
}

export function updateStep(old: ResourceState, goal: ResourceState, info: Partial<OperationInfo>): Step {
    return {
        ...info,
        op: "update",
        urn: goal.urn,
        old,
        new: goal,
        counted: true,
        async execute(context) {
            keepTimes(goal, old);
            await stored(context, "updating", goal, old, async () => {
                inherit(goal, old);
                goal.modified = now();
                if (isProviderType(goal.type)) {
                    await context.providers.configure(goal.urn, goal.id ?? UNKNOWN, goal.inputs ?? {});
                    goal.outputs = providerOutputs(goal.inputs ?? {});
                    return;
                }
                if (!goal.custom) {
                    return;
                }
                const provider = await providerOf(context, goal);
                const options = {
                    timeout: goal.customTimeouts?.update ?? 0,
                    preview: context.isPreview,
                    ignoreChanges: goal.ignoreChanges ?? [],
                };
                goal.outputs = marked(
                    await provider.update({ ...identified(old), urn: goal.urn }, goal.inputs ?? {}, options),
                    goal,
                );
            });
        },
    };
}

/** Stands for the whole replacement in display and summary; calls nobody. */
export function replaceStep(old: ResourceState, goal: ResourceState, info: Partial<OperationInfo>): Step {
    return { ...info, op: "replace", urn: goal.urn, old, new: goal, counted: true, async execute() {} };
}

export interface DeleteOptions {
    op: "delete" | "delete-replaced" | "discard-replaced";
    /** A replacement follows: the old state stays, marked, until that is there. */
    replacementFollows?: boolean;
    /** No call: the resource it is deleted with goes too. */
    goesWithAnother?: boolean;
    info?: Partial<OperationInfo>;
}

export function deleteStep(old: ResourceState, options: DeleteOptions): Step {
    return {
        ...options.info,
        op: options.op,
        urn: old.urn,
        old,
        counted: options.op === "delete",
        async execute(context) {
            if (old.protect) {
                throw new Error(protectedText(old.urn));
            }
            if (context.isPreview) {
                return;
            }
            const pending = context.snapshot.begin("deleting", old);
            try {
                const calls = old.custom && !old.external && !isProviderType(old.type);
                if (calls && !old.retainOnDelete && !options.goesWithAnother) {
                    const provider = await providerOf(context, old);
                    await provider.delete(identified(old), old.customTimeouts?.delete ?? 0);
                }
            } catch (error) {
                context.snapshot.abandon(pending);
                throw error;
            }
            if (options.replacementFollows) {
                old.pendingReplacement = true;
                context.snapshot.end(pending, undefined, undefined);
            } else {
                context.snapshot.end(pending, old, undefined);
            }
        },
    };
}

/** An old state whose deletion was already done: it is only forgotten. */
export function forgetStep(old: ResourceState): Step {
    return {
        op: "discard-replaced",
        urn: old.urn,
        old,
        counted: false,
        async execute({ snapshot, isPreview }) {
            if (!isPreview) {
                snapshot.end(undefined, old, undefined);
            }
        },
    };
}

/** Pending operation, work, stored result; of a partial failure the partial result is stored. */
async function stored(
    context: StepContext,
    type: OperationType,
    goal: ResourceState,
    old: ResourceState | undefined,
    work: () => Promise<void>,
): Promise<void> {
    const { isPreview, snapshot } = context;
    const pending: PendingOperation | undefined = isPreview ? undefined : snapshot.begin(type, goal);
    try {
        await work();
    } catch (error) {
        if (isPreview || !(error instanceof ProviderError) || !error.init) {
            if (!isPreview) {
                snapshot.abandon(pending);
            }
            throw error;
        }
        const { id, properties, reasons } = error.init;
        goal.id = id || goal.id || "";
        goal.outputs = marked(properties, goal);
        if (reasons.length > 0) {
            goal.initErrors = reasons;
        }
        if (type === "updating") {
            replaceInputs(goal, old?.inputs); // the new inputs were not reached
        }
        snapshot.end(pending, old, goal);
        throw error;
    }
    if (!isPreview) {
        snapshot.end(pending, old, goal);
    }
}

function replaceInputs(goal: ResourceState, inputs: PropertyMap | undefined): void {
    if (inputs) {
        goal.inputs = inputs;
    } else {
        delete goal.inputs;
    }
}

function marked(outputs: PropertyMap, goal: ResourceState): PropertyMap {
    return markOutputs(outputs, goal.additionalSecretOutputs ?? [], goal.inputs ?? {});
}

function providerOutputs(inputs: PropertyMap): PropertyMap {
    const { __internal, ...outputs } = inputs;
    return outputs;
}

function inherit(goal: ResourceState, old: ResourceState): void {
    if (old.id !== undefined) {
        goal.id = old.id;
    }
    keepTimes(goal, old);
}

function keepTimes(goal: ResourceState, old: ResourceState): void {
    if (old.created) {
        goal.created = old.created;
    }
    if (old.modified) {
        goal.modified = old.modified;
    }
}

function sameState(left: ResourceState, right: ResourceState): boolean {
    const text = (state: ResourceState): string =>
        JSON.stringify(Object.entries(state).sort(([a], [b]) => (a < b ? -1 : 1)));
    return text(left) === text(right);
}

function protectedText(urn: string): string {
    return (
        `resource "${urn}" cannot be deleted\nbecause it is protected. To unprotect the resource, either remove the \`protect\` flag from the ` +
        `resource in your Pulumi program and run \`pulumi up\`, or use the command:\n\`pulumi state unprotect '${urn}'\``
    );
}
