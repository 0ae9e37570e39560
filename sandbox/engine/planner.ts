// Decides what one registration needs: nothing, a create, an update, a replacement or an import. Asks the provider to
// check and diff, one registration at a time; the steps it returns are run by others.
import type { OperationInfo } from "./events";
import { type Goal, stateFor } from "./goal";
import { importStep } from "./importStep";
import { changedKeys, inputDiff } from "./inputDiff";
import type { OldResources } from "./oldResources";
import { keepOld, pathMatches } from "./propertyPath";
import { identified, type Provider } from "./provider";
import type { DiffAnswer, Failure } from "./providerAnswers";
import type { ResourceState } from "./state";
import {
    createStep,
    deleteStep,
    replaceStep,
    type Step,
    type StepContext,
    sameStep,
    updateStep,
} from "./steps";
import { isProviderType } from "./urn";
import { isSecret, type PropertyMap, type PropertyValue } from "./values";

/** The registration is refused; each message is reported on its own. */
export class PlanError extends Error {
    constructor(readonly messages: string[]) {
        super(messages.join("\n"));
    }
}

export interface Plan {
    state: ResourceState;
    steps: Step[];
    /** An import has to run before the rest can be planned. */
    next?: () => Promise<Plan>;
}

export class Planner {
    constructor(
        private readonly context: StepContext,
        private readonly olds: OldResources,
        private readonly dependentsFirst: (old: ResourceState) => Promise<Step[]>,
    ) {}

    async plan(urn: string, goal: Goal): Promise<Plan> {
        const old = this.olds.find(urn, goal);
        if (isImport(goal, old)) {
            const state = stateFor(goal, urn, {});
            const step = importStep(goal.importId, state);
            return { state, steps: [step], next: () => this.planAfterImport(urn, goal, state) };
        }
        return await this.planWith(urn, goal, old);
    }

    private async planAfterImport(urn: string, goal: Goal, imported: ResourceState): Promise<Plan> {
        const plan = await this.planWith(urn, goal, imported);
        const [only] = plan.steps;
        return only?.op === "same"
            ? { state: Object.assign(imported, { inputs: plan.state.inputs }), steps: [] }
            : plan;
    }

    private async planWith(urn: string, goal: Goal, old: ResourceState | undefined): Promise<Plan> {
        const oldInputs = old?.external ? {} : (old?.inputs ?? {});
        const wanted = old ? keepOld(oldInputs, goal.properties, goal.ignoreChanges) : goal.properties;
        const inputs = goal.custom ? await this.check(urn, goal, oldInputs, wanted) : wanted;
        const state = stateFor(goal, urn, inputs);
        if (!old) {
            return { state, steps: [createStep(state, { op: "create" })] };
        }
        const diff = await this.diff(urn, goal, old, inputs);
        if (goal.custom && (diff.replaces.length > 0 || old.pendingReplacement || old.external)) {
            return await this.planReplacement(urn, goal, old, wanted, diff);
        }
        if (diff.changes === "DIFF_SOME" || old.initErrors?.length) {
            return { state, steps: [updateStep(old, state, shownDiff(diff))] };
        }
        return { state, steps: [sameStep(old, state)] };
    }

    private async planReplacement(
        urn: string,
        goal: Goal,
        old: ResourceState,
        wanted: PropertyMap,
        diff: DiffAnswer,
    ): Promise<Plan> {
        const state = stateFor(goal, urn, await this.check(urn, goal, {}, wanted));
        const info = { ...shownDiff(diff), keys: diff.replaces };
        if (old.protect) {
            throw new PlanError([
                `unable to replace resource "${urn}"\nas it is currently marked for protection. To unprotect the resource, remove the \`protect\` flag from the resource in your Pulumi program and run \`pulumi up\``,
            ]);
        }
        if (old.pendingReplacement) {
            return {
                state,
                steps: [
                    replaceStep(old, state, info),
                    createStep(state, { ...info, op: "create-replacement", replaced: old, discard: true }),
                ],
            };
        }
        if (goal.deleteBeforeReplace ?? diff.deleteBeforeReplace) {
            return {
                state,
                steps: [
                    ...(await this.dependentsFirst(old)),
                    deleteStep(old, { op: "delete-replaced", replacementFollows: true }),
                    replaceStep(old, state, info),
                    createStep(state, { ...info, op: "create-replacement", replaced: old, discard: true }),
                ],
            };
        }
        return {
            state,
            steps: [
                createStep(state, { ...info, op: "create-replacement", replaced: old }),
                replaceStep(old, state, info),
            ],
        };
    }

