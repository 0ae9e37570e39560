// Refresh: reads every resource of the state from its provider and puts what is really there into the state. Afterwards
// what has gone is dropped, together with every reference to it. Runs no program.
import type { Deployment } from "./deployment";
import { ensureProviders } from "./ensureProviders";
import { inputDiff } from "./inputDiff";
import { identified } from "./provider";
import type { ResourceState } from "./state";
import { providerOf, type Step } from "./steps";
import { isProviderType } from "./urn";
import { markOutputs } from "./values";

interface Outcome {
    old: ResourceState;
    /** Undefined when the resource is gone. */
    now: ResourceState | undefined;
}

/** `shownAsRefresh`: inside an `up --refresh`, where the result is neither shown nor counted by itself. */
export async function refreshAll(
    deployment: Deployment,
    resources: ResourceState[],
    shownAsRefresh: boolean,
): Promise<void> {
    await ensureProviders(deployment, resources);
    const outcomes = new Map<ResourceState, Outcome>();
    const steps = resources.map((old) =>
        refreshStep(old, shownAsRefresh, (outcome) => outcomes.set(old, outcome)),
    );
    await Promise.allSettled(steps.map((step) => deployment.runner.runChain([step])));
    deployment.context.snapshot.rebase(rebuild(resources, outcomes));
}

function refreshStep(
    old: ResourceState,
    shownAsRefresh: boolean,
    finished: (outcome: Outcome) => void,
): Step {
    const step: Step = {
        op: "refresh",
        urn: old.urn,
        old,
        new: old,
        counted: !shownAsRefresh,
        evenWhenStopped: true,
        async execute(context) {
            if (!old.custom || isProviderType(old.type) || old.pendingReplacement || old.delete) {
                step.result = "same";
                finished({ old, now: { ...old } });
                return;
            }
            const provider = await providerOf(context, old);
            const found = await provider.read(old.urn, old.id ?? "", {
                inputs: old.inputs ?? {},
                outputs: old.outputs ?? {},
            });
            if (!found) {
                step.result = "delete";
                delete step.new;
                finished({ old, now: undefined });
                return;
            }
            const inputs = found.inputs ?? old.inputs ?? {};
            const outputs = markOutputs(found.outputs ?? {}, old.additionalSecretOutputs ?? [], inputs);
            const now: ResourceState = { ...old, id: found.id, inputs, outputs };
            delete now.initErrors; // only a read that fails partially could report any
            const diff = await provider.diff(
                { ...identified(now), inputs },
                old.inputs ?? {},
                old.ignoreChanges ?? [],
            );
            const unknown = diff === undefined || diff.changes === "DIFF_UNKNOWN";
            const changed = unknown
                ? Object.keys(inputDiff(old.inputs ?? {}, inputs)).length > 0
                : diff.changes === "DIFF_SOME";
            step.result = changed ? "update" : "same";
            step.new = now;
            if (changed) {
                now.modified = new Date().toISOString();
            }
            finished({ old, now });
        },
    };
    if (shownAsRefresh) {
        step.keepOp = true;
    }
    return step;
}

function rebuild(resources: ResourceState[], outcomes: Map<ResourceState, Outcome>): ResourceState[] {
    const gone = new Map<string, ResourceState>();
    for (const { old, now } of outcomes.values()) {
        if (!now) {
            gone.set(old.urn, old);
        }
    }
    return resources.flatMap((old) => {
        const outcome = outcomes.get(old);
        const state = outcome ? outcome.now : { ...old };
        return state ? [withoutReferencesTo(gone, state)] : [];
    });
}

function withoutReferencesTo(gone: Map<string, ResourceState>, state: ResourceState): ResourceState {
    const result = { ...state };
    while (result.parent && gone.has(result.parent)) {
        const grandparent = gone.get(result.parent)?.parent;
        delete result.parent;
        if (grandparent) {
            result.parent = grandparent;
        }
    }
    setOrDrop(
        result,
        "dependencies",
        (state.dependencies ?? []).filter((urn) => !gone.has(urn)),
    );
    const lists = Object.entries(state.propertyDependencies ?? {})
        .map(([key, urns]) => [key, urns.filter((urn) => !gone.has(urn))] as const)
        .filter(([, urns]) => urns.length > 0);
    delete result.propertyDependencies;
    if (lists.length > 0) {
        result.propertyDependencies = Object.fromEntries(lists);
    }
    if (result.deletedWith && gone.has(result.deletedWith)) {
        delete result.deletedWith;
    }
    return result;
}

function setOrDrop(state: ResourceState, key: "dependencies", list: string[]): void {
    if (list.length > 0) {
        state[key] = list;
    } else {
        delete state[key];
    }
}