    private async check(
        urn: string,
        goal: Goal,
        oldInputs: PropertyMap,
        wanted: PropertyMap,
    ): Promise<PropertyMap> {
        const { providers } = this.context;
        const answer = isProviderType(goal.type)
            ? await providers.check(urn, oldInputs, wanted)
            : await (await providers.get(goal.provider)).check(urn, oldInputs, wanted);
        if (answer.failures.length > 0) {
            throw new PlanError(
                answer.failures.map((failure) => failureText(goal, failure, answer.inputs, wanted)),
            );
        }
        return answer.inputs;
    }

    private async diff(
        urn: string,
        goal: Goal,
        old: ResourceState,
        inputs: PropertyMap,
    ): Promise<DiffAnswer> {
        const answer = goal.custom ? await this.askProvider(urn, goal, old, inputs) : undefined;
        const own =
            answer && answer.changes !== "DIFF_UNKNOWN"
                ? answer
                : compareInputs(old.inputs ?? {}, inputs, answer);
        if (!goal.custom || isProviderType(goal.type)) {
            return { ...own, diffs: [], detailedDiff: {} }; // such a difference is not shown in detail
        }
        const forced = Object.keys(own.detailedDiff ?? inputDiff(old.inputs ?? {}, inputs)).filter((found) =>
            goal.replaceOnChanges.some((option) => pathMatches(option, found)),
        );
        return forced.length > 0
            ? { ...own, changes: "DIFF_SOME", replaces: [...new Set([...own.replaces, ...forced])] }
            : own;
    }

    private async askProvider(
        urn: string,
        goal: Goal,
        old: ResourceState,
        inputs: PropertyMap,
    ): Promise<DiffAnswer | undefined> {
        if (isProviderType(goal.type)) {
            return await this.context.providers.diff(urn, old, inputs);
        }
        const provider: Provider = await this.context.providers.get(goal.provider);
        return await provider.diff({ ...identified(old), urn }, inputs, goal.ignoreChanges); // the new name of a renamed resource
    }
}

function compareInputs(olds: PropertyMap, news: PropertyMap, answer: DiffAnswer | undefined): DiffAnswer {
    const detailedDiff = inputDiff(olds, news);
    const diffs = changedKeys(olds, news);
    return {
        changes: diffs.length > 0 ? "DIFF_SOME" : "DIFF_NONE",
        replaces: answer?.replaces ?? [],
        stables: answer?.stables ?? [],
        deleteBeforeReplace: answer?.deleteBeforeReplace ?? false,
        diffs,
        detailedDiff,
    };
}

function shownDiff(diff: DiffAnswer): Partial<OperationInfo> {
    return {
        ...(diff.diffs.length > 0 ? { diffs: diff.diffs } : {}),
        ...(diff.detailedDiff ? { detailedDiff: diff.detailedDiff } : {}),
    };
}

function isImport(goal: Goal, old: ResourceState | undefined): boolean {
    if (!goal.custom || goal.importId === "") {
        return false;
    }
    return !old || (old.id !== goal.importId && old.importID !== goal.importId);
}

function failureText(goal: Goal, failure: Failure, inputs: PropertyMap, wanted: PropertyMap): string {
    const value = inputs[failure.property] ?? wanted[failure.property];
    const where = failure.property === "" ? "" : ` property ${failure.property} value {${goText(value)}}`;
    return `${goal.type} resource '${goal.name}':${where} has a problem: ${failure.reason}`.replace(
        "': has",
        "' has",
    );
}

/** A value as Go's %v prints it; a secret stays closed. */
function goText(value: PropertyValue | undefined): string {
    if (value === undefined || value === null) {
        return "<nil>";
    }
    if (isSecret(value)) {
        return "[secret]";
    }
    if (Array.isArray(value)) {
        return `[${value.map((item) => `{${goText(item)}}`).join(" ")}]`;
    }
    return typeof value === "object"
        ? `map[${Object.entries(value)
              .map(([key, item]) => `${key}:{${goText(item)}}`)
              .join(" ")}]`
        : String(value);
}
